internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastWire

extension KeyRing {
  /// What is known of the master key without having it.
  private struct Lid {
    var salt: [UInt8]
    var cost: KeyDerivation.Cost
    var proof: [UInt8]
    var generation: Int64 = 1
  }

  static let proven = Array("holdfast master key".utf8)

  /// Unlocks the keys that are in a directory; nil when there are none.
  ///
  /// - Parameter previous: the master key of before: where it opens the keys, `master` takes its place.
  /// - Throws: `HubDirectoryError` when there are some, and `master` is none or another than theirs. Nothing is changed
  ///   then.
  static func find(
    in directory: HubDirectory, master: MasterSecret?, previous: MasterSecret? = nil
  ) async throws -> KeyRing? {
    guard try LocalFile.status(of: directory.keys) != nil else { return nil }
    let store = try open(directory)
    do {
      guard let lid = try await readLid(store) else {
        store.close()
        return nil
      }
      guard let master else {
        throw HubDirectoryError(
          "The data in \(directory.path) are sealed. Start the hub with --seal, and with --master-key where the key is "
            + "not in \(directory.masterKey).")
      }
      if let previous, let old = try opening(lid, by: previous, directory) {
        let ring = try KeyRing(store, master: old, from: master, generation: lid.generation)
        _ = try await ring.sealAnew(by: master)
        return ring
      }
      guard let key = try opening(lid, by: master, directory) else {
        throw HubDirectoryError(
          "The master key is not the one by which the data in \(directory.path) are sealed; nothing was changed. "
            + "--master-key says where the right one is.")
      }
      return try KeyRing(store, master: key, from: master, generation: lid.generation)
    } catch {
      store.close()
      throw error
    }
  }

  /// Makes a file of keys, and the master key where that is a file that does not exist.
  static func make(
    in directory: HubDirectory, master: MasterSecret, cost: KeyDerivation.Cost = .standard
  ) async throws -> KeyRing {
    let salt = try Random.bytes(16)
    let key = try unlock(directory) { try master.key(salt: salt, cost: cost) }
    let proof = try key.seal([], context: proven)
    if try LocalFile.status(of: directory.keys) == nil {
      try LocalFile.replace(directory.keys, with: [], mode: 0o600)
    }
    let store = try open(directory)
    do {
      _ = try await store.write { transaction in
        try transaction.execute(
          """
          INSERT INTO master (id, salt, rounds, block_size, lanes, proof, last_key, generation)
          VALUES (1, $1, $2, $3, $4, $5, 0, 1)
          """,
          [
            .bytes(salt), .integer(Int64(clamping: cost.rounds)), .integer(Int64(cost.blockSize)),
            .integer(Int64(cost.lanes)), .bytes(proof),
          ])
      }
      return try KeyRing(store, master: key, from: master, generation: 1)
    } catch {
      store.close()
      throw error
    }
  }

  /// The master key, if it is that of the keys.
  private static func opening(
    _ lid: Lid, by secret: MasterSecret, _ directory: HubDirectory
  ) throws -> SealingKey? {
    let key = try unlock(directory) { try secret.key(salt: lid.salt, cost: lid.cost, mayMake: false) }
    let isRight = try key.open(lid.proof, context: proven) != nil
    guard case .file(let path) = secret, try LocalFile.status(of: next(path)) != nil else { return isRight ? key : nil }
    // A stop has come between: either nothing was sealed by the next key yet, or everything is.
    if isRight {
      try LocalFile.removeDurably(next(path))
      return key
    }
    let other = try unlock(directory) {
      try MasterSecret.file(next(path)).key(salt: lid.salt, cost: lid.cost, mayMake: false)
    }
    guard try other.open(lid.proof, context: proven) != nil else { return nil }
    try LocalFile.move(next(path), to: path)
    return other
  }

  private static func open(_ directory: HubDirectory) throws(StoreError) -> Store {
    var options = StoreOptions()
    options.erasesDeleted = true
    options.scanThreads = 1
    return try Store(
      Database(path: directory.keys, options: options, migrations: KeyTables.migrations), options: options)
  }

  private static func readLid(_ store: Store) async throws -> Lid? {
    try await store.scan { transaction in
      try transaction.first("SELECT salt, rounds, block_size, lanes, proof, generation FROM master WHERE id = 1") {
        row in
        Lid(
          salt: row.bytes(0),
          cost: .init(
            rounds: UInt64(clamping: row.integer(1)), blockSize: UInt32(clamping: row.integer(2)),
            lanes: UInt32(clamping: row.integer(3))),
          proof: row.bytes(4), generation: row.integer(5))
      }
    }
  }

  private static func unlock(
    _ directory: HubDirectory, _ body: () throws -> SealingKey
  ) throws -> SealingKey {
    do {
      return try body()
    } catch {
      throw HubDirectoryError("The master key of \(directory.path) cannot be had: \(error). See --master-key.")
    }
  }
}
