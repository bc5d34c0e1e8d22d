internal import HoldfastContract
internal import HoldfastStore

/// The rows that the jobs of a group add to logs. They are written together, before the commit: with a statement for
/// each, a row costs half as much again.
///
/// Two calls may have the same operation's identity, which only writing shows. In a careful group each job writes its rows
/// itself, so that it learns of that.
final class ChangeRows: GroupState {
  private static let insert: SQL =
    "INSERT INTO change (id, at, who, kind, key, content, digest, operation, request, outcome) VALUES"
  private static let width = 10

  /// The values of the columns, one row after the other.
  @exclusivity(unchecked) private var values: [SQLValue] = []
  /// How many of them are of jobs that were kept.
  private var kept = 0

  init() {}

  /// Adds a row.
  /// - Parameters:
  ///   - operation: what its call is known by when it is sent again.
  ///   - outcome: what it is answered then.
  func append(
    _ id: ChangeID, at: Moment, who: String, _ entry: LogEntry, digest: ChainDigest, operation: OperationIdentity?,
    outcome: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    values.append(id, at, who, entry, digest, operation, outcome)
    guard transaction.isCareful else { return }
    defer { values.removeAll() }
    try transaction.insert(Self.insert, width: Self.width, values)
  }

  /// What became of an operation that this group has done.
  func find(_ operation: OperationIdentity, by who: String) -> EarlierOutcome? {
    for start in stride(from: values.count - Self.width, through: 0, by: -Self.width) {
      guard values[start + 7] == .bytes(operation.key), values[start + 2] == .text(who),
        case .integer(let id) = values[start], case .integer(let at) = values[start + 1],
        case .bytes(let outcome) = values[start + 9]
      else { continue }
      return EarlierOutcome(
        id: id, at: Moment(microseconds: at), isSame: values[start + 8] == .bytes(operation.request), outcome: outcome)
    }
    return nil
  }

  func jobEnded(kept isKept: Bool) {
    if isKept { kept = values.count } else { values.removeLast(values.count - kept) }
  }

  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.insert(Self.insert, width: Self.width, values)
  }

  func outlivesCommit() -> Bool {
    values.removeAll(keepingCapacity: true)
    kept = 0
    return values.capacity <= Limits.keptChangeRows * Self.width
  }
}

extension [SQLValue] {
  /// One by one: a list of them all would be made and thrown away for each row.
  fileprivate mutating func append(
    _ id: ChangeID, _ at: Moment, _ who: String, _ entry: LogEntry, _ digest: ChainDigest,
    _ operation: OperationIdentity?, _ outcome: [UInt8]
  ) {
    append(.integer(id.rawValue))
    append(.integer(at.microseconds))
    append(.text(who))
    append(.integer(Int64(entry.kind.rawValue)))
    append(.bytes(entry.key))
    append(.bytes(entry.content))
    append(.bytes(digest.bytes))
    append(.bytes(operation?.key))
    append(.bytes(operation?.request))
    append(.bytes(operation.map { _ in outcome }))
  }
}
