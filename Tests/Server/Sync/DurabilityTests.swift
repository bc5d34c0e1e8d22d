import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

/// The desk on a disk that fails, without threads.
struct `Entities on a failing disk` {
  private static let identity = ReplicaIdentity(device: UUID(), incarnation: UUID())

  /// A push to a hub that was joined in its present run.
  private static func request(_ number: Int, _ desk: SyncDesk) -> PushRequest {
    var request = pushes[number]
    request.epoch = desk.epoch
    return request
  }

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

  private func push(_ number: Int, _ desk: SyncDesk, _ database: Database) throws -> [Outcome] {
    try database.write { try desk.push(Self.request(number, desk), by: "tester", at: 2_000_000, $0) }.outcomes
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
        guard let outcomes = try? push(acknowledged, desk, database) else { break }
        #expect(outcomes.allSatisfy { $0.kind == .applied })
        acknowledged += 1
      }
    }
    disk.restorePower()
    let database = try open(disk)
    let desk = try desk(database)
    #expect(try check(desk, database) >= Int64(acknowledged * 5))
    // Everything once more: what happened stays, the rest happens now.
    for number in Self.pushes.indices {
      let outcomes = try push(number, desk, database)
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
    _ = try push(0, desk, database)
    disk.inject { $0.capacity = 0 }
    let error = #expect(throws: StoreError.self) { try push(1, desk, database) }
    #expect(error?.code == .full)
    #expect(try check(desk, database) == 5)
    disk.inject { $0.capacity = .max }
    #expect(try push(1, desk, database).allSatisfy { $0.kind == .applied && !$0.isReplay })
    #expect(try check(desk, database) == 10)
  }

  @Test func `the schema of before comes back only while there are no entities`() throws {
    let disk = LosingDisk(seed: 2)
    let database = try open(disk)
    let migrator = Migrator(Schema.migrations)
    try migrator.revert(database, to: 4)
    let again = try open(disk)
    try join(desk(again), again)
    _ = try push(0, desk(again), again)
    #expect(throws: StoreError.self) { try migrator.revert(again, to: 4) }
  }

  /// The hub is started on the database.
  private func start(_ database: Database) throws -> SyncDesk {
    try database.write { try HubHistory.begin($0) }
    return try desk(database)
  }

  private func shared(
    with epoch: [UInt8], earlier: [EarlierHistory] = [], _ desk: SyncDesk, _ database: Database
  ) throws -> UInt64 {
    let request = JoinRequest(space: "notes", replica: Self.identity, epoch: epoch, earlier: earlier)
    let known = try database.makeReader().read {
      try desk.joinKnown(request, by: "tester", canWrite: true, at: 1_000_000, $0)
    }
    let reply = try database.write { try desk.join(request, by: "tester", at: 1_000_000, $0) }
    #expect(reply.epoch == desk.epoch)
    #expect(known == reply)
    return reply.shared
  }

  @Test func `each run is a history of its own, and knows what it shares with those before`() throws {
    let database = try open(LosingDisk(seed: 3))
    let first = try start(database)
    try join(first, database)
    _ = try push(0, first, database)
    let second = try start(database)
    #expect(second.epoch != first.epoch)
    // Whoever was there before does not know what of that is still so, and joins before it pushes.
    let late = #expect(throws: CallError<Never>.self) {
      try database.write { try second.push(Self.request(1, first), by: "tester", at: 2_000_000, $0) }
    }
    #expect(late?.status == .unavailable)
    #expect(try shared(with: first.epoch, second, database) == 5)
    _ = try push(1, second, database)
    // Nothing happens in one run.
    let last = try [0, 0].map { _ in try start(database) }[1]
    #expect(try shared(with: first.epoch, last, database) == 5)
    #expect(try shared(with: second.epoch, last, database) == 10)
    #expect(try shared(with: last.epoch, last, database) == 10)
    // Of a run that it does not know it goes by those before that.
    #expect(try shared(with: [1, 2, 3], last, database) == 0)
    let earlier = [
      EarlierHistory(epoch: [4], shared: 9), EarlierHistory(epoch: second.epoch, shared: 7),
      EarlierHistory(epoch: first.epoch, shared: 5),
    ]
    #expect(try shared(with: [1, 2, 3], earlier: earlier, last, database) == 7)
    let longer = [EarlierHistory(epoch: first.epoch, shared: 9)]
    #expect(try shared(with: [1, 2, 3], earlier: longer, last, database) == 5)
  }

  @Test func `a cursor of an earlier run is good up to where that ended as far as the database knows`() throws {
    let (disk, backup) = (LosingDisk(seed: 4), LosingDisk(seed: 5))
    let everything = try FilterSet()
    var cursors: [[UInt8]] = []
    do {
      let database = try open(disk)
      let desk = try start(database)
      try join(desk, database)
      for number in 0..<2 {
        _ = try push(number, desk, database)
        let request = PullRequest(space: "notes")
        cursors.append(try database.makeReader().read { try desk.pull(request, everything, at: 0, $0) }.cursor)
        // The hub runs on, and is killed later.
        if number == 0 { backup.copyFiles(of: disk) }
      }
    }
    for (disk, isGood) in [(disk, [true, true]), (backup, [true, false])] {
      let database = try open(disk)
      let desk = try start(database)
      _ = try push(2, desk, database)
      for (cursor, isGood) in zip(cursors, isGood) {
        let request = PullRequest(space: "notes", cursor: cursor)
        let page = try database.makeReader().read { try desk.pull(request, everything, at: 0, $0) }
        #expect(page.restart == !isGood)
        #expect(try #require(Cursor(page.cursor)).epoch == desk.epoch)
      }
    }
  }

  @Test func `the oldest runs are forgotten, and what later ones need of them is not`() throws {
    let database = try open(LosingDisk(seed: 6))
    let first = try start(database)
    try join(first, database)
    _ = try push(0, first, database)
    let second = try start(database)
    _ = try push(1, second, database)
    let quiet = try start(database)
    for _ in 1..<Limits.runs { try database.write { try HubHistory.begin($0) } }
    let last = try start(database)
    #expect(try shared(with: second.epoch, last, database) == 0)
    #expect(try shared(with: quiet.epoch, last, database) == 10)
    let rows = try database.makeReader().read { transaction in
      let runs = try transaction.first("SELECT count(*) FROM run") { $0.integer(0) }
      let ends = try transaction.first("SELECT count(*) FROM run_end") { $0.integer(0) }
      return [runs, ends]
    }
    #expect(rows == [Limits.runs, 1])
  }
}
