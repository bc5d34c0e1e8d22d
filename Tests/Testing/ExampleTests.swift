import HoldfastSDK
import HoldfastTesting
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// How a program that keeps entities is tested: to be copied. The README shows it.

struct `A trip that two people plan` {
  @Test func `what one notes the other has, whatever the network does`() async throws {
    let hub = try await FakeHub.start(space: "trip")
    let network = hub.network(seed: 7)
    let phone = try await hub.replica(of: "phone", entities: [Note.self], through: network)
    let tablet = try await hub.replica(of: "tablet", entities: [Note.self], through: network)
    let tent = Note(id: UUID(), title: "tent")
    try await phone.notes.create(tent)
    try await hub.settle(phone, tablet)

    network.begin(.flapping(up: .seconds(5), down: .seconds(5)) + .lostReplies(share: 0.5))
    for _ in 0..<10 {
      try await phone.notes.update(tent.id) { $0.likes += 1 }
      try await tablet.notes.update(tent.id) { $0.tags.insert("packed") }
      try await hub.clock.advance(by: .seconds(2))
    }
    network.heal()
    try await hub.settle(phone, tablet)

    #expect(network.events.contains { $0.failure != nil })
    #expect(try await hub.get(Note.self, tent.id)?.likes == 10)
    #expect(try await tablet.notes.get(tent.id) == phone.notes.get(tent.id))
    await phone.close()
    await tablet.close()
    await hub.close()
  }

  @Test func `two who change the title are asked which one counts`() async throws {
    let hub = try await FakeHub.start(space: "trip")
    let phone = try await hub.replica(of: "phone", entities: [Note.self])
    let tent = Note(id: UUID(), title: "tent")
    try await phone.notes.create(tent)
    try await hub.settle(phone)

    await phone.disconnect()
    try await phone.notes.update(tent.id) { $0.title = "big tent" }
    try await hub.update(Note.self, tent.id) { $0.title = "two tents" }
    await hub.connect(phone, of: "phone")
    try await hub.settle(phone)

    let conflict = try #require(try await phone.conflicts(of: Note.self).first)
    #expect(conflict.mine?.title == "big tent" && conflict.server?.title == "two tents")
    try await phone.resolve(conflict, .mine)
    try await hub.settle(phone)
    #expect(try await hub.get(Note.self, tent.id)?.title == "big tent")
    await phone.close()
    await hub.close()
  }
}
