import HoldfastWire

/// Items on their way from a connection to whoever reads them, bounded by the credit that the sender has.
///
/// The connection's loop pushes; the reader may be anywhere. Items travel encoded and in batches: what arrives while the
/// reader is busy is taken over at once when it has read all before. What has been read is told to the loop in
/// portions, so that it can grant new credit.
@usableFromInline
final class InboundChannel: Sendable {
  private struct State {
    /// What the loop adds to.
    var arriving = ItemBatch()
    /// What the reader takes from.
    var current = ItemBatch()
    var readers: [UnsafeContinuation<Void, Never>] = []
    var end: Result<Void, CallFailure>?
    /// Credit of items that were taken and not yet told.
    var taken = 0
    var isAbandoned = false

    var isEmpty: Bool { current.isEmpty && arriving.isEmpty }

    /// The next item, and the credit that is to be given back now.
    mutating func take(portion: Int) -> (item: ArrivedItem?, due: Int) {
      if current.isEmpty {
        current.removeAll()
        guard !arriving.isEmpty else { return (nil, 0) }
        swap(&current, &arriving)
      }
      guard let (item, credit) = current.popFirst() else { return (nil, 0) }
      taken += credit
      guard taken >= portion else { return (item, 0) }
      defer { taken = 0 }
      return (item, taken)
    }
  }

  private let state = Lock(State())
  private let portion: Int
  /// Called with credit that is to be given back; any thread.
  private let onTaken: @Sendable (Int) -> Void

  init(portion: Int, onTaken: @escaping @Sendable (Int) -> Void) {
    self.portion = portion
    self.onTaken = onTaken
  }

  deinit { abandon() }

  // MARK: The loop's side

  /// Adds an item. Whether a reader waits, who is to be told by `wake`.
  func push(_ body: MessageBody, credit: Int) -> Bool {
    let (isKept, hasReader) = state.withLock { state in
      guard !state.isAbandoned, state.end == nil else { return (false, false) }
      state.arriving.append(body, credit: credit)
      return (true, !state.readers.isEmpty)
    }
    if !isKept, credit > 0 { onTaken(credit) }
    return hasReader
  }

  /// Has those who wait look again.
  func wake() {
    let readers = state.withLock { state in
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers { reader.resume() }
  }

  /// Nothing more will come. What has come can still be read, unless an error ends the stream.
  func finish(_ end: Result<Void, CallFailure>) {
    state.withLock { if $0.end == nil { $0.end = end } }
    if case .failure = end { giveBackAll() }
    wake()
  }

  // MARK: The reader's side

  /// Nobody will read any more; what has come is given back at once.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    giveBackAll()
  }

  private func giveBackAll() {
    let credit = state.withLock { state in
      let credit = state.taken + state.current.credit + state.arriving.credit
      state.current = ItemBatch()
      state.arriving = ItemBatch()
      state.taken = 0
      return credit
    }
    if credit > 0 { onTaken(credit) }
  }

  /// The next item, if it is here.
  @usableFromInline
  func takeArrived() -> ArrivedItem? {
    let (item, due) = state.withLock { state in state.take(portion: portion) }
    if due > 0 { onTaken(due) }
    return item
  }

  /// The next item; nil at the end.
  nonisolated(nonsending) func next() async throws -> ArrivedItem? {
    while true {
      if let item = takeArrived() { return item }
      if let end = state.withLock({ $0.isEmpty ? $0.end : nil }) {
        try end.get()
        return nil
      }
      try Task.checkCancellation()
      await withTaskCancellationHandler {
        await withUnsafeContinuation { wait($0) }
      } onCancel: {
        wake()
      }
    }
  }

  private func wait(_ reader: UnsafeContinuation<Void, Never>) {
    let mustWait = state.withLock { state in
      guard state.isEmpty, state.end == nil else { return false }
      state.readers.append(reader)
      return true
    }
    if !mustWait { return reader.resume() }
    // A cancellation before the reader was in line has woken nobody.
    if Task.isCancelled { wake() }
  }
}
