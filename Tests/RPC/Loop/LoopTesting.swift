import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs `body` with a loop that has been started, and ends the loop.
func withLoop<Result>(
  _ kind: PollerKind = .standard, _ body: (EventLoop) async throws -> Result
) async throws -> Result {
  let loop = try EventLoop(name: "test", poller: kind)
  try loop.start()
  defer { loop.shutdown() }
  return try await body(loop)
}

extension EventLoop {
  /// Runs `body` on the loop and returns what it does.
  func call<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      execute { continuation.resume(with: Swift.Result(catching: body)) }
    }
  }
}

/// What happened, in order, on whatever threads.
final class Log: Sendable {
  private let lines = Lock<[String]>([])
  private let added = Happening()

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) {
    lines.withLock { $0.append(line) }
    added.pass()
  }

  /// Returns when there are as many lines.
  func wait(for count: Int = 1) async { await added.wait(for: count) }
}

/// A gate that threads and tasks wait at until it is opened.
final class Gate: Sendable {
  private let isOpen = Monitor(false)

  func open() { isOpen.change { $0 = true } }

  /// Blocks the thread.
  func wait() { isOpen.wait { $0 ? () : nil } }
}

/// A readiness handler made of closures.
final class Handler: ReadinessHandler {
  private let body: (Handler, Bool, Bool) -> Void
  private let ended: () -> Void

  init(ended: @escaping () -> Void = {}, _ body: @escaping (Handler, _ readable: Bool, _ writable: Bool) -> Void) {
    self.body = body
    self.ended = ended
  }

  func ready(readable: Bool, writable: Bool) { body(self, readable, writable) }
  func loopEnded() { ended() }
}

extension EventLoop {
  /// Returns when there is something to read on the descriptor, or to accept.
  func waitUntilReadable(_ fd: Int32) async throws {
    try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
      execute {
        let handler = Handler { _, _, _ in
          self.deregister(fd)
          caller.resume()
        }
        do { try self.register(fd, handler, .read) } catch { caller.resume(throwing: error) }
      }
    }
  }
}

final class TurnEnd: TurnEndHandler {
  var isTurnEndDue = false
  private let body: () -> Void

  init(_ body: @escaping () -> Void) {
    self.body = body
  }

  func turnEnded() { body() }
}

extension System {
  /// Makes the number `fd` stand for what `other` stands for.
  static func replace(_ fd: Int32, by other: Int32) throws { try call("dup2") { dup2(other, fd) } }

  /// Ends a connection below the link, which does not get to say goodbye.
  static func shutdownForTest(_ fd: Int32) { _ = shutdown(fd, Int32(SHUT_RDWR)) }

  /// Sends a text over a socket that has room for it.
  static func sendAll(_ fd: Int32, _ text: String) throws {
    let sent = try Array(text.utf8).withUnsafeBytes { try send(fd, $0) }
    #expect(sent == .bytes(text.utf8.count))
  }

  /// What has arrived, up to 1,024 bytes; nil when nothing has.
  static func receiveText(_ fd: Int32) throws -> String? {
    var buffer = [UInt8](repeating: 0, count: 1024)
    switch try buffer.withUnsafeMutableBytes({ try receive(fd, into: $0) }) {
    case .bytes(let count): return String(decoding: buffer[..<count], as: UTF8.self)
    case .wouldBlock: return nil
    }
  }
}
