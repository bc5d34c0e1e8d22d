internal import HoldfastContract
internal import HoldfastStore

/// A value as the sweep finds it.
struct SweptValue {
  static let table = SweptTable(
    count: "SELECT count(*) FROM value", page: "SELECT id, seal FROM value WHERE id > $1 ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    guard let row = try find(id, transaction) else { return true }
    let seal = SpaceSeal(ring: job.ring, space: row.space)
    var mutation = try job.mutation(of: row.space, seal, transaction)
    let isReadable = try row.change(seal, &mutation, transaction)
    try mutation.finish(nil, outcome: [], transaction)
    return isReadable
  }

  private let record: ValueRecord
  private let space: String
  private let key: [UInt8]
  private let content: [UInt8]
  private let subject: String

  private static func find(_ id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SweptValue? {
    try transaction.first(
      """
      SELECT v.version, v.content, v.seal, v.key, s.name, coalesce(p.name, '') FROM value AS v
      JOIN space AS s ON s.id = v.space LEFT JOIN subject AS p ON p.id = v.subject WHERE v.id = $1
      """, [.integer(id)]
    ) { row in
      let seal = row.optionalInteger(2)
      return SweptValue(
        record: ValueRecord(
          id: id, version: row.integer(0),
          size: SealedContent.size(stored: Int64(row.byteCount(1)), isSealed: seal != nil),
          mark: ValueMark(seal: seal)),
        space: row.text(4), key: row.bytes(3), content: row.bytes(1), subject: row.text(5))
    }
  }

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  private func change(
    _ seal: SpaceSeal, _ mutation: inout Mutation, _ transaction: borrowing WriteTransaction
  ) throws -> Bool {
    guard let old = record.mark.seal else {
      // The log gets the hash of what is sealed: that which it has is of what was not.
      let sealed = try seal.seal(content, of: .value(key: key), subject: subject)
      try mutation.replace(record, key: key, by: sealed, transaction)
      return true
    }
    switch try seal.ring.state(of: old) {
    case .living(_, false): return true
    case .living(let key, true):
      guard let sealed = try seal.changed(content, from: key, of: .value(key: self.key), subject: subject) else {
        return false
      }
      try ValueTable.reseal(record.id, sealed, logged: nil, transaction)
      transaction.shared(RecentValues.self).note(nil, space: mutation.account.id, key: self.key)
      return true
    case .erased:
      try mutation.erase(record, key: key, transaction)
      return true
    case .replaced, nil: return false
    }
  }
}
