internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore

/// Seals what is stored by the keys that are in force: what was stored before the hub sealed at all, what is sealed by keys
/// that were replaced, and, out of a backup, removes what has been erased since.
///
/// Goes through all tables with contents once for each generation of keys, in the order of their rows, in pieces; a restart
/// begins anew.
/// Rows that are written meanwhile are sealed by keys in force, wherever they are: sealing is a part of the store's jobs,
/// which run one after the other, and the walk begins with a job of its own after the keys have changed.
struct SealSweep {
  /// The generation that this goes through the rows for; nil when it has not begun.
  private var generation: Int64?
  /// The table that it is at, and the last row there that it has looked at.
  private var table = 0
  private var last: Int64 = 0
  private var unreadable = 0
  /// Whether something has been erased since that the data may still have: they come out of a backup.
  private var isOfBackup = false

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
    var total: Int64 = 0
    for table in SweptTable.all {
      total += try await store.scan { transaction in try transaction.first(table.count) { $0.integer(0) } } ?? 0
    }
    (generation, table, last, unreadable) = (next, 0, 0, 0)
    isOfBackup = marks.map { $0.erasures < erasures } ?? false
    ring.began(total: total)
    return true
  }

  /// - Returns: whether there is more.
  private nonisolated(nonsending) mutating func step(_ ring: KeyRing, _ calls: PersistenceCalls) async throws -> Bool {
    let (table, start) = (SweptTable.all[table], last)
    let page = try await calls.store.scan { transaction in
      try transaction.all(table.page, [.integer(start), .integer(table.pageRows)]) {
        (id: $0.integer(0), seal: $0.optionalInteger(1))
      }
    }
    guard let end = page.last?.id else {
      (self.table, last) = (self.table + 1, 0)
      return self.table < SweptTable.all.count
    }
    var due: [Int64] = []
    for row in page where try Self.isDue(row.seal, ring) { due.append(row.id) }
    var rest = due[...]
    while !rest.isEmpty {
      let piece = rest.prefix(table.jobRows)
      do {
        unreadable += try await calls.sealAnew(Array(piece), of: table, ring)
        rest = rest.dropFirst(piece.count)
      } catch let missing as MissingKey {
        try await ring.prepare(missing.owner)
      }
    }
    last = end
    ring.advanced(by: page.count, sealed: due.count)
    return true
  }

  private static func isDue(_ seal: Int64?, _ ring: KeyRing) throws(StoreError) -> Bool {
    guard let seal else { return true }
    guard case .living(_, let isRetired) = try ring.state(of: seal) else { return true }
    return isRetired
  }

  private nonisolated(nonsending) func end(_ ring: KeyRing, _ store: Store, _ tell: (String) -> Void) async throws {
    guard let generation else { return }
    if isOfBackup { try await ChecksumMending.run(ring, store) }
    // The keys may have been changed once more meanwhile: then this comes again.
    let erasures = try await ring.erasures()
    try await store.write { transaction in
      try SealingTable.note(generation: generation, erasures: erasures, transaction)
    }
    if unreadable == 0 {
      try await ring.destroyRetired(upTo: generation)
    } else {
      tell("\(unreadable) contents cannot be opened: their keys are gone, or they are damaged. They stay as they are.")
    }
    // What was not sealed lies in the log of the database, too.
    try await store.emptyLog()
    let sealed = ring.progress.sealed
    ring.ended()
    if sealed > 0 { tell("\(sealed) contents have been sealed by the keys in force.") }
  }
}
