import FoundationEssentials
import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

/// The desk on a disk that fails, without threads.
struct `Entities on a failing disk` {
  private static let identity = ReplicaIdentity(device: UUID(), incarnation: UUID())

  /// Pushes that each count one up, on one of five notes.
  private static let pushes: [PushRequest] = (0..<40).map { push in
    PushRequest(
      space: "notes", replica: identity,
      operations: (1...5).map { key in
        var operation = EntityOperation.create(UInt8(key), .like(1))
        operation.number = UInt64(push * 5 + key)
        return operation
      })
  }

  private func open(_ disk: LosingDisk) throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: Schema.migrations)
  }

  private func desk(_ database: Database) throws -> SyncDesk {
    let epoch = try database.makeReader().read { transaction in
      try transaction.first("SELECT epoch FROM history") { $0.bytes(0) }
    }
    return SyncDesk(epoch: try #require(epoch), quotaBytes: 1 << 30, quotaValues: 1_000)
  }

  private func join(_ desk: SyncDesk, _ database: Database) throws {
    let request = JoinRequest(space: "notes", replica: Self.identity, entities: [Note.description()])
    _ = try database.write { try desk.join(request, by: "tester", at: 1_000_000, $0) }
  }

  private func push(_ request: PushRequest, _ desk: SyncDesk, _ database: Database) throws -> [Outcome] {
    try database.write { try desk.push(request, by: "tester", at: 2_000_000, $0) }.outcomes
  }

  /// What the database holds has to go together: outcomes, rows in the log, counts in the notes, checksum.
  private func check(_ desk: SyncDesk, _ database: Database) throws -> Int64 {
    try database.makeReader().read { transaction in
      let outcomes = try transaction.first("SELECT count(*) FROM outcome") { $0.integer(0) } ?? 0
      let changes = try transaction.first("SELECT count(*) FROM change") { $0.integer(0) } ?? 0
      let states = try transaction.all("SELECT state FROM entity") { $0.bytes(0) }
      let likes = states.reduce(Int64(0)) { $0 + Int64($1.last ?? 0) }
      #expect(outcomes == changes)
      #expect(likes == changes)
      let everything = try FilterSet([EntityFilter(type: "note")])
      #expect(try desk.checksum(of: "notes", transaction) == desk.checksum(of: "notes", everything, transaction))
      return changes
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `a power cut leaves each operation with its effect and its outcome, or with neither`(seed: UInt64) throws {
    let disk = LosingDisk(seed: seed)
    var acknowledged = 0
    var random = SeededGenerator(seed: seed)
    do {
      let database = try open(disk)
      let desk = try desk(database)
      try join(desk, database)
      disk.cutPower(after: Int.random(in: 1...250, using: &random))
      while disk.hasPower, acknowledged < Self.pushes.count {
        guard let outcomes = try? push(Self.pushes[acknowledged], desk, database) else { break }
        #expect(outcomes.allSatisfy { $0.kind == .applied })
        acknowledged += 1
      }
    }
    disk.restorePower()
    let database = try open(disk)
    let desk = try desk(database)
    #expect(try check(desk, database) >= Int64(acknowledged * 5))
    // Everything once more: what happened stays, the rest happens now.
    for (number, request) in Self.pushes.enumerated() {
      let outcomes = try push(request, desk, database)
      #expect(outcomes.allSatisfy { $0.kind == .applied })
      if number < acknowledged { #expect(outcomes.allSatisfy { $0.isReplay }) }
    }
    #expect(try check(desk, database) == 200)
  }

  @Test func `a full disk refuses the push, and later it happens once`() throws {
    let disk = LosingDisk(seed: 1)
    let database = try open(disk)
    let desk = try desk(database)
    try join(desk, database)
    _ = try push(Self.pushes[0], desk, database)
    disk.inject { $0.capacity = 0 }
    let error = #expect(throws: StoreError.self) { try push(Self.pushes[1], desk, database) }
    #expect(error?.code == .full)
    #expect(try check(desk, database) == 5)
    disk.inject { $0.capacity = .max }
    #expect(try push(Self.pushes[1], desk, database).allSatisfy { $0.kind == .applied && !$0.isReplay })
    #expect(try check(desk, database) == 10)
  }

  @Test func `the schema of before comes back only while there are no entities`() throws {
    let disk = LosingDisk(seed: 2)
    let database = try open(disk)
    let migrator = Migrator(Schema.migrations)
    try migrator.revert(database, to: 4)
    let again = try open(disk)
    try join(desk(again), again)
    _ = try push(Self.pushes[0], desk(again), again)
    #expect(throws: StoreError.self) { try migrator.revert(again, to: 4) }
  }

  @Test func `a history that is behind its note is a new one, and knows what it shares with the old`() throws {
    let disk = LosingDisk(seed: 3)
    let database = try open(disk)
    func begin(_ mark: HistoryMark?) throws -> (mark: HistoryMark, isNew: Bool) {
      try database.write { try HubHistory.begin(after: mark, $0) }
    }
    #expect(try begin(nil) == (HistoryMark(run: 1, changes: 0), false))
    // A crash between the database's note and the file's: the database is one ahead.
    #expect(try begin(HistoryMark(run: 0, changes: 0)) == (HistoryMark(run: 2, changes: 0), false))
    let first = try desk(database)
    try join(first, database)
    _ = try push(Self.pushes[0], first, database)
    #expect(try begin(HistoryMark(run: 2, changes: 5)) == (HistoryMark(run: 3, changes: 5), false))
    #expect(try desk(database).epoch == first.epoch)

    for noted in [HistoryMark(run: 3, changes: 6), HistoryMark(run: 99, changes: 0), nil] {
      let before = try desk(database).epoch
      #expect(try begin(noted).isNew)
      let after = try desk(database)
      #expect(after.epoch != before)
      // Whoever was there before is told how far it is the same, and has to join before it pushes.
      #expect(throws: (any Error).self) { try push(Self.pushes[1], after, database) }
      let request = JoinRequest(space: "notes", replica: Self.identity, epoch: before)
      let reply = try database.write { try after.join(request, by: "tester", at: 1_000_000, $0) }
      #expect(reply.shared == 5)
      #expect(reply.epoch == after.epoch)
    }
    let stranger = JoinRequest(space: "notes", replica: Self.identity, epoch: [1, 2, 3])
    let last = try desk(database)
    #expect(try database.write { try last.join(stranger, by: "tester", at: 1_000_000, $0) }.shared == 0)
    #expect(try database.write { try last.join(request(of: first), by: "tester", at: 1_000_000, $0) }.shared == 5)
  }

  private func request(of desk: SyncDesk) -> JoinRequest {
    JoinRequest(space: "notes", replica: Self.identity, epoch: desk.epoch)
  }

  @Test(arguments: ["", "1", "1 x", "1 2 3", "-", "99999999999999999999 1"])
  func `a note that is none counts as none`(text: String) { #expect(HistoryMark(text) == nil) }
}
