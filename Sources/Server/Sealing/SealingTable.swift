internal import HoldfastStore

/// What the data say of how they are sealed: one row, from its first start with keys on.
struct SealingMarks: Equatable, Sendable {
  /// The newest key that there was when the hub started last.
  var lastKey: Int64
  /// The generation of keys for which all rows have been looked through (`SealSweep`).
  var generation: Int64
  /// How many erasures of keys these data know of.
  var erasures: Int64
}

enum SealingTable {
  static func read<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> SealingMarks? {
    try transaction.first("SELECT last_key, generation, erasures FROM sealing WHERE id = 1") { row in
      SealingMarks(lastKey: row.integer(0), generation: row.integer(1), erasures: row.integer(2))
    }
  }

  /// Notes that the hub starts with a ring of keys.
  static func begin(lastKey: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO sealing (id, last_key, generation) VALUES (1, $1, 0)
      ON CONFLICT (id) DO UPDATE SET last_key = excluded.last_key
      """, [.integer(lastKey)])
  }

  /// Notes that all rows are sealed by keys of this generation or later, and that what was erased is gone.
  static func note(
    generation: Int64, erasures: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE sealing SET generation = $1, erasures = $2 WHERE id = 1", [.integer(generation), .integer(erasures)])
  }

  /// Notes that what was erased is gone.
  static func note(erasures: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("UPDATE sealing SET erasures = $1 WHERE id = 1", [.integer(erasures)])
  }
}

extension KeyRing {
  /// Finds the keys that belong to a hub's data, or makes the first ones; nil where nothing is to be sealed.
  ///
  /// - Parameter found: the keys beside the data, if there are any.
  /// - Throws: `HubDirectoryError` when the data are sealed and their keys are not there, or are older than the data.
  static func begin(
    _ store: Store, _ found: KeyRing?, in directory: HubDirectory, master: MasterSecret?
  ) async throws -> KeyRing? {
    let marks = try await store.scan { transaction in try SealingTable.read(transaction) }
    if let marks, found == nil {
      throw HubDirectoryError(
        "The data in \(directory.path) are sealed, and \(directory.keys) is gone, which has had \(marks.lastKey) keys. "
          + "Put it back from its backup.")
    }
    guard let master else { return nil }
    let ring: KeyRing = if let found { found } else { try await KeyRing.make(in: directory, master: master) }
    do {
      let last = try await ring.lastKey()
      guard last >= marks?.lastKey ?? 0 else {
        throw HubDirectoryError(
          "\(directory.keys) is older than the data: keys are missing by which some of them are sealed. Put back the "
            + "newest backup of it.")
      }
      try await store.write { transaction in try SealingTable.begin(lastKey: last, transaction) }
      return ring
    } catch {
      ring.close()
      throw error
    }
  }

  /// The number of the newest key.
  nonisolated(nonsending) func lastKey() async throws -> Int64 {
    let last = try await store.scan { transaction in
      try transaction.first("SELECT last_key FROM master WHERE id = 1") { $0.integer(0) }
    }
    guard let last else { throw StoreError(.corrupt, "keys.sqlite has lost its master row") }
    return last
  }
}
