import HoldfastContract
import HoldfastStore

@testable import HoldfastServer

/// Reads the log as an auditor would.
enum Audit {
  /// The first sequence whose digest does not follow from the one before and its row; nil when the chain is whole.
  static func brokenLink(in store: Store, space: String) async throws -> Int64? {
    try await store.scan { transaction -> Int64? in
      let found = try transaction.first(
        "SELECT id, digest, floor, anchor FROM space WHERE name = $1", [.text(space)]
      ) { (row) throws(StoreError) in
        (row.integer(0), try ChainDigest(row, 1), row.integer(2), try ChainDigest(row, 3))
      }
      guard let (id, head, floor, anchor) = found else { return nil }
      let base = ChangeID(space: id, sequence: 0).rawValue
      var digest = anchor
      var broken: Int64?
      var sequence = floor
      try transaction.forEach(
        """
        SELECT id - $1, at, who, kind, key, content, digest FROM change WHERE id > $1 AND id <= $2 ORDER BY id
        """, [.integer(base), .integer(base + ChangeID.lastSequence)]
      ) { row in
        sequence += 1
        digest = ChangeLog.digest(
          after: digest, sequence: sequence, at: Moment(microseconds: row.integer(1)), who: row.text(2),
          LogEntry(
            kind: ChangeKind(rawValue: Int32(row.integer(3))), key: row.bytes(4), content: row.bytes(5)))
        if row.integer(0) != sequence || row.bytes(6) != digest.bytes { broken = sequence }
        return broken == nil
      }
      return broken ?? (digest == head ? nil : sequence + 1)
    }
  }
}

extension PersistenceCalls {
  /// Looks after the logs until nothing is left to do.
  func tendLogs() async throws {
    var round = LogRound()
    repeat { try await tendLogs(&round) } while round.isBehind || round.space != 0
  }
}

extension Store {
  /// Where a space's log begins and ends; nil when there is no such space.
  func ends(of space: String) async throws -> LogEnds? {
    try await scan { transaction in try LogEnds.page(after: 0, transaction).first { $0.name == space } }
  }

  /// How many changes the log of all spaces holds, and how many of them have an outcome.
  func countChanges() async throws -> (all: Int64, withOutcome: Int64) {
    try await scan { transaction in
      try transaction.first("SELECT count(*), count(operation) FROM change") { ($0.integer(0), $0.integer(1)) }
    } ?? (0, 0)
  }
}
