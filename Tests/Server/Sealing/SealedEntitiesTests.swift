import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Entities of a hub that seals.
struct `Sealed entities` {
  private let secret = "the secret that nobody should read"

  /// A device that has made ten notes, changed some of them and deleted one.
  private func fill(_ hub: PersistenceFixture, policy: MergePolicy = .manual) async throws -> Device {
    var device = Device(hub.rpcClient())
    try await device.join(Note.description(policy: policy))
    for key in UInt8(1)...10 {
      let outcomes = try await device.push(
        .create(key, .title("\(secret) of \(key)"), .tag(secret), .folder(key % 2)))
      try #require(outcomes.map(\.kind) == [.applied])
    }
    let base = try await hub.calls.listSpaces().first(where: { $0.space == "notes" })?.sequence ?? 0
    let group: [EntityOperation] = (UInt8(1)...2).map { key in
      EntityOperation.update(key, base: base, .text(Note.body, "\(secret) within"), .like(2)).inGroup(1)
    }
    try await device.push(.update(3, base: base, .text(Note.body, secret)), .update(3, base: base, .like(1)))
    let outcomes = try await device.send(device.number(group))
    #expect(outcomes.allSatisfy { $0.kind == .applied })
    try await device.push(.delete(4, base: base))
    return device
  }

  private func check(_ hub: PersistenceFixture) async throws {
    var other = Device(hub.rpcClient(), 2)
    try await other.join()
    try await other.pull()
    #expect(other.entities.count == 9)
    for key in UInt8(1)...10 where key != 4 {
      let state = try EntityFields(#require(other.state(key)))
      #expect(state[Note.title] == .title("\(secret) of \(key)"))
    }
    #expect(try await other.agrees())
    var filtered = Device(hub.rpcClient(), 3)
    filtered.filters = [EntityFilter(type: "note", equal: FieldChange.folder(1).after)]
    try await filtered.join()
    try await filtered.pull()
    #expect(filtered.entities.count == 5)
    #expect(try await filtered.agrees())
    #expect(!contains(try hub.dataBytes(), secret))
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  /// Runs a hub in a place, and ends it.
  private func run<Result>(
    _ place: TemporaryDirectory, sealed: Bool = true, _ body: (PersistenceFixture) async throws -> Result
  ) async throws -> Result {
    let hub = try await PersistenceFixture(sealed: sealed, in: place)
    defer { hub.close() }
    return try await body(hub)
  }

  @Test func `what is pushed is pulled again, and lies nowhere in the data`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    _ = try await fill(hub)
    try await check(hub)
    let plain = try await PersistenceFixture()
    _ = try await fill(plain)
    #expect(try await hub.usage() == plain.usage(), "what was given is counted, not what is kept")
  }

  @Test func `what was there before is sealed, under its version`() async throws {
    let place = try TemporaryDirectory()
    let before = try await run(place, sealed: false) { hub in
      _ = try await fill(hub)
      return try await hub.calls.listSpaces().first?.sequence
    }
    try await run(place) { hub in
      #expect(contains(try hub.dataBytes(), secret))
      try await hub.sealAnew()
      try await check(hub)
      #expect(try await hub.calls.listSpaces().first?.sequence == before, "devices have nothing to pull")
    }
  }

  @Test func `the keys are replaced, and what is written meanwhile is sealed by the new ones`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    var device = try await fill(hub)
    let before = try await hub.keys().map(\.id)
    _ = try await hub.calls.rotateKeys(RotateKeysRequest())
    try await device.push(.create(20, .title(secret)), .delete(20, base: 0))
    try await hub.sealAnew()
    #expect(try await Set(hub.keys().map(\.id)).isDisjoint(with: before))
    try await check(hub)
  }

  @Test func `a state in another's place, or of another version, is damage`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    var device = try await fill(hub)
    _ = try await hub.store.write { transaction in
      try transaction.execute(
        "UPDATE entity SET (state, seal) = (SELECT state, seal FROM entity WHERE key = $1) WHERE key = $2",
        [.bytes(Note.key(5)), .bytes(Note.key(6))])
    }
    await #expect(throws: (any Error).self) { try await device.pull() }
    await #expect(throws: (any Error).self) { try await device.push(.update(6, base: 99, .like(1))) }
  }

  @Test func `the tombstones of entities that keep their state are sealed, and forgotten in time`() async throws {
    let hub = try await PersistenceFixture(sealed: true) { $0.changesKept = .seconds(60) }
    var device = try await fill(hub, policy: .client)
    for key in UInt8(1)...10 where key != 4 { try await device.push(.delete(key, base: 99)) }
    #expect(!contains(try hub.dataBytes(), secret))
    #expect(try await hub.usage().bytes > 10 * 16, "states are kept")
    hub.advance(seconds: 86_400 * 60)
    var round = LogRound()
    repeat { try await hub.calls.tendLogs(&round) } while round.isBehind
    #expect(try await hub.usage() == (0, 0))
  }

  @Test func `those of a subject are erased, and others stay`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    var device = try await fill(hub)
    try await device.push(.create(30, .title("ann")))
    let request = EraseSubjectRequest(
      space: "notes", subject: "ann", entities: [SubjectField(type: "note", field: "title")])
    #expect(try await hub.calls.erase(request, by: "admin").entities == 1)
    try await device.pull()
    #expect(device.state(30) == nil)
    try await check(hub)
  }

  @Test func `those whose key was destroyed are gone for devices, and are cleared`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    var device = try await fill(hub)
    try await device.pull()
    let ring = try #require(hub.ring)
    let owner = KeyOwner(space: "notes")
    try await ring.abandon([owner])
    var late = Device(hub.rpcClient(), 4)
    try await late.join()
    try await late.push(.create(40, .title("new")))
    #expect(try await ring.destroyAbandoned([owner]) == 1)
    var other = Device(hub.rpcClient(), 2)
    try await other.join()
    try await other.pull()
    #expect(other.entities.count == 1, "what was written since can be read")
    let outcomes = try await device.push(.update(1, base: 99, .like(1)))
    #expect(outcomes.map(\.kind) == [.gone])
    try await hub.sealAnew()
    for var reader in [device, other, late] {
      try await reader.pull()
      #expect(reader.entities.count == 1)
      #expect(try await reader.agrees())
    }
    let usage = try await hub.usage()
    #expect(usage.values == 1)
    #expect(usage.bytes == 11 * 16 + Int64("new".utf8.count) + 2, "keys of what is gone, and one entity")
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }
}
