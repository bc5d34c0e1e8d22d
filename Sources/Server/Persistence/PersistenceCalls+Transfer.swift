internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Values that are larger than one message.
extension PersistenceCalls {
  nonisolated(nonsending) func upload(_ requests: RequestStream<Piece>, context: CallContext) async throws -> PutReply {
    var pieces = requests.makeAsyncIterator()
    guard var put = try await pieces.next() else {
      throw CallError<Never>(.invalidArgument, "an upload begins with a piece that carries the request")
    }
    guard var request = put.put else {
      throw CallError<Never>(.invalidArgument, "the first piece of an upload carries the request")
    }
    // Refused before any of the content is taken.
    try admit(context, .write, to: request.space)
    let share = transfers.share()
    while true {
      let size = request.content.count + put.content.count
      guard size <= settings.valueBytes else {
        throw TooLarge(what: "content", limit: UInt64(settings.valueBytes), size: UInt64(size))
      }
      try share.grow(to: size)
      request.content += put.content
      guard let next = try await pieces.next() else { break }
      put = next
    }
    return try await self.put(request, context: context)
  }

  nonisolated(nonsending) func download(
    _ request: GetRequest, replies: ReplyWriter<DownloadPiece>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    let now = now
    let share = transfers.share()
    let seal = seal(of: request.space)
    let found = try await storing {
      try await store.scan { [spaces, settings] transaction -> Value? in
        guard let space = try spaces.id(of: request.space, transaction),
          let record = try ValueTable.find(space: space, key: Array(request.key.utf8), transaction)
        else { return nil }
        try share.grow(to: Int(clamping: record.size))
        return try ValueTable.read(
          space: space, key: request.key, now: now, limit: max(settings.valueBytes, Limits.valueBytes),
          opening: seal, transaction)
      }
    }
    guard var value = found else { throw NotFound(key: request.key) }
    let content = value.content
    value.content = []
    var start = 0
    repeat {
      let end = min(content.count, start + Limits.pieceBytes)
      var piece = DownloadPiece(content: Array(content[start..<end]))
      if start == 0 {
        piece.value = value
        piece.size = UInt64(content.count)
      }
      try await replies.send(piece)
      start = end
    } while start < content.count
    withExtendedLifetime(share) {}
  }
}

/// Memory that all transfers together may take.
final class TransferBudget: Sendable {
  private let capacity: Int
  private let used = Lock(0)

  init(capacity: Int) { self.capacity = capacity }

  /// A part of it, given back when it is released.
  func share() -> TransferShare { TransferShare(self) }

  fileprivate func take(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard used + bytes <= capacity else { return false }
      used += bytes
      return true
    }
  }

  fileprivate func giveBack(_ bytes: Int) { used.withLock { $0 -= bytes } }
}

/// What one transfer takes of the budget.
final class TransferShare: Sendable {
  private let budget: TransferBudget
  private let held = Lock(0)

  fileprivate init(_ budget: TransferBudget) { self.budget = budget }

  deinit { budget.giveBack(held.withLock { $0 }) }

  func grow(to bytes: Int) throws {
    let growth = held.withLock { bytes - $0 }
    guard growth > 0 else { return }
    guard budget.take(growth) else {
      var failure = CallError<Never>(.unavailable, "too many large values are on their way; try again later")
      failure.retryAfter = Limits.overloadPause
      throw failure
    }
    held.withLock { $0 = bytes }
  }
}
