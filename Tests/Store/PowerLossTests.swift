import HoldfastStore
import HoldfastTesting
import Testing

/// Acknowledged writes against power cuts, on a disk that loses unsynced bytes.
@Suite struct PowerLossTests {
  /// Writes groups until the power goes, and says what was acknowledged and what is there afterwards.
  private func run(seed: UInt64, durability: StoreOptions.Durability) throws -> (lost: Int, acknowledged: Int) {
    var random = SeededGenerator(seed: seed)
    let disk = LosingDisk(seed: seed)
    var acknowledged: [Int: [UInt8]] = [:]
    var attempted: [Int: [[UInt8]]] = [:]
    do {
      let database = try disk.openDatabase(durability: durability)
      disk.cutPower(after: Int.random(in: 1...3_000, using: &random))
      while disk.hasPower {
        let group = (0..<Int.random(in: 1...8, using: &random)).map { _ in
          (
            number: Int.random(in: 1...200, using: &random),
            body: [UInt8](
              repeating: .random(in: 0...255, using: &random), count: .random(in: 1...6_000, using: &random))
          )
        }
        for note in group { attempted[note.number, default: []].append(note.body) }
        let outcomes = database.write(
          group: group.map { note in { transaction in try transaction.note(note.number, note.body) } })
        for (note, outcome) in zip(group, outcomes) {
          if case .success = outcome {
            acknowledged[note.number] = note.body
            attempted[note.number] = [note.body]
          }
        }
      }
    }
    disk.restorePower()
    let database: Database
    do {
      database = try disk.openDatabase(durability: durability)
    } catch {
      return (acknowledged.count, acknowledged.count)
    }
    let damage = try? database.write { transaction in
      try transaction.first("PRAGMA integrity_check") { $0.text(0) }
    }
    guard damage == "ok" else { return (acknowledged.count, acknowledged.count) }
    let lost = acknowledged.keys.filter { number in
      // The outcome of what was attempted after the last acknowledgement is unknown: either is right.
      guard let found = try? database.write({ try $0.body(of: number) }) else { return true }
      return attempted[number]?.contains(found) != true
    }
    return (lost.count, acknowledged.count)
  }

  @Test(arguments: 0..<8)
  func `no acknowledged write is lost at a power cut`(block: UInt64) throws {
    var acknowledged = 0
    for seed in block * 25..<(block + 1) * 25 {
      let result = try run(seed: seed, durability: .full)
      #expect(result.lost == 0, "seed \(seed)")
      acknowledged += result.acknowledged
    }
    #expect(acknowledged > 200)
  }

  @Test func `without synchronous=FULL the same test finds losses`() throws {
    let lost = try (0..<20).map { try run(seed: $0, durability: .none).lost }
    #expect(lost.filter { $0 > 0 }.count > 3)
  }

  @Test func `a group costs one sync, however many jobs it has`() throws {
    let disk = LosingDisk(seed: 1)
    let database = try disk.openDatabase()
    _ = try database.write { try $0.note(0) }
    let before = disk.syncCount
    _ = database.write(group: (1...50).map { number in { try $0.note(number) } })
    #expect(disk.syncCount == before + 1)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `no acknowledged write is lost while pages are moved into the database beside the writer`(
    seed: UInt64
  ) async throws {
    var random = SeededGenerator(seed: seed)
    let disk = LosingDisk(seed: seed)
    var acknowledged: [Int: [UInt8]] = [:]
    var attempted: (number: Int, body: [UInt8])?
    do {
      let store = try Store(disk.openDatabase(), options: disk.options())
      defer { store.close() }
      // The first pass begins after some 190 writes, and takes some thousand operations.
      disk.cutPower(after: Int.random(in: 500...6_000, using: &random))
      while disk.hasPower {
        let number = Int.random(in: 1...100, using: &random)
        let body = [UInt8](repeating: .random(in: 0...255, using: &random), count: 60_000)
        attempted = (number, body)
        guard (try? await store.write({ try $0.note(number, body) })) != nil else { continue }
        acknowledged[number] = body
        attempted = nil
      }
    }
    disk.restorePower()
    let database = try disk.openDatabase()
    #expect(try database.write { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
    for (number, body) in acknowledged {
      let found = try database.write { try $0.body(of: number) }
      // The outcome of the last one is unknown: either is right.
      #expect(found == body || number == attempted?.number && found == attempted?.body)
    }
    #expect(acknowledged.count > 50)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `a job that is larger than the page cache is whole after a power cut, and reads what it has written`(
    seed: UInt64
  ) throws {
    let disk = LosingDisk(seed: seed)
    func body(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number), count: 1 << 20) }
    do {
      let database = try disk.openDatabase()
      try database.write { transaction in
        for round in 0..<2 {
          for number in 0..<24 { try transaction.note(number, body(number + round)) }
        }
        for number in 0..<24 { #expect(try transaction.body(of: number) == body(number + 1)) }
      }
      disk.cutPower(after: 0)
    }
    disk.restorePower()
    let database = try disk.openDatabase()
    for number in 0..<24 { #expect(try database.write { try $0.body(of: number) } == body(number + 1)) }
  }

  @Test func `what an undone job has written is not written again, over another's commit`() throws {
    let disk = LosingDisk(seed: 1)
    let database = try disk.openDatabase()
    let other = try disk.openDatabase()
    #expect(throws: Refusal.self) {
      try database.write { transaction in
        var number = 0
        let before = disk.writeCount
        while disk.writeCount - before < 2 {  // until it no longer fits into the page cache
          number += 1
          try transaction.note(number, [UInt8](repeating: 1, count: 64 << 10))
        }
        throw Refusal()
      }
    }
    let body = [UInt8](repeating: 2, count: 3 << 20)
    try other.write { try $0.note(1, body) }
    try database.write { try $0.note(2) }
    let later = try disk.openDatabase()
    #expect(try later.write { try $0.numbers() } == [1, 2])
    #expect(try later.write { try $0.body(of: 1) } == body)
  }

  @Test func `a commit reaches the disk in few writes`() throws {
    let disk = LosingDisk(seed: 1)
    let database = try disk.openDatabase()
    let before = disk.writeCount
    try database.write { transaction in
      for number in 0..<20 { try transaction.note(number, [UInt8](repeating: 1, count: 3_000)) }
    }
    #expect(disk.writeCount - before < 5)
  }
}
