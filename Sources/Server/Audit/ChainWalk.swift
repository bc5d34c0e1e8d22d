internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// A walk along a log, from its start to where it ended when the walk began: does each change follow from the one before?
struct ChainWalk {
  private let space: AuditSpace
  /// The last change that was looked at, and its digest as the log has it.
  private var sequence: Int64
  private var digest: ChainDigest

  init(of space: AuditSpace) {
    self.space = space
    sequence = space.floor
    digest = space.anchor
  }

  private static let rows: SQL = """
    SELECT id, at, who, kind, key, content, digest FROM change WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3
    """

  /// Looks at some changes; false when that was all.
  mutating func step(_ report: inout AuditTrail.Report, _ transaction: borrowing ReadTransaction) throws -> Bool {
    // The hub may have cut the log meanwhile.
    if let now = try AuditSpace.find(space.name, transaction), now.floor > sequence {
      sequence = now.floor
      digest = now.anchor
    }
    var count = 0
    let base = ChangeID(space: space.id, sequence: 0).rawValue
    try transaction.forEach(
      Self.rows, [.integer(base + sequence), .integer(base + space.sequence), .integer(Int64(Limits.auditedChanges))]
    ) { (row) throws(StoreError) in
      count += 1
      try look(row, at: row.integer(0) - base, &report)
      return true
    }
    if count == Limits.auditedChanges { return true }
    end(&report)
    return false
  }

  private mutating func look(
    _ row: borrowing HoldfastStore.Row, at place: Int64, _ report: inout AuditTrail.Report
  ) throws(StoreError) {
    let entry = LogEntry(
      kind: ChangeKind(rawValue: Int32(truncatingIfNeeded: row.integer(3))), key: row.bytes(4), content: row.bytes(5))
    let (at, who) = (Moment(microseconds: row.integer(1)), row.text(2))
    let stated = try ChainDigest(row, 6)
    if place != sequence + 1 {
      report.add(missing(upTo: place - 1))
    } else {
      report.changes += 1
      if ChangeLog.digest(after: digest, sequence: place, at: at, who: who, entry) != stated {
        report.add(
          AuditTrail.Finding(
            space: space.name, sequence: place, key: entry.shownKey, who: who, at: at.timestamp,
            problem: "the change was altered, or does not follow from the one before"))
      }
    }
    (sequence, digest) = (place, stated)
  }

  private func end(_ report: inout AuditTrail.Report) {
    if sequence < space.sequence {
      report.add(missing(upTo: space.sequence))
    } else if sequence == space.sequence, digest != space.digest {
      report.add(
        AuditTrail.Finding(space: space.name, sequence: sequence, problem: "the space says that its log ends otherwise")
      )
    }
  }

  private func missing(upTo last: Int64) -> AuditTrail.Finding {
    let changes = last == sequence + 1 ? "a change is missing" : "changes up to \(last) are missing"
    return AuditTrail.Finding(space: space.name, sequence: sequence + 1, problem: changes)
  }
}
