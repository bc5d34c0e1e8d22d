import HoldfastStore
import TestSupport
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
}
