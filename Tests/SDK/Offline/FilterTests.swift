import HoldfastContract
import HoldfastSync
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a replica holds that wants a part of a space.
struct FilterTests {
  private let filters = [EntityFilter(type: "note", equal: note(folder: "a"))]

  /// Wants notes of the folder `a`.
  private func device(_ name: UInt8) throws -> BookDevice {
    let device = try BookDevice(name, policy: .client)
    try device.write { [filters] transaction, book in try book.setFilters(filters, in: transaction) }
    return device
  }

  private func isThere(_ key: String, on device: BookDevice) throws -> Bool {
    try device.write { transaction, _ in try transaction.entity("note", Array(key.utf8)) } != nil
  }

  @Test func `what it makes and does not want itself goes once the hub has it`() throws {
    var hub = ModelHub()
    let device = try device(1)
    try device.create("x", note("milk", folder: "b"))
    #expect(try device.see("x") == note("milk", folder: "b"))
    try device.sync(with: &hub)
    #expect(hub.state(.note("x")) == note("milk", folder: "b"))
    #expect(try !isThere("x", on: device))
    let checksum = hub.checksum(try FilterSet(filters))
    let request = ChecksumRequest(filters: filters)
    #expect(try device.write { try $1.compare(with: checksum, to: request, in: $0) } == .equal)
    // Of a reply that was asked for with other filters nothing can be said.
    #expect(try device.write { try $1.compare(with: checksum, to: ChecksumRequest(), in: $0) } == .notComparable)
  }

  @Test func `what it moves away stays as long as something waits, and goes then`() throws {
    var hub = ModelHub()
    let device = try device(1)
    try device.create("x", note("milk", folder: "a"))
    try device.sync(with: &hub)
    try device.update("x", note("milk", folder: "b"))
    #expect(try device.see("x") == note("milk", folder: "b"))
    try device.sync(with: &hub)
    #expect(try !isThere("x", on: device))
  }

  @Test func `what somebody moves away before the hub has told of it goes`() throws {
    var hub = ModelHub()
    let (one, two) = (try device(1), try BookDevice(2, policy: .client))
    try one.sync(with: &hub)
    try one.create("x", note("milk", folder: "a"))
    // It hears what became of it, and no page comes.
    try one.sync(with: &hub) { action in
      if case .pull = action { return .lost }
      return .fine
    }
    #expect(try one.operations().isEmpty)
    try two.sync(with: &hub)
    try two.update("x", note("milk", folder: "b"))
    try two.sync(with: &hub)
    #expect(try isThere("x", on: one))
    try one.sync(with: &hub)
    #expect(try !isThere("x", on: one))
  }

  /// A note that the device wanted has left its filters, and what the device has done to it meets a conflict.
  ///
  /// - Parameter isTold: whether pages come that tell that the note has left.
  private func contested(_ hub: inout ModelHub, isTold: Bool = true) throws -> (BookDevice, UInt64) {
    let (one, two) = (try device(1), try BookDevice(2, policy: .client))
    try one.create("x", note("milk", likes: 3, folder: "a"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try two.update("x", note("cream", likes: 3, folder: "b"))
    try two.sync(with: &hub)
    try one.update("x", note("oat milk", likes: 4, folder: "a"))
    try one.sync(with: &hub) { action in
      if case .pull = action, !isTold { return .lost }
      return .fine
    }
    let parked = try #require(try one.write { try $1.parked(in: $0) }.first)
    #expect(parked.refusal?.kind == .conflict)
    return (one, parked.position)
  }

  @Test func `a change that is undone leaves nothing that is not wanted`() throws {
    var hub = ModelHub()
    let (device, position) = try contested(&hub, isTold: false)
    let now = device.now
    try device.write { try $1.edit(position, to: note("butter", likes: 3, folder: "b"), at: now, in: $0) }
    try device.update("x", note("cream", likes: 3, folder: "b"))
    #expect(try device.operations().isEmpty)
    #expect(try !isThere("x", on: device))
    try device.sync(with: &hub)
    #expect(try !isThere("x", on: device))
    #expect(hub.state(.note("x")) == note("cream", likes: 3, folder: "b"))
  }

  @Test func `a change that is kept of what is no longer wanted is a change all the same`() throws {
    var hub = ModelHub()
    let (device, position) = try contested(&hub)
    // The pass does not mention it.
    try device.write { transaction, book in try book.startOver(in: transaction) }
    try device.sync(with: &hub)
    let now = device.now
    try device.write { try $1.keepMine(position, at: now, in: $0) }
    try device.sync(with: &hub)
    #expect(hub.state(.note("x")) == note("oat milk", likes: 4, folder: "b"))
    #expect(try !isThere("x", on: device))
    #expect(device.isSynced)
  }

  @Test func `a change of what is no longer wanted is edited and stays a change`() throws {
    var hub = ModelHub()
    let (device, position) = try contested(&hub)
    try device.write { transaction, book in try book.startOver(in: transaction) }
    try device.sync(with: &hub)
    let now = device.now
    try device.write { try $1.edit(position, to: note("butter", likes: 5, folder: "b"), at: now, in: $0) }
    try device.sync(with: &hub)
    #expect(hub.state(.note("x")) == note("butter", likes: 5, folder: "b"))
    #expect(try !isThere("x", on: device))
    #expect(device.isSynced)
  }

  @Test func `a conflict does not take an entity out of the pass that has told of it`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("x", note("milk"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try two.update("x", note("bread"))
    try two.sync(with: &hub)
    try one.update("x", note("cream"))
    try one.write { transaction, book in try book.startOver(in: transaction) }
    let page = { (start: UInt64, more: Bool, entities: [EntityState]) in
      let cursor = Cursor(epoch: hub.epoch, sequence: 2, since: 0, start: start, filters: try FilterSet().hash)
      return PullReply(entities: entities, cursor: cursor.bytes, more: more, restart: more, sequence: 2)
    }
    let bread = EntityState(type: "note", key: Array("x".utf8), version: 2, state: note("bread"))
    let number = try #require(try one.operations().first).content.number
    let conflict = Outcome(
      number: number, kind: .conflict, version: 2, state: note("bread"), fields: [NoteType.title])
    for reply in [try page(2, true, [bread]), try page(0, false, [])] {
      try one.write { transaction, book in
        _ = try book.apply(reply, for: try book.pullRequest(in: transaction), at: 1, in: transaction)
        _ = try book.settle(PushReply(outcomes: [conflict]), at: 1, fresh: UUID(), in: transaction)
      }
    }
    let record = try one.write { transaction, _ in try transaction.entity("note", Array("x".utf8)) }
    #expect(record?.server == note("bread"))
  }
}
