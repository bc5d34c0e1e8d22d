#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What went wrong with a test's own connection, in the words of the library that saw it.
public struct PeerFailure: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  /// What the system said last.
  static func system(_ what: String) -> PeerFailure { PeerFailure("\(what): \(String(cString: strerror(errno)))") }
}

/// A TCP connection to a server, blocking, for bytes that no client would send.
public final class PlainPeer {
  let descriptor: Int32

  /// Connects to a numeric address such as `127.0.0.1:7443`; `patience` is how long to wait for bytes, in seconds.
  public init(_ address: String, patience: Int = 120) throws(PeerFailure) {
    let parts = address.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1]) else { throw PeerFailure("\(address) is no address") }
    descriptor = socket(AF_INET, Self.stream, 0)
    guard descriptor >= 0 else { throw .system("no socket") }
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    inet_pton(AF_INET, String(parts[0]), &target.sin_addr)
    var time = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let result = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw .system(address) }
  }

  deinit { close(descriptor) }

  #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
    private static let flags = Int32(MSG_NOSIGNAL)
    private static let look = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
  #else
    private static let stream = SOCK_STREAM
    private static let flags: Int32 = 0
    private static let look = MSG_PEEK | MSG_DONTWAIT
  #endif

  /// Sends what the server takes; it may have closed already.
  public func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { systemSend(descriptor, $0.baseAddress, $0.count, Self.flags) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Says that nothing more comes.
  public func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Everything up to the server's close; nil when it does not close in time.
  public func readToEnd() -> [UInt8]? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 {
        all += buffer[..<count]
      } else {
        return count < 0 && errno == EAGAIN ? nil : all
      }
    }
  }

  /// Whether the server, of which nothing is to be read, has closed.
  public var isClosed: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Self.look) >= 0 || errno != EAGAIN
  }
}

private func systemSend(_ fd: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
  send(fd, bytes, count, flags)
}
