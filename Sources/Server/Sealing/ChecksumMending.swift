internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync

/// Sets right what spaces count of their entities, after some of a restored backup turned out to have been erased: what
/// these had added to the checksum is known no more.
enum ChecksumMending {
  /// Takes the spaces one by one, and lets writers go on meanwhile: these change a checksum by as much as it should change,
  /// so what it lacks stays the same.
  nonisolated(nonsending) static func run(_ ring: KeyRing, _ store: Store) async throws {
    var last: Int64 = 0
    while let space = try await next(after: last, store) {
      last = space.id
      let lack = try await store.scan { transaction in
        let counted = try EntityAccount.Row.read(space: space.id, transaction)?.checksum ?? Checksum()
        let seal = SpaceSeal(ring: ring, space: space.name)
        let actual = try Checksum.compute(of: space.id, FilterSet([]), opening: seal, transaction)
        return actual.difference(from: counted)
      }
      guard lack != Checksum() else { continue }
      try await store.write { transaction in
        let entities = try transaction.shared(EntityLedger.self).openAccount(of: space.id, transaction)
        entities.row.checksum.add(lack)
      }
    }
  }

  private nonisolated(nonsending) static func next(
    after last: Int64, _ store: Store
  ) async throws -> (id: Int64, name: String)? {
    try await store.scan { transaction in
      try transaction.first(
        "SELECT e.id, s.name FROM entity_space AS e JOIN space AS s ON s.id = e.id WHERE e.id > $1 ORDER BY e.id LIMIT 1",
        [.integer(last)]
      ) { ($0.integer(0), $0.text(1)) }
    }
  }
}
