import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Hints of a hub` {
  private let hub: PersistenceFixture
  private var writer: Device

  init() async throws {
    hub = try await PersistenceFixture()
    writer = Device(hub.rpcClient(), 1)
    try await writer.join()
  }

  private func hints(_ filters: [EntityFilter] = [], space: String = "notes")
    -> ReplyStream<Hint, SyncMethods.HintsFailure>.AsyncIterator
  {
    SyncClient(hub.rpcClient()).hints(HintsRequest(space: space, filters: filters)).makeAsyncIterator()
  }

  @Test mutating func `the first says where the hub is, the next what has changed`() async throws {
    try await writer.push(.create(1))
    var hints = hints()
    #expect(try await hints.next() == Hint(kind: .full, sequence: 1))
    try await writer.push(.create(2), .update(2, base: 0, .like(1)))
    #expect(
      try await hints.next()
        == Hint(kind: .partial, sequence: 3, entities: [EntityName(type: "note", key: Note.key(2))]))
  }

  @Test mutating func `of many changes it is only said that there are some`() async throws {
    var hints = hints()
    _ = try await hints.next()
    for _ in 0..<2 {
      let operations = writer.number((0..<40).map { _ in .create(1, .like(1)) })
      _ = try await writer.send(operations)
    }
    let hint = try await hints.next()
    #expect(hint?.kind == .full)
    #expect(hint?.entities == [])
  }

  @Test mutating func `values wake nobody who waits for entities`() async throws {
    var hints = hints()
    _ = try await hints.next()
    try await hub.client().put("a", "1")
    try await writer.push(.create(1))
    #expect(try await hints.next()?.sequence == 2)
  }

  @Test mutating func `context wakes nobody who waits for entities`() async throws {
    var hints = hints()
    _ = try await hints.next()
    _ = try await hub.contextClient().set("a", "1")
    try await writer.push(.create(1))
    #expect(
      try await hints.next()
        == Hint(kind: .partial, sequence: 2, entities: [EntityName(type: "note", key: Note.key(1))]))
  }

  @Test mutating func `filters leave out what they do not want, and tell of what leaves them`() async throws {
    var hints = hints([EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(8)))])
    _ = try await hints.next()
    try await writer.push(.create(1, .folder(9)))
    try await writer.push(.create(2, .folder(8)))
    #expect(try await hints.next()?.entities.map(\.key) == [Note.key(2)])
    try await writer.push(.update(1, base: 1, .like(1)))
    try await writer.push(.update(2, base: 2, .folder(9)))
    let last = try await hints.next()
    #expect(last?.sequence == 4)
    #expect(last?.entities.map(\.key) == [Note.key(2)])
    // What came and went in one step may have been seen in between.
    try await writer.push(.create(3, .folder(8)), .update(3, base: 0, .folder(9)))
    #expect(try await hints.next()?.entities.map(\.key) == [Note.key(3)])
  }

  @Test mutating func `a space that comes to be is a reason as well`() async throws {
    var hints = hints(space: "later")
    #expect(try await hints.next() == Hint(kind: .full))
    var device = Device(hub.rpcClient(), 2)
    device.space = "later"
    try await device.join()
    try await device.push(.create(1))
    #expect(try await hints.next()?.sequence == 1)
  }

  @Test mutating func `a hub that shuts down ends them`() async throws {
    var hints = hints()
    _ = try await hints.next()
    hub.calls.endWatches()
    let error = await #expect(throws: CallError<SyncMethods.HintsFailure>.self) { _ = try await hints.next() }
    #expect(error?.status == .unavailable)
  }

  @Test func `who may not see the space gets none`() async throws {
    let client = SyncClient(hub.rpcClient("nobody", scope: .nothing))
    let error = await #expect(throws: CallError<SyncMethods.HintsFailure>.self) {
      for try await _ in client.hints(HintsRequest(space: "notes")) {}
    }
    #expect(error?.declared == .noAccess(NoAccess(space: "notes", need: "read")))
  }
}
