internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Another master key, while the hub serves.
///
/// The new secret is written beside the old one first, as `master.key.next`; then the keys are sealed anew, all in one
/// transaction; then the new secret takes the old one's place. A start finds whichever of the two opens the keys.
extension KeyRing {
  /// Puts a new master key in the place of the old, where that is in a file.
  /// - Returns: how many keys were sealed anew.
  nonisolated(nonsending) func replaceMaster() async throws -> Int {
    guard case .file(let path) = secret else {
      throw CallError<Never>(
        .failedPrecondition,
        "the master key is not in a file: start the hub with the new --master-key, and the old as --previous-master-key"
      )
    }
    let bytes = try Random.bytes(SealingKey.size)
    do {
      try LocalFile.replace(Self.next(path), with: bytes, mode: 0o600)
      let count = try await sealAnew(by: .bytes(bytes))
      try LocalFile.move(Self.next(path), to: path)
      return count
    } catch let error as FileError {
      throw CallError<Never>(.failedPrecondition, "the master key cannot be written: \(error)")
    }
  }

  static func next(_ path: String) -> String { path + ".next" }

  /// Seals the keys that the master key has sealed by another, in one transaction.
  nonisolated(nonsending) func sealAnew(by other: MasterSecret) async throws -> Int {
    let salt = try Random.bytes(16)
    let master = try other.key(salt: salt, cost: .standard)
    let proof = try master.seal([], context: Self.proven)
    let before = masters
    setMasters(before + [master])
    do {
      let count = try await store.write { [self] transaction in
        let keys = try transaction.all("SELECT id FROM key WHERE sealer = 0 AND fate = 0") { $0.integer(0) }
        for id in keys {
          try transaction.execute(
            "UPDATE key SET bytes = $2 WHERE id = $1",
            [.integer(id), .bytes(try living(id, transaction).sealed(by: master))])
        }
        try transaction.execute(
          "UPDATE master SET salt = $1, rounds = $2, block_size = $3, lanes = $4, proof = $5 WHERE id = 1",
          [
            .bytes(salt), .integer(Int64(clamping: KeyDerivation.Cost.standard.rounds)),
            .integer(Int64(KeyDerivation.Cost.standard.blockSize)), .integer(Int64(KeyDerivation.Cost.standard.lanes)),
            .bytes(proof),
          ])
        return keys.count
      }
      setMasters([master])
      try await store.emptyLog()
      return count
    } catch {
      setMasters(before)
      throw error
    }
  }
}
