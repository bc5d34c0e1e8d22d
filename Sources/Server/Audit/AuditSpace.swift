internal import HoldfastStore

/// What an audit reads of a space.
struct AuditSpace: Sendable {
  let id: Int64
  let name: String
  /// The last change.
  let sequence: Int64
  /// The last change that was cut off, with its digest.
  let floor: Int64
  let anchor: ChainDigest
  let digest: ChainDigest

  private static let page: SQL = """
    SELECT id, name, sequence, floor, anchor, digest FROM space WHERE id > $1 ORDER BY id LIMIT $2
    """
  private static let named: SQL = "SELECT id, name, sequence, floor, anchor, digest FROM space WHERE name = $1"

  private init(_ row: borrowing HoldfastStore.Row) throws(StoreError) {
    (id, name, sequence, floor) = (row.integer(0), row.text(1), row.integer(2), row.integer(3))
    anchor = try ChainDigest(row, 4)
    digest = try ChainDigest(row, 5)
  }

  /// Some spaces, in order of their ids; none at the end.
  static func page<Reading: Transaction & ~Copyable>(
    after id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [AuditSpace] {
    try transaction.all(page, [.integer(id), .integer(Limits.tendedSpaces)]) { (row) throws(StoreError) in
      try AuditSpace(row)
    }
  }

  static func find<Reading: Transaction & ~Copyable>(
    _ name: String, _ transaction: borrowing Reading
  ) throws(StoreError) -> AuditSpace? {
    try transaction.first(named, [.text(name)]) { (row) throws(StoreError) in try AuditSpace(row) }
  }
}

/// Whether a log still holds what was signed.
enum AuditLink: Equatable {
  case whole
  /// The change has been cut off since, as the log is cut by age.
  case gone
  /// The log ends before it, or has another change there.
  case broken(end: Int64)

  private static let digest: SQL = "SELECT digest FROM change WHERE id = $1"

  static func find<Reading: Transaction & ~Copyable>(
    _ head: AuditHead, _ transaction: borrowing Reading
  ) throws(StoreError) -> AuditLink {
    guard let space = try AuditSpace.find(head.space, transaction) else { return .broken(end: 0) }
    if head.sequence < space.floor { return .gone }
    let found: [UInt8]?
    if head.sequence == space.floor {
      found = space.anchor.bytes
    } else {
      found = try transaction.first(
        digest, [.integer(ChangeID(space: space.id, sequence: head.sequence).rawValue)]
      ) { $0.bytes(0) }
    }
    return found == head.digest ? .whole : .broken(end: space.sequence)
  }
}
