import HoldfastContract
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `A fake hub` {
  private func wait(_ hub: FakeHub, _ replica: Replica, until isThere: @escaping @Sendable (ReplicaStatus) -> Bool)
    async throws
  {
    do {
      try await hub.clock.running { for await status in replica.status where isThere(status) { return } }
    } catch {
      Issue.record("\(replica.currentStatus)")
      throw error
    }
  }

  @Test func `a test is another device`() async throws {
    let hub = try await FakeHub.start(space: "trip")
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    let id = UUID()
    #expect(try await hub.create(Note(id: id, title: "tent", likes: 3)) == 1)
    try await hub.settle(phone)
    try await phone.notes.update(id) { $0.likes += 2 }
    try await hub.settle(phone)
    #expect(try await hub.get(Note.self, id) == Note(id: id, title: "tent", likes: 5))
    #expect(try await hub.update(Note.self, id) { $0.likes += 1 } == 3)
    await #expect(throws: FakeHubError.self) { try await hub.create(Note(id: id)) }
    await #expect(throws: FakeHubError.self) { try await hub.update(Note.self, UUID()) { _ in } }
    try await hub.settle(phone)
    #expect(try await phone.notes.get(id)?.likes == 6)
    #expect(try await hub.delete(Note.self, id) == 4)
    try await hub.settle(phone)
    #expect(try await phone.notes.get(id) == nil)
    #expect(try await hub.get(Note.self, id) == nil)
    #expect(try await hub.all(Note.self).isEmpty)
    let log = try await hub.log()
    #expect(log.map(\.sequence) == [1, 2, 3, 4] && log.allSatisfy { $0.type == "trip.note" && !$0.isDecision })
    #expect(log.allSatisfy { $0.at.seconds >= 1_800_000_000 && $0.at.seconds <= hub.clock.date.seconds })
    await phone.close()
    await hub.close()
  }

  @Test(arguments: [false, true])
  func `a hub that was away is found again, with all it had`(_ isKilled: Bool) async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    let id = UUID()
    try await phone.notes.create(Note(id: id, title: "tent"))
    try await hub.settle(phone)
    if isKilled { await hub.kill() } else { await hub.stop() }
    await #expect(throws: FakeHubError.self) { try await hub.get(Note.self, id) }
    let update = try await phone.notes.update(id) { $0.likes += 1 }
    try await wait(hub, phone) { $0.phase == .offline }
    try await hub.start()
    #expect(try await hub.get(Note.self, id)?.title == "tent")
    #expect(try await hub.clock.running { try await update.outcome() } == .applied(version: 2))
    try await hub.settle(phone)
    #expect(try await hub.get(Note.self, id)?.likes == 1)
    await phone.close()
    await hub.close()
  }

  @Test func `after a restore devices have what the backup had, and what they had not sent`() async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    let (old, new, own) = (UUID(), UUID(), UUID())
    try await hub.create(Note(id: old, title: "tent"))
    try await hub.settle(phone)
    let backup = try await hub.backup()
    try await hub.create(Note(id: new, title: "stove"))
    try await hub.update(Note.self, old) { $0.title = "big tent" }
    try await hub.settle(phone)
    #expect(try await phone.notes.query().count == 2)
    await phone.disconnect()
    try await phone.notes.create(Note(id: own, title: "rope"))
    try await phone.notes.update(old) { $0.likes += 1 }
    try await hub.restore(backup)
    await hub.connect(phone, of: "phone")
    try await hub.settle(phone)
    let titles = try await phone.notes.query().map(\.title).sorted()
    #expect(titles == ["rope", "tent"])
    #expect(try await hub.all(Note.self).map(\.title).sorted() == titles)
    #expect(try await hub.get(Note.self, old)?.likes == 1)
    await phone.close()
    await hub.close()
  }

  @Test func `a token that is revoked shuts a device out until it is allowed anew`() async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    try await hub.settle(phone)
    try await hub.revoke("phone")
    let create = try await phone.notes.create(Note(id: UUID(), title: "tent"))
    try await wait(hub, phone) { $0.phase == .needs(.credential) }
    #expect(try await hub.all(Note.self).isEmpty)
    try await hub.allow("phone")
    #expect(try await hub.clock.running { try await create.outcome() } == .applied(version: 1))
    try await hub.settle(phone)
    await phone.close()
    await hub.close()
  }

  @Test func `who may not see the space has nothing of it`() async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    try await hub.create(Note(id: UUID(), title: "tent"))
    try await hub.settle(phone)
    #expect(try await phone.notes.query().count == 1)
    try await hub.allow("phone", .nothing)
    try await wait(hub, phone) { $0.phase == .needs(.access) }
    #expect(try await phone.notes.query().isEmpty)
    // Who may only read is told so when it writes.
    try await hub.allow("phone", .readOnly)
    try await wait(hub, phone) { $0.phase == .synced }
    #expect(try await phone.notes.query().count == 1)
    try await phone.notes.create(Note(id: UUID(), title: "stove"))
    try await wait(hub, phone) { $0.phase == .needs(.access) }
    #expect(try await hub.all(Note.self).count == 1)
    await phone.close()
    await hub.close()
  }

  @Test(arguments: ["mine", "server", "merged"])
  func `a conflict is decided at the hub`(_ choice: String) async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    let id = UUID()
    try await hub.create(Note(id: id, title: "tent", likes: 1))
    try await hub.settle(phone)
    await phone.disconnect()
    try await phone.notes.update(id) { note in
      note.title = "big tent"
      note.likes += 2
    }
    try await hub.update(Note.self, id) { $0.title = "two tents" }
    await hub.connect(phone, of: "phone")
    try await hub.settle(phone)
    #expect(phone.currentStatus.parked == 1)
    let conflict = try #require(try await hub.conflicts(of: Note.self).first)
    #expect(conflict.fields == [.title] && conflict.mine == Note(id: id, title: "big tent", likes: 3))
    #expect(conflict.server == Note(id: id, title: "two tents", likes: 1))
    #expect(conflict.delta.likes?.increment == 2)
    try await hub.decide(conflict, .later)
    let merged = Note(id: id, title: "two big tents", likes: 3)
    let decision: ConflictDecision<Note> =
      switch choice {
      case "mine": .mine
      case "server": .server
      default: .merged(merged)
      }
    try await hub.decide(conflict, decision)
    try await wait(hub, phone) { $0.parked == 0 }
    try await hub.settle(phone)
    let note = try await hub.get(Note.self, id)
    switch choice {
    case "mine": #expect(note == Note(id: id, title: "big tent", likes: 3))
    case "server": #expect(note == Note(id: id, title: "two tents", likes: 1))
    default: #expect(note == merged)
    }
    #expect(try await phone.notes.get(id) == note)
    #expect(try await hub.conflicts(of: Note.self).isEmpty)
    #expect(try await hub.log().map(\.isDecision) == [false, false, true])
    await phone.close()
    await hub.close()
  }

  @Test func `values go through the same hub`() async throws {
    let hub = try await FakeHub.start()
    let values = hub.client(of: "phone").persistence
    let put = try await values.put(PutRequest(space: "any", key: "milk", content: Array("two litres".utf8)))
    #expect(put.version == 1)
    try await hub.restart()
    let value = try await values.get(GetRequest(space: "any", key: "milk")).value
    #expect(value.map { String(decoding: $0.content, as: UTF8.self) } == "two litres")
    await hub.close()
  }

  @Test func `a replica that cannot settle is told so`() async throws {
    let hub = try await FakeHub.start()
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    try await hub.settle(phone)
    await phone.disconnect()
    try await phone.notes.create(Note(id: UUID()))
    await #expect(throws: FakeHubError.self) { try await hub.settle(phone) }
    try await hub.revoke("phone")
    await hub.connect(phone, of: "phone")
    await #expect(throws: TestClock.TimeIsOver.self) { try await hub.settle(phone, within: .seconds(600)) }
    await phone.close()
    await hub.close()
  }
}
