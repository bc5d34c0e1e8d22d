import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The signals by which a system asks a program to end, SIGTERM and SIGINT, as they come.
///
/// From its making on, a signal no longer ends the program: whoever waits for it does, after what there is to do. When there is
/// none of these any more, signals have the effect again that they had before. A program has one in its main part, for one
/// task; libraries have none.
public struct TerminationSignals: AsyncSequence, Sendable {
  public typealias Element = Int32
  public typealias Failure = Never

  private let stream = CaughtSignals.shared.follow()

  public init() {}

  public func makeAsyncIterator() -> AsyncStream<Int32>.AsyncIterator { stream.makeAsyncIterator() }
}

/// The process's signal handlers, and who wants to hear of signals.
private final class CaughtSignals: Sendable {
  static let shared = CaughtSignals()
  static let numbers = [SIGTERM, SIGINT]

  private struct State {
    var readEnd: Int32?
    var followers: [UInt64: AsyncStream<Int32>.Continuation] = [:]
    var lastNumber: UInt64 = 0
    /// What the signals did before.
    var before: [sigaction] = []
  }

  private let state = Lock(State())
  /// The thread that waits for the handler.
  private let waiting = WorkerPool(threadCount: 1, name: "hf-signals")

  func follow() -> AsyncStream<Int32> {
    AsyncStream(bufferingPolicy: .bufferingNewest(4)) { follower in
      let number = state.withLock { state in
        state.lastNumber += 1
        if state.followers.isEmpty { catchSignals(&state) }
        state.followers[state.lastNumber] = follower
        return state.lastNumber
      }
      follower.onTermination = { _ in
        self.state.withLock { state in
          state.followers[number] = nil
          if state.followers.isEmpty { Self.letGo(&state) }
        }
      }
    }
  }

  private func catchSignals(_ state: inout State) {
    if state.readEnd == nil {
      var ends: [Int32] = [-1, -1]
      // A process that has no descriptor left for it is ended by signals as before.
      guard pipe(&ends) == 0 else { return }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      state.readEnd = ends[0]
      caughtSignals = ends[1]
      let readEnd = ends[0]
      Task { try await waiting.run { self.deliver(readEnd) } }
    }
    state.before = Self.numbers.map { number in
      var (action, before) = (sigaction(), sigaction())
      #if canImport(Glibc)
        action.__sigaction_handler.sa_handler = noteSignal
      #else
        action.__sigaction_u.__sa_handler = noteSignal
      #endif
      action.sa_flags = SA_RESTART
      sigaction(number, &action, &before)
      return before
    }
  }

  private static func letGo(_ state: inout State) {
    for (number, before) in zip(numbers, state.before) {
      var before = before
      sigaction(number, &before, nil)
    }
    state.before = []
  }

  /// Hands on what the handler has noted, as long as the process lives.
  private func deliver(_ readEnd: Int32) {
    var byte: UInt8 = 0
    while true {
      guard read(readEnd, &byte, 1) == 1 else { continue }
      let number = Int32(byte)
      for follower in state.withLock({ Array($0.followers.values) }) { follower.yield(number) }
    }
  }
}

/// All that a signal handler may do.
private func noteSignal(_ number: Int32) {
  let before = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(caughtSignals, &byte, 1)
  errno = before
}

/// Where the handler writes. Set once, before the handler is.
nonisolated(unsafe) private var caughtSignals: Int32 = -1
