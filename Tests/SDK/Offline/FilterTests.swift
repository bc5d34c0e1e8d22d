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
    #expect(try device.write { try $1.compare(with: checksum, in: $0) } == .equal)
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
