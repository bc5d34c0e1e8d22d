internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

extension PersistenceCalls {
  nonisolated(nonsending) func watch(
    _ request: WatchRequest, replies: ReplyWriter<Change>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    let start = try cursor(of: request)
    let (space, begin) = try await position(request, start)
    let cursor = WatchCursor(epoch: epoch, space: request.space, sequence: begin)
    var sequence = begin
    var isCaughtUp = false
    let prefix = Array(request.prefix.utf8)
    let seal = seal(of: request.space)
    // The log may have been cut since its start was looked up.
    var beginsAnywhere = request.fromStart && start == nil
    while true {
      let (from, beginsAtFloor) = (sequence, beginsAnywhere)
      let page = try await storing {
        try await store.scan { transaction in
          let floor = try transaction.first("SELECT floor FROM space WHERE id = $1", [.integer(space)]) { row in
            row.integer(0)
          }
          guard let floor, beginsAtFloor || floor <= from else {
            throw CursorExpired(floor: UInt64(clamping: floor ?? 0))
          }
          return try ChangePage.read(
            space: space, after: max(from, floor), prefix: prefix, isBare: request.bare, opening: seal,
            transaction)
        }
      }
      beginsAnywhere = false
      for var change in page.changes {
        change.cursor = cursor.at(Int64(clamping: change.sequence))
        try await replies.send(change)
      }
      sequence = page.end
      if page.hasMore { continue }
      if !isCaughtUp {
        isCaughtUp = true
        try await replies.send(
          Change(kind: .caughtUp, sequence: UInt64(clamping: sequence), at: now.timestamp, cursor: cursor.at(sequence)))
      }
      try await signals.wait(for: space, after: sequence)
      // The token may have been revoked meanwhile.
      try admit(context, .read, to: request.space)
    }
  }

  private func cursor(of request: WatchRequest) throws -> WatchCursor? {
    guard !request.cursor.isEmpty else { return nil }
    guard let cursor = WatchCursor(request.cursor), cursor.isFor(space: request.space) else {
      throw CallError<Never>(.invalidArgument, "this is no cursor of a watch of the space")
    }
    return cursor
  }

  /// Where the watch begins, once the space exists.
  private nonisolated(nonsending) func position(
    _ request: WatchRequest, _ cursor: WatchCursor?
  ) async throws -> (space: Int64, sequence: Int64) {
    var hasWaited = false
    while true {
      let commits = signals.commits
      let found = try await storing {
        try await store.scan { [spaces, epoch] transaction -> Standing? in
          guard let id = try spaces.id(of: request.space, transaction) else { return nil }
          return try Standing(of: id, with: cursor, epoch: epoch, transaction)
        }
      }
      guard let found else {
        if let cursor, cursor.sequence > 0 { throw CursorExpired(floor: 0) }
        hasWaited = true
        try await signals.waitForAny(after: commits)
        continue
      }
      if let cursor {
        // What it was told after that is of another history.
        guard cursor.sequence >= found.floor, cursor.sequence <= found.shared else {
          throw CursorExpired(floor: UInt64(clamping: found.floor))
        }
        return (found.space, cursor.sequence)
      }
      // A space that came to be while the watch waited is new to it from its first change on.
      return (found.space, hasWaited ? 0 : request.fromStart ? found.floor : found.sequence)
    }
  }
}

/// Where a space stands.
private struct Standing: Sendable {
  let space: Int64
  let floor: Int64
  let sequence: Int64
  /// Up to where its history is the one of a cursor.
  let shared: Int64

  /// Nil when there is no such space.
  init?(
    of space: Int64, with cursor: WatchCursor?, epoch: [UInt8], _ transaction: borrowing ReadTransaction
  ) throws(StoreError) {
    let ends = try transaction.first("SELECT floor, sequence FROM space WHERE id = $1", [.integer(space)]) { row in
      (floor: row.integer(0), sequence: row.integer(1))
    }
    guard let ends else { return nil }
    self.space = space
    (floor, sequence) = ends
    let ancestry = Ancestry(epoch: epoch, space: space, sequence: ends.sequence)
    shared =
      if let cursor { try ancestry.shared(with: cursor.epoch, transaction) } else { ends.sequence }
  }
}

/// Some of a space's changes, in order.
private struct ChangePage: Sendable {
  var changes: [Change] = []
  /// The sequence up to which the log was read, whether its changes were of interest or not.
  var end: Int64
  var hasMore = false

  static func read(
    space: Int64, after sequence: Int64, prefix: [UInt8], isBare: Bool, opening seal: SpaceSeal?,
    _ transaction: borrowing ReadTransaction
  ) throws(StoreError) -> ChangePage {
    var page = ChangePage(end: sequence)
    var rows = 0
    var bytes = 0
    let first = ChangeID(space: space, sequence: 0).rawValue
    try transaction.forEach(
      """
      SELECT c.id - $1, c.at, c.who, c.kind, c.key, v.version, v.type, v.updated, v.expires, length(v.content), v.content,
        v.seal, (SELECT s.name FROM subject AS s WHERE s.id = v.subject)
      FROM change AS c LEFT JOIN value AS v ON $5 = 0 AND v.space = $2 AND v.key = c.key AND v.version = c.id - $1
      WHERE c.id > $1 + $3 AND c.id <= $4 ORDER BY c.id
      """,
      [
        .integer(first), .integer(space), .integer(sequence),
        .integer(ChangeID(space: space, sequence: ChangeID.lastSequence).rawValue), .integer(isBare ? 1 : 0),
      ]
    ) { (row) throws(StoreError) in
      guard rows < Limits.watchRows, bytes < Limits.pageBytes else {
        page.hasMore = true
        return false
      }
      rows += 1
      page.end = row.integer(0)
      let kind = ChangeKind(rawValue: Int32(clamping: row.integer(3)))
      guard kind.isOfValue, row.withBytes(4, { $0.starts(with: prefix) }) else { return true }
      var change = Change(
        kind: kind, key: row.text(4),
        sequence: UInt64(clamping: row.integer(0)), at: Moment(microseconds: row.integer(1)).timestamp, by: row.text(2))
      // A content that no item can hold is left for a download.
      let sealedBy = row.optionalInteger(11)
      let size = SealedContent.size(stored: row.integer(9), isSealed: sealedBy != nil)
      if !row.isNull(5), size <= Limits.inlineBytes,
        let content = try seal.content(row, 10, sealedBy: sealedBy, of: .value(key: row.bytes(4)))
      {
        change.value = Value(
          key: change.key, version: change.sequence, content: content, type: row.text(6),
          updated: Moment(microseconds: row.integer(7)).timestamp,
          expires: row.optionalInteger(8).map { Moment(microseconds: $0).timestamp }, subject: row.text(12))
        bytes += content.count
      }
      page.changes.append(change)
      return true
    }
    return page
  }
}
