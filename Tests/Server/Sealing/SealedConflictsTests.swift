import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Conflicts that wait on a hub that seals, and outcomes that their devices have not confirmed.
struct `Sealed conflicts and outcomes` {
  private let secret = "the secret that nobody should read"

  /// What the devices know beside what the hub has.
  private struct Sent {
    var conflict: [EntityOperation] = []
    var news: [EntityOperation] = []
    var outcomes: [Outcome] = []
  }

  /// A conflict, and an operation whose outcome tells its device of a state.
  private func fill(_ hub: PersistenceFixture) async throws -> Sent {
    var (device, other) = (Device(hub.rpcClient(), 1), Device(hub.rpcClient(), 2))
    try await device.join()
    try await other.join()
    try await device.push(.create(1, .title("\(secret), first")))
    var sent = Sent()
    sent.conflict = other.number([.update(1, base: 0, .title("\(secret), second"))])
    sent.news = other.number([.update(1, base: 0, .text(Note.body, secret))])
    sent.outcomes = try await other.send(sent.news)
    #expect(sent.outcomes.map(\.words) == ["applied 2 news"])
    #expect(try await other.send(sent.conflict).words == ["conflict 2 news fields [1]"])
    return sent
  }

  /// Another connection of the second device.
  private func second(_ hub: PersistenceFixture) async throws -> Device {
    var other = Device(hub.rpcClient(), 2)
    try await other.join()
    return other
  }

  private func check(_ hub: PersistenceFixture, _ sent: Sent) async throws {
    let other = try await second(hub)
    let again = try await other.send(sent.news)
    #expect(again.map(\.words) == ["applied again 2 news"])
    #expect(again.map(\.state) == sent.outcomes.map(\.state))
    let changed = sent.news.map { operation in
      var operation = operation
      operation.changes = [.title("another")]
      return operation
    }
    #expect(try await other.send(changed).map(\.kind) == [.rejected])
    let waiting = try await other.sync.conflicts(ConflictsRequest(space: "notes")).conflicts
    #expect(waiting.map(\.operation) == sent.conflict)
    #expect(try EntityFields(#require(waiting.first).state)[Note.title] == .title("\(secret), first"))
    #expect(!contains(try hub.dataBytes(), secret))
    for hash in (sent.news + sent.conflict).map({ OperationForm($0).stored.prefix(32) }) {
      let bytes = try hub.dataBytes()
      #expect(bytes.firstRange(of: hash) == nil, "no hash that could be compared with a guess")
    }
  }

  /// Runs a hub in a place, and ends it.
  private func run<Result>(
    _ place: TemporaryDirectory, sealed: Bool = true, _ body: (PersistenceFixture) async throws -> Result
  ) async throws -> Result {
    let hub = try await PersistenceFixture(sealed: sealed, in: place)
    defer { hub.close() }
    return try await body(hub)
  }

  @Test func `they are told again, and lie nowhere in the data`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let sent = try await fill(hub)
    try await check(hub, sent)
    let other = try await second(hub)
    let decided = try await other.sync.resolve(ResolveRequest(space: "notes", id: 1, choice: .mine)).outcome
    #expect(decided.words == "applied 3 news")
    #expect(try await other.send(sent.conflict).words == ["applied again 3 news"])
    #expect(!contains(try hub.dataBytes(), secret))
  }

  @Test func `what was there before is sealed, and an operation that is sent again is recognised`() async throws {
    let place = try TemporaryDirectory()
    let sent = try await run(place, sealed: false) { hub in try await fill(hub) }
    try await run(place) { hub in
      #expect(contains(try hub.dataBytes(), secret))
      let other = try await second(hub)
      #expect(try await other.send(sent.news).words == ["applied again 2 news"], "before it is sealed")
      try await hub.sealAnew()
      try await check(hub, sent)
    }
  }

  @Test func `the keys are replaced`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let sent = try await fill(hub)
    let before = try await hub.keys().map(\.id)
    _ = try await hub.calls.rotateKeys(RotateKeysRequest())
    try await check(hub, sent)
    try await hub.sealAnew()
    #expect(try await Set(hub.keys().map(\.id)).isDisjoint(with: before))
    try await check(hub, sent)
  }

  @Test func `of those whose key was destroyed nothing is left but that the entity is gone`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let sent = try await fill(hub)
    let ring = try #require(hub.ring)
    let owner = KeyOwner(space: "notes")
    try await ring.abandon([owner])
    _ = try await ring.destroyAbandoned([owner])
    for _ in 0..<2 {
      let other = try await second(hub)
      #expect(try await other.send(sent.news).words == ["gone again"])
      #expect(try await other.sync.conflicts(ConflictsRequest(space: "notes")).conflicts.isEmpty)
      await #expect(throws: CallError<SyncMethods.ResolveFailure>.self) {
        try await other.sync.resolve(ResolveRequest(space: "notes", id: 1, choice: .mine))
      }
      try await hub.sealAnew()
    }
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `outcomes of a subject that is erased are cleared`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let sent = try await fill(hub)
    let request = EraseSubjectRequest(
      space: "notes", subject: "\(secret), first", entities: [SubjectField(type: "note", field: "title")])
    #expect(try await hub.calls.erase(request, by: "admin").entities == 1)
    let other = try await second(hub)
    #expect(try await other.send(sent.news).words == ["gone again"])
    #expect(try await other.sync.conflicts(ConflictsRequest(space: "notes")).conflicts.isEmpty)
  }
}
