import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `Logs of changes are kept short` {
  private static let day: Int64 = 86_400

  private func put(_ count: Int, _ hub: PersistenceFixture, space: String = "notes") async throws {
    let notes = hub.client()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        group.addTask {
          _ = try await notes.put(PutRequest(space: space, key: "k\(number % 50)", content: [UInt8(number & 255)]))
        }
      }
      try await group.waitForAll()
    }
  }

  private func cursor(after changes: Int, _ notes: PersistenceClient) async throws -> [UInt8] {
    var left = changes
    for try await change in notes.watch(WatchRequest(space: "notes", fromStart: true, bare: true)) {
      left -= 1
      if left == 0 { return change.cursor }
    }
    return []
  }

  /// The sequences of the changes that a watch sends before it has caught up.
  private func sequences(_ request: WatchRequest, _ notes: PersistenceClient) async throws -> [UInt64] {
    var found: [UInt64] = []
    for try await change in notes.watch(request) {
      if change.kind == .caughtUp { break }
      found.append(change.sequence)
    }
    return found
  }

  @Test func `changes that are too old are cut off, the others stay`() async throws {
    let hub = try await PersistenceFixture { $0.changesKept = .seconds(30 * Self.day) }
    try await put(600, hub)
    hub.advance(seconds: 20 * Self.day)
    try await put(10, hub)
    hub.advance(seconds: 10 * Self.day)
    try await hub.calls.tendLogs()
    #expect(try await hub.store.ends(of: "notes")?.floor == 0)
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    #expect(try await hub.store.ends(of: "notes")?.floor == 600)
    #expect(try await hub.store.countChanges().all == 10)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    #expect(try await hub.client().text("k49") != nil)
    #expect(try await sequences(WatchRequest(space: "notes", fromStart: true), hub.client()) == Array(601...610))
  }

  @Test func `changes beyond the count are cut off, in every space for itself`() async throws {
    let hub = try await PersistenceFixture {
      $0.changesKeptCount = 20
      $0.outcomesKept = .zero
    }
    for (space, count) in [("a", 700), ("b", 21), ("c", 20)] { try await put(count, hub, space: space) }
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    for (space, floor) in [("a", 680), ("b", 1), ("c", 0)] as [(String, Int64)] {
      #expect(try await hub.store.ends(of: space)?.floor == floor)
      #expect(try await Audit.brokenLink(in: hub.store, space: space) == nil)
    }
    #expect(try await hub.store.countChanges().all == 60)
  }

  @Test func `a change that its client may send again stays, however many there are`() async throws {
    let hub = try await PersistenceFixture {
      $0.changesKeptCount = 0
      $0.changesKept = .zero
    }
    let options = CallOptions(idempotencyKey: [7])
    try await hub.client().put("a", "1", options: options)
    hub.advance(seconds: 7 * Self.day)
    try await hub.calls.tendLogs()
    #expect(try await hub.client().put("a", "1", options: options) == 1)
    #expect(try await hub.store.countChanges().withOutcome == 1)
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    #expect(try await hub.store.countChanges() == (0, 0))
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    #expect(try await hub.client().put("a", "1", options: options) == 2)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `a watch whose cursor lies before the cut is told so, and can begin anew`() async throws {
    let hub = try await PersistenceFixture {
      $0.changesKeptCount = 5
      $0.outcomesKept = .zero
    }
    let notes = hub.client()
    try await put(20, hub)
    let old = try await cursor(after: 14, notes)
    let atFloor = try await cursor(after: 15, notes)
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    let error = await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) {
      for try await _ in notes.watch(WatchRequest(space: "notes", cursor: old)) {}
    }
    #expect(error?.declared == .cursorExpired(CursorExpired(floor: 15)))
    #expect(try await sequences(WatchRequest(space: "notes", cursor: atFloor), notes) == Array(16...20))
    #expect(try await sequences(WatchRequest(space: "notes", fromStart: true), notes) == Array(16...20))
  }

  @Test func `a watch that is overtaken by the cut ends, and leaves no change out`() async throws {
    let hub = try await PersistenceFixture {
      $0.changesKeptCount = 5
      $0.outcomesKept = .zero
    }
    let notes = hub.client()
    // More than may be on its way to a client that does not read, so that the watch has to come back to the log.
    let count = Limits.watchRows * 8
    for start in stride(from: 0, to: count, by: 256) {
      let puts = (start..<start + 256).map { number in
        Operation.put(Put(key: "k\(number)", content: [UInt8](repeating: 0, count: 2_048)))
      }
      _ = try await notes.batch(BatchRequest(space: "notes", operations: puts))
    }
    var watch = notes.watch(WatchRequest(space: "notes", fromStart: true)).makeAsyncIterator()
    var last = try #require(try await watch.next()).sequence
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    let error = await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) {
      while let change = try await watch.next() {
        #expect(change.sequence == last + 1)
        last = change.sequence
      }
    }
    #expect(error?.declared == .cursorExpired(CursorExpired(floor: UInt64(count - 5))))
  }

  /// A store on a disk that can lose its power, its connections closed when this returns.
  private func open<Result>(
    _ disk: LosingDisk, at seconds: Int64, _ body: (PersistenceCalls) async throws -> Result
  ) async throws -> Result {
    var options = StoreOptions()
    options.vfs = disk.name
    options.scanThreads = 1  // so that each run does the same
    let store = try Store(Database(path: "hub", options: options, migrations: Schema.migrations), options: options)
    defer { store.close() }
    var settings = PersistenceSettings()
    settings.changesKeptCount = 30
    settings.outcomesKept = .zero
    settings.clock = { Timestamp(seconds: seconds) }
    return try await body(PersistenceCalls.open(store, settings))
  }

  /// Makes many changes to values of one space, each a commit of its own.
  private func fill(_ disk: LosingDisk, changes count: Int64) async throws {
    try await open(disk, at: 1) { calls in
      for number in 0..<count {
        _ = try await calls.store.write { transaction in
          let account = try transaction.shared(SpaceLedger.self).openAccount(named: "notes", transaction)
          let quota = calls.defaultQuota
          var mutation = Mutation(of: account, now: calls.now, by: "tester", defaultQuota: quota, sealing: nil)
          let value = NewValue(key: [UInt8(number % 50)], content: [1], contentHash: [2], type: "")
          let version = try mutation.put(value, transaction)
          let identity = OperationIdentity(key: [UInt8(number >> 8), UInt8(number & 255)], request: [])
          try mutation.finish(identity, outcome: [], transaction)
          return version
        }
      }
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `a power cut in the middle leaves a whole log, which is cut further afterwards`(seed: UInt64) async throws {
    let count = Int64(Limits.tendedChanges * 5)
    let untroubled = LosingDisk(seed: seed)
    try await fill(untroubled, changes: count)
    let operations = try await open(untroubled, at: 2) { calls in
      let before = untroubled.operationCount
      try await calls.tendLogs()
      return untroubled.operationCount - before
    }
    let disk = LosingDisk(seed: seed)
    try await fill(disk, changes: count)
    var random = SeededGenerator(seed: seed)
    try await open(disk, at: 2) { calls in
      disk.cutPower(after: Int.random(in: 1...operations, using: &random))
      await #expect(throws: (any Error).self) { try await calls.tendLogs() }
    }
    disk.restorePower()
    try await open(disk, at: 2) { calls in
      let ends = try #require(try await calls.store.ends(of: "notes"))
      #expect(ends.sequence == count)
      #expect(ends.floor <= ends.forgotten)
      #expect(try await calls.store.countChanges().all == count - ends.floor)
      #expect(try await Audit.brokenLink(in: calls.store, space: "notes") == nil)
      try await calls.tendLogs()
      #expect(try await calls.store.countChanges() == (30, 0))
      #expect(try await calls.store.ends(of: "notes")?.floor == count - 30)
      #expect(try await Audit.brokenLink(in: calls.store, space: "notes") == nil)
    }
  }

  @Test(arguments: [
    LogEnds.page, LogCut.ends, LogCut.moments, LogCut.digest, LogCut.cut, LogCut.forget, EntityTable.oldTombstones,
    EntityTable.removeTombstones,
  ])
  func `no step looks through a table or sorts`(statement: SQL) async throws {
    let directory = try TemporaryDirectory()
    let store = try Store.open(DataDirectory.open(directory.path), migrations: Schema.migrations)
    defer { store.close() }
    let plan = try queryPlan(of: statement, in: directory.path + "/holdfast.sqlite")
    #expect(!plan.isEmpty)
    #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
  }

  @Test func `the schema of before comes back unless a log has been cut`() async throws {
    let disk = LosingDisk(seed: 1)
    func database() throws -> Database {
      var options = StoreOptions()
      options.vfs = disk.name
      return try Database(path: "hub", options: options, migrations: Schema.migrations)
    }
    let migrator = Migrator(Schema.migrations)
    try migrator.revert(database(), to: 3)
    let open = try database()
    try open.write { transaction in
      _ = try transaction.shared(SpaceLedger.self).openAccount(named: "notes", transaction)
      try transaction.execute("UPDATE space SET floor = 1")
    }
    #expect(throws: StoreError.self) { try migrator.revert(open, to: 3) }
  }
}
