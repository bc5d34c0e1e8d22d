import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `The table of context` {
  private func database(_ disk: LosingDisk) throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: Schema.migrations)
  }

  /// A run of a hub.
  private func run(on disk: LosingDisk, _ body: (ContextClient) async throws -> Void) async throws {
    var options = StoreOptions()
    options.vfs = disk.name
    let store = try Store(database(disk), options: options)
    defer { store.close() }
    let calls = try await PersistenceCalls.open(store)
    var dispatcher = Dispatcher()
    try await ContextCalls.open(beside: calls).register(on: &dispatcher)
    try await body(
      ContextClient(
        .inProcess(dispatcher, authenticator: Known(principal: HubPrincipal("tester", scope: .everything)))))
  }

  private struct Known: Authenticator {
    let principal: HubPrincipal

    nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { principal }
  }

  @Test func `what was acknowledged is there after the power was lost, and a watch goes on`() async throws {
    let disk = LosingDisk(seed: 1)
    var cursor: [UInt8] = []
    try await run(on: disk) { context in
      for place in [ContextPlace.global, .space, .user, .device("phone")] {
        try await context.set("a", "1", at: place)
        try await context.set("a", "2", at: place)
      }
      for try await change in context.watch(.init(view: .notes(device: "phone"))) {
        cursor = change.cursor
        break
      }
      try await context.set("b", "3", at: .global)
      try await context.set("b", "4")
      disk.cutPower(after: 0)
    }
    disk.restorePower()
    try await run(on: disk) { context in
      #expect(try await context.look("a", "b", view: .notes(device: "phone")) == ["device: 2", "space: 4"])
      #expect(try await context.past("a", at: .device("phone")).count == 2)
      var found: [String?] = []
      for try await change in context.watch(.init(view: .notes(device: "phone"), cursor: cursor)) {
        if change.kind == .caughtUp { break }
        found.append(change.entry?.text)
      }
      #expect(found == ["global: 3", "space: 4"])
      #expect(try await context.set("a", "3", at: .global) == 4)
    }
  }

  @Test func `the schema of before comes back only while there is no context`() async throws {
    let disk = LosingDisk(seed: 2)
    let migrator = Migrator(Schema.migrations)
    try await run(on: disk) { _ in }
    try migrator.revert(database(disk), to: 7)
    try await run(on: disk) { context in
      try await context.set("a", "1")
      #expect(try await context.look("a") == ["space: 1"])
    }
    #expect(throws: StoreError.self) { try migrator.revert(database(disk), to: 7) }
  }

  @Test func `a hub that has a space of the name it needs says so, and keeps everything`() throws {
    let disk = LosingDisk(seed: 3)
    try Migrator(Schema.migrations).revert(database(disk), to: 7)
    var options = StoreOptions()
    options.vfs = disk.name
    let old = try Database(path: "hub", options: options, migrations: Array(Schema.migrations.prefix(7)))
    _ = try old.write { try $0.shared(SpaceLedger.self).openAccount(named: "@global", $0) }
    let error = #expect(throws: StoreError.self) { try database(disk) }
    #expect(error?.code == .migration)
    #expect(error.map { "\($0)" }?.contains("@global") == true)
    _ = try Database(path: "hub", options: options, migrations: Array(Schema.migrations.prefix(7)))
  }

  @Test(arguments: [
    ContextTable.inForce, ContextTable.holds, ContextTable.page, ContextTable.past, ContextTable.changes,
    ContextTable.hasChanges, ContextTable.records, ContextTable.expired, ContextTable.oldRemovals, ContextTable.written,
  ])
  func `no step looks through a table or sorts`(statement: SQL) throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/hub.sqlite"
    _ = try Database(path: file, options: StoreOptions(), migrations: Schema.migrations)
    let plan = try queryPlan(of: statement, in: file)
    #expect(!plan.isEmpty)
    #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
  }

  @Test(arguments: [[], [3], [4, 5, 65], [1, 1, 0xff], [2, 0, 0xc3, 0x28], [4, 200, 65]] as [[UInt8]])
  func `bytes that are no address are told as such`(bytes: [UInt8]) {
    #expect(ContextAddress(decoding: bytes) == nil)
  }

  @Test func `an address comes back from its bytes, and places keep apart`() {
    let all = [
      ContextAddress(.global, name: "a"), ContextAddress(.user, of: "a", name: "b"),
      ContextAddress(.user, of: "ab", name: ""),
      ContextAddress(.device, of: "a", name: "b"), ContextAddress(.space, name: "\0🦊"),
    ]
    for address in all { #expect(ContextAddress(decoding: address.encoded()) == address) }
    #expect(Set(all.map { $0.encoded() }).count == all.count)
  }
}
