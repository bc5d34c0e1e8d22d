import HoldfastWire

/// Items on their way from a connection to whoever reads them, bounded by the credit that the sender has.
///
/// The connection's loop pushes; the reader may be anywhere. What the reader has taken is told to the loop in portions,
/// so that it can grant new credit.
final class InboundChannel<Item: Sendable>: Sendable {
  private struct State {
    var items: [(item: Item, bytes: Int)] = []
    var first = 0
    var readers: [(id: UInt64, continuation: CheckedContinuation<Item?, any Error>)] = []
    var end: Result<Void, any Error>?
    var taken = 0
    var isAbandoned = false
    var nextReader: UInt64 = 0
  }

  private let state = Lock(State())
  private let portion: Int
  /// Called with bytes that have been taken; any thread.
  private let onTaken: @Sendable (Int) -> Void

  init(portion: Int, onTaken: @escaping @Sendable (Int) -> Void) {
    self.portion = portion
    self.onTaken = onTaken
  }

  deinit { abandon() }

  /// Items that wait for a reader.
  var count: Int { state.withLock { $0.items.count - $0.first } }

  func push(_ item: Item, bytes: Int) {
    let step: Pushing = state.withLock { state in
      guard !state.isAbandoned, state.end == nil else { return .dropped }
      if !state.readers.isEmpty { return .deliver(state.readers.removeFirst().continuation) }
      state.items.append((item, bytes))
      return .kept
    }
    switch step {
    case .deliver(let reader):
      account(bytes)
      reader.resume(returning: item)
    case .dropped: onTaken(bytes)
    case .kept: break
    }
  }

  private enum Pushing {
    case deliver(CheckedContinuation<Item?, any Error>)
    case kept
    case dropped
  }

  /// Nothing more will come. What has come can still be read, unless an error ends the stream.
  func finish(_ end: Result<Void, any Error>) {
    let readers = state.withLock { state in
      if state.end == nil { state.end = end }
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers {
      switch end {
      case .success: reader.continuation.resume(returning: nil)
      case .failure(let error): reader.continuation.resume(throwing: error)
      }
    }
  }

  /// Nobody will read any more; what has come is given back at once.
  func abandon() {
    let bytes = state.withLock { state in
      state.isAbandoned = true
      defer {
        state.items = []
        state.first = 0
        state.taken = 0
      }
      return state.items[state.first...].reduce(state.taken) { $0 + $1.bytes }
    }
    if bytes > 0 { onTaken(bytes) }
  }

  /// The next item; nil at the end.
  nonisolated(nonsending) func next() async throws -> Item? {
    switch take() {
    case .item(let item, let taken):
      if taken > 0 { onTaken(taken) }
      return item
    case .end(let end):
      try end.get()
      return nil
    case .wait: break
    }
    let id = state.withLock { state in
      state.nextReader += 1
      return state.nextReader
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        wait(continuation, id)
      }
    } onCancel: {
      let reader = state.withLock { state in
        state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0) }
      }
      reader?.continuation.resume(throwing: CancellationError())
    }
  }

  private enum Taking {
    case item(Item, taken: Int)
    case end(Result<Void, any Error>)
    case wait
  }

  private func take() -> Taking { state.withLock { take(&$0) } }

  private func take(_ state: inout State) -> Taking {
    if case .failure = state.end { return .end(state.end ?? .success(())) }
    guard state.first < state.items.count else { return state.end.map { .end($0) } ?? .wait }
    let (item, bytes) = state.items[state.first]
    state.first += 1
    if state.first == state.items.count {
      state.items.removeAll(keepingCapacity: true)
      state.first = 0
    } else if state.first > 256, state.first > state.items.count / 2 {
      state.items.removeFirst(state.first)
      state.first = 0
    }
    state.taken += bytes
    guard state.taken >= portion else { return .item(item, taken: 0) }
    defer { state.taken = 0 }
    return .item(item, taken: state.taken)
  }

  private func wait(_ continuation: CheckedContinuation<Item?, any Error>, _ id: UInt64) {
    let step = state.withLock { state in
      let step = take(&state)
      if case .wait = step { state.readers.append((id, continuation)) }
      return step
    }
    switch step {
    case .item(let item, let taken):
      if taken > 0 { onTaken(taken) }
      continuation.resume(returning: item)
    case .end(.success): continuation.resume(returning: nil)
    case .end(.failure(let error)): continuation.resume(throwing: error)
    case .wait: break
    }
  }

  private func account(_ bytes: Int) {
    let taken = state.withLock { state in
      state.taken += bytes
      guard state.taken >= portion else { return 0 }
      defer { state.taken = 0 }
      return state.taken
    }
    if taken > 0 { onTaken(taken) }
  }
}
