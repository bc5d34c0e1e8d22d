internal import HoldfastRPC
internal import HoldfastStore

/// The ids of spaces by name. A space keeps its id for ever, so what was read once need not be read again.
final class SpaceNames: Sendable {
  private let ids = Lock<[String: Int64]>([:])

  /// The id of a committed space; nil when there is none of that name.
  func id(of name: String, _ transaction: borrowing ReadTransaction) throws(StoreError) -> Int64? {
    if let known = ids.withLock({ $0[name] }) { return known }
    guard let found = try transaction.first("SELECT id FROM space WHERE name = $1", [.text(name)], { $0.integer(0) })
    else { return nil }
    ids.withLock { ids in
      if ids.count >= Limits.spaceNames { ids.removeAll() }
      ids[name] = found
    }
    return found
  }
}
