internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore

/// Seals what is stored by the keys that are in force: what was stored before the hub sealed at all, what is sealed by keys
/// that were replaced, and, out of a backup, removes what has been erased since.
///
/// Goes through all values once for each generation of keys, in the order of their rows, in pieces; a restart begins anew.
/// Rows that are written meanwhile are sealed by keys in force, wherever they are: sealing is a part of the store's jobs,
/// which run one after the other, and the walk begins with a job of its own after the keys have changed.
struct SealSweep {
  /// The generation that this goes through the rows for; nil when it has not begun.
  private var generation: Int64?
  private var last: Int64 = 0
  private var unreadable = 0

  /// Goes on for a while.
  /// - Parameter tell: what a person who looks after the hub should know.
  nonisolated(nonsending) mutating func work(
    _ ring: KeyRing, _ calls: PersistenceCalls, tell: (String) -> Void
  ) async throws {
    ring.endLingering()
    if generation != ring.generation {
      guard try await begin(ring, calls.store) else { return }
    }
    guard ring.progress.isRunning else { return }
    for _ in 0..<Limits.sweepSteps {
      if Task.isCancelled { return }
      if try await step(ring, calls) { continue }
      try await end(ring, calls.store, tell)
      return
    }
  }

  /// - Returns: whether there is anything to do.
  private nonisolated(nonsending) mutating func begin(_ ring: KeyRing, _ store: Store) async throws -> Bool {
    let next = ring.generation
    // Whatever had a key before it was replaced has been committed after this.
    let marks = try await store.write { transaction in try SealingTable.read(transaction) }
    let erasures = try await ring.erasures()
    if let marks, marks.generation >= next, marks.erasures >= erasures {
      // A stop may have come between the end of the walk and that of the keys.
      try await ring.destroyRetired(upTo: marks.generation)
      generation = next
      return false
    }
    let total = try await store.scan { transaction in
      try transaction.first("SELECT max(id) FROM value") { $0.integer(0) }
    }
    (generation, last, unreadable) = (next, 0, 0)
    ring.began(total: total ?? 0)
    return true
  }

  /// - Returns: whether there is more.
  private nonisolated(nonsending) mutating func step(_ ring: KeyRing, _ calls: PersistenceCalls) async throws -> Bool {
    let start = last
    let page = try await calls.store.scan { transaction in
      try transaction.all(
        "SELECT id, seal FROM value WHERE id > $1 ORDER BY id LIMIT $2", [.integer(start), .integer(Limits.sweptRows)]
      ) { (id: $0.integer(0), seal: $0.optionalInteger(1)) }
    }
    guard let end = page.last?.id else { return false }
    var due: [Int64] = []
    for row in page where try Self.isDue(row.seal, ring) { due.append(row.id) }
    var rest = due[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Limits.sealedRows)
      do {
        unreadable += try await calls.sealAnew(Array(piece), ring)
        rest = rest.dropFirst(piece.count)
      } catch let missing as MissingKey {
        try await ring.prepare(missing.owner)
      }
    }
    last = end
    ring.advanced(to: end, sealed: due.count)
    return true
  }

  private static func isDue(_ seal: Int64?, _ ring: KeyRing) throws(StoreError) -> Bool {
    guard let seal else { return true }
    guard case .living(_, let isRetired) = try ring.state(of: seal) else { return true }
    return isRetired
  }

  private nonisolated(nonsending) func end(_ ring: KeyRing, _ store: Store, _ tell: (String) -> Void) async throws {
    guard let generation else { return }
    // The keys may have been changed once more meanwhile: then this comes again.
    let erasures = try await ring.erasures()
    try await store.write { transaction in
      try SealingTable.note(generation: generation, erasures: erasures, transaction)
    }
    if unreadable == 0 {
      try await ring.destroyRetired(upTo: generation)
    } else {
      tell("\(unreadable) values cannot be opened, as their keys are gone or they are damaged; they stay as they are.")
    }
    // What was not sealed lies in the log of the database, too.
    try await store.emptyLog()
    let sealed = ring.progress.sealed
    ring.ended()
    if sealed > 0 { tell("\(sealed) values have been sealed by the keys in force.") }
  }
}

extension PersistenceCalls {
  /// Seals some rows of values by the keys in force, and removes those whose keys were destroyed in order to erase them.
  /// - Returns: how many could not be opened.
  /// - Throws: `MissingKey` when a key has to be made first; nothing was done then.
  fileprivate nonisolated(nonsending) func sealAnew(_ rows: [Int64], _ ring: KeyRing) async throws -> Int {
    let now = now
    return try await store.write { [defaultQuota] transaction in
      var unreadable = 0
      for id in rows {
        guard let row = try SweptRow.find(id, transaction) else { continue }
        let seal = SpaceSeal(ring: ring, space: row.space)
        let account = try transaction.shared(SpaceLedger.self).openAccount(named: row.space, transaction)
        var mutation = Mutation(of: account, now: now, by: Self.housekeeper, defaultQuota: defaultQuota, sealing: seal)
        if try !row.change(seal, &mutation, transaction) { unreadable += 1 }
        try mutation.finish(nil, outcome: [], transaction)
      }
      return unreadable
    }
  }
}

/// A value as the sweep finds it.
private struct SweptRow {
  let record: ValueRecord
  let space: String
  let key: [UInt8]
  let content: [UInt8]
  let subject: String

  static func find(_ id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SweptRow? {
    try transaction.first(
      """
      SELECT v.version, v.content, v.seal, v.key, s.name, coalesce(p.name, '') FROM value AS v
      JOIN space AS s ON s.id = v.space LEFT JOIN subject AS p ON p.id = v.subject WHERE v.id = $1
      """, [.integer(id)]
    ) { row in
      let seal = row.optionalInteger(2)
      return SweptRow(
        record: ValueRecord(
          id: id, version: row.integer(0),
          size: SealedContent.size(stored: Int64(row.byteCount(1)), isSealed: seal != nil),
          mark: ValueMark(seal: seal)),
        space: row.text(4), key: row.bytes(3), content: row.bytes(1), subject: row.text(5))
    }
  }

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  func change(
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
