#if os(Linux)
  import Foundation
  import Glibc

  /// A connection through a proxy.
  enum FaultyLink {
    /// Carries bytes to and fro until one of the two ends it, or the weather does.
    static func carry(_ near: Descriptor, to target: sockaddr_in, on road: Road) {
      // Who is cut off does not hear that the other side is not there.
      while road.isOpen, road.weather == .parted { road.pause(milliseconds: 1_000) }
      let far = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
      guard road.isOpen, target.withPointer({ connect(far.number, $0, $1) }) == 0 else { return near.reset() }
      near.sendAtOnce()
      far.sendAtOnce()
      Thread.detachNewThread { pump(from: far, to: near, on: road) }
      pump(from: near, to: far, on: road)
    }

    /// One direction. When it ends, so does the other.
    private static func pump(from source: Descriptor, to sink: Descriptor, on road: Road) {
      var buffer = [UInt8](repeating: 0, count: 16_384)
      while road.isOpen {
        switch road.weather {
        case .parted:
          road.pause(milliseconds: 1_000)
          continue
        case .refusing:
          source.reset()
          return sink.reset()
        case .calm, .rough: break
        }
        guard source.isReadable(within: 20) else { continue }
        let count = recv(source.number, &buffer, buffer.count, 0)
        guard count > 0 else { break }
        switch road.passage(of: count) {
        case .delivered: break
        case .late(let milliseconds): road.pause(milliseconds: milliseconds)
        case .cut(let length, let isReset):
          sink.send(buffer[..<length])
          for end in [source, sink] { if isReset { end.reset() } else { end.end() } }
          return
        }
        guard sink.send(buffer[..<count]) else { break }
      }
      source.end()
      sink.end()
    }
  }

  /// An open file of this process, closed when nobody uses it any longer.
  final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    /// The address that it is bound to.
    var name: sockaddr_in {
      var name = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &name) { name in
        _ = name.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &size) }
      }
      return name
    }

    func isReadable(within milliseconds: Int32) -> Bool {
      var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
      return poll(&entry, 1, milliseconds) > 0
    }

    /// Whether all of it went.
    @discardableResult
    func send(_ bytes: ArraySlice<UInt8>) -> Bool {
      var left = bytes
      while !left.isEmpty {
        let count = left.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        left = left.dropFirst(count)
      }
      return true
    }

    func sendAtOnce() {
      var yes: Int32 = 1
      setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Ends the connection for both directions; the other pump notices.
    func end() { shutdown(number, Int32(SHUT_RDWR)) }

    /// Ends the connection with a reset: to connect a socket to nothing does that.
    func reset() {
      var nothing = sockaddr()
      nothing.sa_family = sa_family_t(AF_UNSPEC)
      _ = connect(number, &nothing, socklen_t(MemoryLayout<sockaddr>.size))
    }
  }

  extension sockaddr_in {
    /// `a.b.c.d:PORT`.
    init?(_ text: String) {
      let parts = text.split(separator: ":")
      guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
      self.init()
      sin_family = sa_family_t(AF_INET)
      sin_port = port.bigEndian
      guard inet_pton(AF_INET, String(parts[0]), &sin_addr) == 1 else { return nil }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
      withUnsafePointer(to: self) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }
#endif
