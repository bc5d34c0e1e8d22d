internal import HoldfastCrypto
internal import HoldfastStore

/// Keys that take the place of others, and keys that are destroyed.
extension KeyRing {
  private static let currentSpaces: SQL = """
    SELECT space FROM key WHERE subject = '' AND retired IS NULL AND fate = 0 AND ($1 = '' OR space = $1)
    """
  private static let outcomeKeys: SQL = """
    SELECT id, space FROM key WHERE subject = $2 AND retired IS NULL AND fate = 0 AND ($1 = '' OR space = $1)
    """
  private static let retire: SQL = """
    UPDATE key SET retired = $3 WHERE subject <> $2 AND retired IS NULL AND fate = 0 AND ($1 = '' OR space = $1)
    """
  private static let retired: SQL = """
    SELECT id, space, subject FROM key WHERE retired > 0 AND retired <= $1 AND fate = 0
    ORDER BY subject = '', id LIMIT $2
    """

  /// Gives a space a new key, and its subjects with the next that is written about them; all spaces when none is named.
  /// What was sealed by the others is sealed anew by and by (`SealSweep`); then they are destroyed.
  ///
  /// - Returns: how many keys were replaced.
  nonisolated(nonsending) func rotate(space: String) async throws -> Int {
    let done = try await store.write { [self] transaction -> (count: Int, generation: Int64)? in
      let spaces = try transaction.all(Self.currentSpaces, [.text(space)]) { $0.text(0) }
      guard !spaces.isEmpty else { return nil }
      let generation = try nextGeneration(transaction)
      let outcomes = try transaction.all(Self.outcomeKeys, [.text(space), .text(SealedOutcome.subject)]) {
        (id: $0.integer(0), space: $0.text(1))
      }
      // Opened as long as what has sealed them is in force.
      let opened = try outcomes.map { try living($0.id, transaction) }
      let count = try transaction.execute(
        Self.retire, [.text(space), .text(SealedOutcome.subject), .integer(generation)])
      for name in spaces { _ = try currentOrNew(KeyOwner(space: name), transaction) }
      // Outcomes are kept for a few days only: their keys stay, under the new keys of their spaces.
      for key in opened {
        let sealer = try currentOrNew(KeyOwner(space: key.owner.space), transaction)
        try transaction.execute(
          "UPDATE key SET sealer = $2, bytes = $3 WHERE id = $1",
          [.integer(key.id), .integer(sealer.id), .bytes(try key.sealed(by: sealer.sealing))])
      }
      return (count, generation)
    }
    guard let done else { return 0 }
    forget(generation: done.generation)
    return done.count
  }

  /// Destroys the keys that were replaced up to a generation. Nothing may be sealed by them any longer.
  nonisolated(nonsending) func destroyRetired(upTo generation: Int64) async throws {
    var count = 0
    repeat {
      count = try await store.write { [self] transaction in
        let due = try transaction.all(Self.retired, [.integer(generation), .integer(Limits.sweptRows)]) {
          (id: $0.integer(0), owner: KeyOwner(space: $0.text(1), subject: $0.text(2)))
        }
        for key in due {
          // What recognises calls goes over to the key that follows.
          _ = try currentOrNew(key.owner, transaction)
          linger(try living(key.id, transaction))
          try Self.destroy(key.id, .replaced, transaction)
        }
        return due.count
      }
    } while count == Limits.sweptRows
    forget()
    try await store.emptyLog()
  }

  /// Lets an owner's keys seal nothing any more: what is written from now on gets a new one, which has nothing of them.
  nonisolated(nonsending) func abandon(_ owners: [KeyOwner]) async throws {
    try await store.write { transaction in
      for owner in owners {
        try transaction.execute(
          "UPDATE key SET retired = 0 WHERE space = $1 AND subject = $2 AND fate = 0",
          [.text(owner.space), .text(owner.subject)])
      }
    }
    forget()
  }

  /// Destroys the keys that owners have been made to abandon. Returns when nothing is left of them in the file.
  /// - Returns: how many.
  nonisolated(nonsending) func destroyAbandoned(_ owners: [KeyOwner]) async throws -> Int {
    let count = try await store.write { transaction in
      var count = 0
      for owner in owners {
        let keys = try transaction.all(
          "SELECT id FROM key WHERE space = $1 AND subject = $2 AND retired = 0 AND fate = 0",
          [.text(owner.space), .text(owner.subject)]
        ) { $0.integer(0) }
        for key in keys { try Self.destroy(key, .erased, transaction) }
        count += keys.count
      }
      if count > 0 { try transaction.execute("UPDATE master SET erasures = erasures + 1") }
      return count
    }
    forget()
    try await store.emptyLog()
    return count
  }

  /// How often keys were destroyed in order to erase something.
  nonisolated(nonsending) func erasures() async throws -> Int64 {
    try await store.scan { transaction in
      try transaction.first("SELECT erasures FROM master WHERE id = 1") { $0.integer(0) }
    } ?? 0
  }

  private func nextGeneration(_ transaction: borrowing WriteTransaction) throws(StoreError) -> Int64 {
    let next = try transaction.first("UPDATE master SET generation = generation + 1 RETURNING generation") {
      $0.integer(0)
    }
    guard let next else { throw StoreError(.corrupt, "keys.sqlite has lost its master row") }
    return next
  }

  private static func destroy(
    _ id: Int64, _ fate: KeyFate, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE key SET bytes = zeroblob(0), space = '', subject = '', fate = $2 WHERE id = $1",
      [.integer(id), .integer(fate.rawValue)])
  }
}
