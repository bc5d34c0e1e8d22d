import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Conflicts that wait` {
  private let hub: PersistenceFixture
  private let client: SyncClient
  private var device: Device
  private var other: Device

  init() async throws {
    hub = try await PersistenceFixture()
    client = SyncClient(hub.rpcClient("judge"))
    device = Device(hub.rpcClient(), 1)
    other = Device(hub.rpcClient(), 2)
    try await device.join()
    try await other.join()
    try await device.push(.create(1, .title("a")))
  }

  private func waiting() async throws -> [EntityConflict] {
    try await client.conflicts(ConflictsRequest(space: "notes")).conflicts
  }

  private func resolve(_ id: UInt64, _ choice: Choice, _ changes: [FieldChange] = []) async throws -> Outcome {
    try await client.resolve(ResolveRequest(space: "notes", id: id, choice: choice, changes: changes)).outcome
  }

  @Test mutating func `a conflict is listed with what met`() async throws {
    let sent = other.number([.update(1, base: 0, .title("b"))])
    _ = try await other.send(sent)
    let found = try await waiting()
    #expect(found.count == 1)
    #expect(found[0].operation == sent[0])
    #expect(found[0].replica == other.identity)
    #expect(found[0].state == .title("a"))
    #expect(found[0].version == 1)
    #expect(found[0].fields == [1])
    #expect(found[0].by == "tester")
    #expect(found[0].at == Timestamp(seconds: 1_800_000_000))
  }

  @Test mutating func `mine is written over what there is by now`() async throws {
    let sent = other.number([.update(1, base: 0, .title("b"))])
    _ = try await other.send(sent)
    try await device.push(.update(1, base: 1, .title("c")))
    #expect(try await resolve(1, .mine).words == "applied 3 news")
    #expect(try await waiting().isEmpty)
    try await device.pull()
    #expect(device.state(1) == .title("b"))
    #expect(try await device.agrees())
    // The device that asks again is told what was decided.
    #expect(try await other.send(sent).words == ["applied again 3 news"])
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test mutating func `the server's stays, and the device is told`() async throws {
    let sent = other.number([.update(1, base: 0, .title("b"))])
    _ = try await other.send(sent)
    let outcome = try await resolve(1, .server)
    #expect(outcome.words == "superseded 2 news")
    #expect(outcome.state == .title("a"))
    #expect(try await other.send(sent).words == ["superseded again 2 news"])
    // It is as it was, and has another version: who waits for the decision is told of it as of any change.
    try await device.pull()
    #expect(device.state(1) == .title("a") && device.version(1) == 2)
    #expect(try await device.agrees())
  }

  @Test mutating func `merged takes the values that somebody gives`() async throws {
    try await other.push(.update(1, base: 0, .title("b")))
    #expect(try await resolve(1, .merged, [.title("a and b")]).state == .title("a and b"))
    try await device.pull()
    #expect(device.state(1) == .title("a and b"))
  }

  @Test mutating func `a deletion can be decided on as well, in both ways`() async throws {
    try await device.push(.create(2, .title("x")))
    try await other.push(.delete(1, base: 0), .delete(2, base: 0))
    #expect(try await resolve(1, .mine).isDeleted)
    #expect(try await resolve(2, .server).state == .title("x"))
    try await device.push(.update(1, base: 1, .title("still mine")))
    try await device.pull()
    #expect(device.state(1) == nil)
    #expect(try await device.agrees())
    // What a person decides on can come back.
    let comeback = try #require(try await waiting().first)
    #expect(try await resolve(comeback.id, .mine).state == .title("still mine"))
    try await device.pull()
    #expect(device.state(1) == .title("still mine"))
    #expect(try await device.agrees())
  }

  @Test mutating func `the device that decides by itself takes its conflict away`() async throws {
    try await other.push(.update(1, base: 0, .title("b")))
    try await other.push(.update(1, base: 0, .like(1)))
    #expect(try await waiting().count == 1)
    try await other.push(.update(1, base: 1, .title("decided")))
    #expect(try await waiting().isEmpty)
  }

  @Test(arguments: [Choice.mine, .server])
  mutating func `a decision wakes who waits, urgently`(_ choice: Choice) async throws {
    try await other.push(.update(1, base: 0, .title("b")))
    var hints = client.hints(HintsRequest(space: "notes")).makeAsyncIterator()
    _ = try await hints.next()
    _ = try await resolve(1, choice)
    #expect(try await hints.next()?.kind == .urgent)
  }

  @Test mutating func `what cannot be decided is refused, and the conflict stays`() async throws {
    try await other.push(.update(1, base: 0, .title("b")))
    for (id, choice, changes) in [
      (1, Choice.unknown, []), (1, .merged, [FieldChange(field: 0, kind: .assign, after: [1])]),
    ] as [(UInt64, Choice, [FieldChange])] {
      let error = await #expect(throws: CallError<SyncMethods.ResolveFailure>.self) {
        try await resolve(id, choice, changes)
      }
      #expect(error?.status == .invalidArgument)
    }
    for id in [0, 2, UInt64.max] {
      let error = await #expect(throws: CallError<SyncMethods.ResolveFailure>.self) { try await resolve(id, .mine) }
      #expect(error?.declared == .noSuchConflict(NoSuchConflict(id: id)))
    }
    #expect(try await waiting().count == 1)
    let reader = SyncClient(hub.rpcClient("reader", scope: Scope(spaces: [SpacePattern("notes")])))
    #expect(try await reader.conflicts(ConflictsRequest(space: "notes")).conflicts.count == 1)
    let refused = await #expect(throws: CallError<SyncMethods.ResolveFailure>.self) {
      try await reader.resolve(ResolveRequest(space: "notes", id: 1, choice: .mine))
    }
    #expect(refused?.declared == .noAccess(NoAccess(space: "notes", need: "write")))
  }

  @Test mutating func `they are listed a page at a time`() async throws {
    let operations = other.number((0..<5).map { .update(1, base: 0, .title("b\($0)")) })
    // Each push by itself: in one, the first would hold back the others.
    for operation in operations { _ = try await other.send([operation]) }
    var found: [UInt64] = []
    var more = true
    while more {
      let page = try await client.conflicts(
        ConflictsRequest(space: "notes", after: found.last ?? 0, limit: 2))
      found += page.conflicts.map(\.id)
      more = page.more
    }
    #expect(found == [1, 2, 3, 4, 5])
    #expect(try await client.conflicts(ConflictsRequest(space: "none")).conflicts.isEmpty)
  }
}
