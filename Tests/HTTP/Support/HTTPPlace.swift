import Foundation
import Glibc
import HoldfastRPC
import TestSupport

/// An HTTP server on this machine that does what a test says, byte by byte if need be.
final class HTTPPlace: Sendable {
  struct Request: Sendable {
    let method: String
    /// As it came, with everything that is percent-encoded in it.
    let target: String
    /// By their names in lower case.
    let headers: [String: String]
    let body: [UInt8]
  }

  enum Reply: Sendable {
    case answer(Int, headers: [String: String] = [:], _ body: [UInt8] = [])
    /// These bytes, and then the end.
    case raw([UInt8])
    /// Nothing, until the other side goes.
    case silence
  }

  typealias Script = @Sendable (_ request: Request, _ number: Int) -> Reply

  private struct State {
    var script: Script
    var requests: [Request] = []
    var isOpen = true
    var connections: Set<Int32> = []
  }

  let port: UInt16
  let address: String
  /// Somebody waits for an answer that does not come.
  let hung = Happening()
  /// Somebody has gone who waited for one.
  let abandoned = Happening()
  private let listener: Int32
  private let state: Lock<State>

  init(_ script: @escaping Script) throws {
    state = Lock(State(script: script))
    address = Loopback.ownAddress()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    inet_pton(AF_INET, address, &name.sin_addr)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        bind(listener, name, size) == 0 && listen(listener, 1_024) == 0 && getsockname(listener, name, &size) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    port = UInt16(bigEndian: name.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, state.withLock({ $0.isOpen }) else { break }
        state.withLock { _ = $0.connections.insert(connection) }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  var url: String { "http://\(address):\(port)" }
  /// What it was asked, in order.
  var requests: [Request] { state.withLock { $0.requests } }

  func script(_ script: @escaping Script) { state.withLock { $0.script = script } }

  /// Ends it, with all connections.
  func close() {
    state.withLock { state in
      guard state.isOpen else { return }
      state.isOpen = false
      shutdown(listener, Int32(SHUT_RDWR))
      Glibc.close(listener)
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  // MARK: One connection

  private func serve(_ connection: Int32) {
    defer {
      state.withLock { _ = $0.connections.remove(connection) }
      Glibc.close(connection)
    }
    var received: [UInt8] = []
    while let request = read(connection, &received) {
      let (script, number) = state.withLock { state in
        state.requests.append(request)
        return (state.script, state.requests.count)
      }
      switch script(request, number) {
      case .answer(let status, let headers, let body):
        var head = "HTTP/1.1 \(status) So\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if ![204, 304].contains(status) { head += "Content-Length: \(body.count)\r\n" }
        write(Array((head + "\r\n").utf8) + body, to: connection)
      case .raw(let bytes): return write(bytes, to: connection)
      case .silence:
        hung.pass()
        var rest = [UInt8](repeating: 0, count: 1_024)
        while recv(connection, &rest, rest.count, 0) > 0 {}
        return abandoned.pass()
      }
    }
  }

  private func read(_ connection: Int32, _ received: inout [UInt8]) -> Request? {
    let end = Array("\r\n\r\n".utf8)
    var bodyStart: Int?
    while bodyStart == nil {
      if let place = received.firstRange(of: end) {
        bodyStart = place.upperBound
      } else {
        guard receive(connection, &received) else { return nil }
      }
    }
    guard let bodyStart else { return nil }
    let lines = String(decoding: received[..<(bodyStart - 4)], as: UTF8.self).components(separatedBy: "\r\n")
    let first = lines[0].split(separator: " ")
    guard first.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    if headers["expect"]?.lowercased() == "100-continue" {
      write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: connection)
    }
    while received.count < bodyStart + length {
      guard receive(connection, &received) else { return nil }
    }
    let body = Array(received[bodyStart..<(bodyStart + length)])
    received.removeFirst(bodyStart + length)
    return Request(method: String(first[0]), target: String(first[1]), headers: headers, body: body)
  }

  private func receive(_ connection: Int32, _ received: inout [UInt8]) -> Bool {
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(connection, &piece, piece.count, 0)
    guard count > 0 else { return false }
    received += piece[..<count]
    return true
  }

  private func write(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      // Whoever has gone does not want it.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
