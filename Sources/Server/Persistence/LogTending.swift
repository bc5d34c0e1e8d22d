internal import HoldfastContract
internal import HoldfastStore

/// Keeps the logs of changes short: forgets the outcomes of calls that are no longer sent again, and cuts off changes
/// that are too old or too many. With a change that deleted an entity goes the entity's tombstone, and with one that
/// removed a name of context what is remembered of the name.
///
/// Spaces are looked at in turn by their ids, and each log is worked on from its start, in pieces. Nothing is searched
/// for: what a turn costs does not depend on how long the logs are.
///
/// Invariant: floor ≤ forgotten ≤ sequence. A change that may still be asked for its outcome is not cut off.
extension PersistenceCalls {
  /// Looks after the logs of some spaces, from where `round` stands.
  nonisolated(nonsending) func tendLogs(_ round: inout LogRound) async throws {
    let limits = LogLimits(settings, now: now)
    let last = round.space
    let page = try await store.scan { transaction in
      try LogEnds.page(after: last, transaction)
    }
    round.isBehind = false
    for log in page where limits.isDue(log) {
      var steps = 0
      while steps < Limits.tendingSteps, try await tend(log.id, named: log.name, limits) { steps += 1 }
      if steps == Limits.tendingSteps { round.isBehind = true }
    }
    if !round.isBehind { round.space = page.count == Limits.tendedSpaces ? page.last?.id ?? 0 : 0 }
  }

  /// Does the next piece of work on a log, in one transaction.
  /// - Returns: whether there was any.
  private nonisolated(nonsending) func tend(
    _ id: Int64, named name: String, _ limits: LogLimits
  ) async throws -> Bool {
    let cut = try await store.scan { transaction in try LogCut.next(of: id, limits, transaction) }
    guard let cut else { return false }
    try await store.write { transaction in
      try cut.perform(on: transaction.shared(SpaceLedger.self).openAccount(named: name, transaction), transaction)
    }
    return true
  }
}

/// How far the hub has come with looking after logs, space by space.
struct LogRound {
  /// The last space that was looked at.
  var space: Int64 = 0
  /// Whether some log needs more than it got.
  var isBehind = false
}

/// What may stay in a log at a moment.
struct LogLimits: Sendable {
  /// Outcomes from before this are forgotten, and changes from before that are cut off.
  var outcomes: Moment
  var changes: Moment
  var count: Int64

  init(_ settings: PersistenceSettings, now: Moment) {
    outcomes = now.subtracting(settings.outcomesKept)
    changes = now.subtracting(settings.changesKept)
    count = settings.changesKeptCount
  }

  /// Whether there is something to do for a log.
  func isDue(_ log: LogEnds) -> Bool {
    log.unforgotten.map { $0 < outcomes } ?? false
      || log.floor < log.forgotten && (log.sequence - log.floor > count || log.oldest.map { $0 < changes } ?? false)
  }
}

/// Where a space's log begins and ends.
struct LogEnds: Sendable {
  var id: Int64
  var name: String
  var sequence: Int64
  var floor: Int64
  var forgotten: Int64
  /// When the first change was made whose outcome has not been forgotten; nil when there is none.
  var unforgotten: Moment?
  /// When the first change in the log was made; nil when it is empty.
  var oldest: Moment?

  static let page: SQL = """
    SELECT s.id, s.name, s.sequence, s.floor, s.forgotten, f.at, c.at FROM space AS s
    LEFT JOIN change AS f ON f.id = s.id * $2 + s.forgotten + 1
    LEFT JOIN change AS c ON c.id = s.id * $2 + s.floor + 1
    WHERE s.id > $1 ORDER BY s.id LIMIT $3
    """

  /// The logs of the spaces after `space`, in order of their ids.
  static func page(after space: Int64, _ transaction: borrowing ReadTransaction) throws(StoreError) -> [LogEnds] {
    try transaction.all(
      page, [.integer(space), .integer(ChangeID(space: 1, sequence: 0).rawValue), .integer(Limits.tendedSpaces)]
    ) { row in
      LogEnds(
        id: row.integer(0), name: row.text(1), sequence: row.integer(2), floor: row.integer(3),
        forgotten: row.integer(4), unforgotten: row.optionalInteger(5).map { Moment(microseconds: $0) },
        oldest: row.optionalInteger(6).map { Moment(microseconds: $0) })
    }
  }
}

/// A piece of work on a log: how far to forget, and how far to cut.
struct LogCut: Sendable {
  /// The marks as they were when this was decided.
  private var floor: Int64
  private var forgotten: Int64
  private var nextFloor: Int64
  private var nextForgotten: Int64

  private static let piece = Int64(Limits.tendedChanges)

  static let ends: SQL = "SELECT sequence, floor, forgotten FROM space WHERE id = $1"
  static let moments: SQL = "SELECT at FROM change WHERE id > $1 AND id <= $2 ORDER BY id"
  static let digest: SQL = "SELECT digest FROM change WHERE id = $1"
  static let cut: SQL = "DELETE FROM change WHERE id > $1 AND id <= $2"
  static let forget: SQL = """
    UPDATE change SET operation = NULL, request = NULL, outcome = NULL
    WHERE id > $1 AND id <= $2 AND operation IS NOT NULL
    """

  /// What is to be done next for a space; nil when nothing is.
  static func next<Reading: Transaction & ~Copyable>(
    of space: Int64, _ limits: LogLimits, _ transaction: borrowing Reading
  ) throws(StoreError) -> LogCut? {
    let ends = try transaction.first(ends, [.integer(space)]) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
    guard let (sequence, floor, forgotten) = ends else { return nil }
    let nextForgotten = try end(of: space, after: forgotten, madeBefore: limits.outcomes, transaction)
    let tooOld = try end(of: space, after: floor, madeBefore: limits.changes, transaction)
    let tooMany = min(sequence - limits.count, floor + piece)
    let cut = LogCut(
      floor: floor, forgotten: forgotten, nextFloor: max(floor, min(max(tooOld, tooMany), nextForgotten)),
      nextForgotten: nextForgotten)
    return cut.nextFloor > floor || nextForgotten > forgotten ? cut : nil
  }

  /// The last of the changes after `mark` that were all made before a moment, at most so many as one piece takes.
  private static func end<Reading: Transaction & ~Copyable>(
    of space: Int64, after mark: Int64, madeBefore moment: Moment, _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64 {
    var end = mark
    try transaction.forEach(
      moments,
      [
        .integer(ChangeID(space: space, sequence: mark).rawValue),
        .integer(ChangeID(space: space, sequence: min(mark + piece, ChangeID.lastSequence)).rawValue),
      ]
    ) { row in
      guard Moment(microseconds: row.integer(0)) < moment else { return false }
      end += 1
      return true
    }
    return end
  }

  func perform(on account: SpaceAccount, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    // Whoever has moved the marks meanwhile has done this.
    guard account.row.floor == floor, account.row.forgotten == forgotten else { return }
    func place(_ sequence: Int64) -> SQLValue { .integer(ChangeID(space: account.id, sequence: sequence).rawValue) }
    if nextFloor > floor {
      let anchor = try transaction.first(Self.digest, [place(nextFloor)]) { (row) throws(StoreError) in
        try ChainDigest(row, 0)
      }
      guard let anchor else {
        throw StoreError(.corrupt, "the log of the space \(account.name) has no change \(nextFloor)")
      }
      try transaction.execute(Self.cut, [place(floor), place(nextFloor)])
      try EntityTable.removeTombstones(from: account, after: floor, upTo: nextFloor, transaction)
      try ContextTable.forgetRemoved(from: account, after: floor, upTo: nextFloor, transaction)
      account.row.floor = nextFloor
      account.row.anchor = anchor
    }
    try transaction.execute(Self.forget, [place(max(forgotten, nextFloor)), place(nextForgotten)])
    account.row.forgotten = nextForgotten
  }
}
