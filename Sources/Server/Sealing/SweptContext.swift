internal import HoldfastContract
internal import HoldfastStore

/// What a name of context is or was, as the sweep finds it.
struct SweptContext {
  static let table = SweptTable(
    count: "SELECT count(*) FROM context WHERE content IS NOT NULL",
    page: "SELECT id, seal FROM context WHERE id > $1 AND content IS NOT NULL ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    guard let row = try find(id, transaction) else { return true }
    let seal = SpaceSeal(ring: job.ring, space: row.space)
    var mutation = try job.mutation(of: row.space, seal, transaction)
    let isReadable = try row.change(seal, &mutation, transaction)
    try mutation.finish(nil, outcome: [], transaction)
    return isReadable
  }

  private let record: ContextRecord
  private let space: String
  private let key: [UInt8]
  private let address: ContextAddress
  private let content: [UInt8]
  private let sealedBy: Int64?

  private static func find(
    _ id: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> SweptContext? {
    try transaction.first(
      """
      SELECT c.kind, length(c.key) + c.size, c.key, c.content, c.seal, s.name FROM context AS c
      JOIN space AS s ON s.id = c.space WHERE c.id = $1
      """, [.integer(id)]
    ) { (row) throws(StoreError) in
      guard let address = ContextAddress(decoding: row.bytes(2)) else {
        throw StoreError(.corrupt, "the row \(id) of context has a key that is none")
      }
      let kind = ContextChangeKind(rawValue: Int32(clamping: row.integer(0)))
      return SweptContext(
        record: ContextRecord(id: id, kind: kind, bytes: row.integer(1)), space: row.text(5), key: row.bytes(2),
        address: address, content: row.bytes(3), sealedBy: row.optionalInteger(4))
    }
  }

  private var place: SealedPlace { .context(key: key, version: Int64(clamping: record.version)) }

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  private func change(
    _ seal: SpaceSeal, _ mutation: inout Mutation, _ transaction: borrowing WriteTransaction
  ) throws -> Bool {
    let subject = address.subject ?? ""
    guard let sealedBy else {
      try mutation.replace(record, key: key, by: seal.seal(content, of: place, subject: subject), transaction)
      return true
    }
    switch try seal.ring.state(of: sealedBy) {
    case .living(_, false): return true
    case .living(let old, true):
      guard let sealed = try seal.changed(content, from: old, of: place, subject: subject) else { return false }
      try ContextTable.reseal(record.id, sealed, logged: nil, transaction)
      return true
    case .erased:
      try mutation.erase(record, address, key: key, transaction)
      return true
    case .replaced, nil: return false
    }
  }
}
