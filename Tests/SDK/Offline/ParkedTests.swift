import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Operations that the hub does not take, and what is decided about them.
struct ParkedOperationTests {
  private static let refusal = Outcome(kind: .rejected, status: 7, message: "not allowed")

  private func refused() throws -> (BookDevice, ModelHub) {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("f", note("folder"))
    try device.sync(with: &hub)
    try device.create("a", note("milk", folder: "f"))
    try device.create("b", note("bread", folder: "g"))
    hub.refusals[.note("a")] = Self.refusal
    try device.sync(with: &hub)
    return (device, hub)
  }

  @Test func `what the hub refuses is parked and stays in sight, and others go on`() throws {
    let (device, hub) = try refused()
    #expect(try device.see("a") == note("milk", folder: "f"))
    #expect(hub.state(.note("b")) == note("bread", folder: "g"))
    let parked = try device.write { try $1.parked(in: $0) }
    #expect(parked.map(\.content.key) == [Array("a".utf8)])
    #expect(parked.first?.refusal?.message == "not allowed")
    #expect(device.status == .pending(1))
  }

  @Test func `what depends on it waits, and nothing is thrown away with it`() throws {
    var (device, hub) = try refused()
    // In the lane of the refused operation's parent.
    let behind = try #require(try device.create("c", note("cheese", folder: "f")))
    try device.sync(with: &hub)
    #expect(hub.state(.note("c")) == nil)
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    #expect(try device.write { try $1.explain(behind, in: $0) }?.behind == [parked.position])
    let now = device.now
    try device.write { try $1.discard(parked.position, at: now, in: $0) }
    #expect(try device.see("a") == nil)
    try device.sync(with: &hub)
    #expect(hub.state(.note("c")) == note("cheese", folder: "f"))
    #expect(hub.state(.note("a")) == nil)
    #expect(try device.write { try $1.standing(of: parked.position, in: $0) } == .over(Outcome(number: 2)))
    #expect(device.isSynced)
  }

  @Test func `sent once more, it has a new number and its old place`() throws {
    var (device, hub) = try refused()
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    hub.refusals = [:]
    try device.write { try $1.retry(parked.position, in: $0) }
    let again = try #require(try device.operations().first)
    #expect(again.position == parked.position && again.content.number > parked.content.number)
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", folder: "f"))
    #expect(device.isSynced)
  }

  @Test func `edited, it is something else`() throws {
    var (device, hub) = try refused()
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    hub.refusals = [:]
    let now = device.now
    try device.write { try $1.edit(parked.position, to: note("oat milk", folder: "f"), at: now, in: $0) }
    #expect(try device.see("a") == note("oat milk", folder: "f"))
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("oat milk", folder: "f"))
    #expect(device.isSynced)
  }

  @Test func `edited, it stands in the lanes of what it has become`() throws {
    let (device, _) = try refused()
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    let (now, moment) = (device.now, device.moment)
    try device.write { try $1.edit(parked.position, to: note("milk", folder: "g"), at: now, in: $0) }
    let unit = try #require(try device.write { try $1.queue(at: moment, in: $0) }.units.first)
    #expect(unit.position == parked.position)
    #expect(unit.lanes == ["a", "g"].map { Lane(key: Array($0.utf8)) })
  }

  @Test func `what was sent and has no outcome cannot be taken back, what was not can`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    let position = try #require(try device.create("a", note("milk")))
    try device.sync(with: &hub, calls: 20) { action in
      if case .push = action { return .replyLost }
      return .fine
    }
    #expect(throws: ReplicaError.self) { try device.write { try $1.discard(position, at: 0, in: $0) } }
    #expect(throws: ReplicaError.self) { try device.write { try $1.retry(position, in: $0) } }
    let other = try #require(try device.create("b", note("bread")))
    try device.write { try $1.discard(other, at: 0, in: $0) }
    #expect(try device.see("b") == nil)
    try device.sync(with: &hub)
    #expect(device.isSynced && hub.state(.note("b")) == nil)
  }

  @Test func `mine is kept although the hub has deleted it`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk", likes: 3))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.delete("a")
    try two.update("a", note("oat milk", likes: 3))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    let parked = try #require(try two.write { try $1.parked(in: $0) }.first)
    #expect(parked.refusal?.kind == .conflict)
    let now = two.now
    try two.write { try $1.keepMine(parked.position, at: now, in: $0) }
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("oat milk", likes: 3))
    #expect(two.isSynced)
  }

  @Test func `what waits behind a change that is kept counts once, though the hub has deleted the entity`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk", likes: 3))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.delete("a")
    try one.sync(with: &hub)
    try two.update("a", note("oat milk", likes: 4))
    // What has been sent is not changed any more, so the next change is another operation.
    try two.sync(with: &hub, calls: 20) { action in
      if case .push = action { return .lost }
      if case .pull = action { return .lost }
      return .fine
    }
    try two.update("a", note("oat milk", likes: 6))
    try two.sync(with: &hub)
    let parked = try #require(try two.write { try $1.parked(in: $0) }.first)
    #expect(try two.operations().count == 2)
    let now = two.now
    try two.write { try $1.keepMine(parked.position, at: now, in: $0) }
    #expect(try two.see("a") == note("oat milk", likes: 6))
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("oat milk", likes: 6))
    #expect(two.isSynced)
  }

  @Test func `what two devices bring back is not there twice`() throws {
    var hub = ModelHub()
    let devices = try [1, 2, 3].map { try BookDevice($0) }
    try devices[0].create("a", note("milk", likes: 3))
    for device in devices { try device.sync(with: &hub) }
    try devices[0].delete("a")
    try devices[0].sync(with: &hub)
    for (device, likes) in [(devices[1], 4), (devices[2], 5)] as [(BookDevice, UInt64)] {
      try device.update("a", note("milk", likes: likes))
      try device.sync(with: &hub)
      let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
      let now = device.now
      try device.write { try $1.keepMine(parked.position, at: now, in: $0) }
      #expect(try device.see("a") == note("milk", likes: likes))
    }
    try devices[1].sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 4))
    // It meets what the other has brought back, and somebody decides.
    try devices[2].sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 4))
    let again = try #require(try devices[2].write { try $1.parked(in: $0) }.first)
    #expect(again.refusal?.fields == [NoteType.likes])
    let now = devices[2].now
    try devices[2].write { try $1.keepMine(again.position, at: now, in: $0) }
    try devices[2].sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 5))
    #expect(devices[2].isSynced)
  }

  /// Two devices have changed a note's title, and the second has decided for its own.
  private func decided(_ hub: inout ModelHub) throws -> BookDevice {
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.update("a", note("cream"))
    try one.sync(with: &hub)
    try two.update("a", note("oat milk"))
    try two.sync(with: &hub)
    let parked = try #require(try two.write { try $1.parked(in: $0) }.first)
    let now = two.now
    try two.write { try $1.keepMine(parked.position, at: now, in: $0) }
    return two
  }

  @Test func `what is decided for and changed back then is what the hub gets`() throws {
    var hub = ModelHub()
    let two = try decided(&hub)
    // As it was when the operation was made. The hub has something else by now.
    try two.update("a", note("milk"))
    #expect(try two.see("a") == note("milk"))
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk"))
    #expect(try two.see("a") == note("milk"))
    #expect(two.isSynced)
  }

  @Test func `what is decided for and taken away then in a part is what the hub gets`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try two.create("a", note("bread", body: "white"))
    try one.create("a", note("milk", body: "cold"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    let parked = try #require(try two.write { try $1.parked(in: $0) }.first)
    let now = two.now
    try two.write { try $1.keepMine(parked.position, at: now, in: $0) }
    #expect(try two.see("a") == note("bread", body: "white"))
    try two.update("a", note("bread"))
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("bread"))
    #expect(try two.see("a") == note("bread"))
    #expect(two.isSynced)
  }

  @Test func `what is decided for and deleted then goes on the hub as well`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try two.create("a", note("bread"))
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    let parked = try #require(try two.write { try $1.parked(in: $0) }.first)
    #expect(parked.content.kind == .create && parked.refusal?.kind == .conflict)
    let now = two.now
    try two.write { try $1.keepMine(parked.position, at: now, in: $0) }
    try two.delete("a")
    #expect(try two.see("a") == nil)
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == nil)
    #expect(try two.see("a") == nil)
    #expect(two.isSynced)
  }

  /// A group that changes a note twice, with something between that depends on it.
  private func group(on device: BookDevice, from first: [UInt8], to second: [UInt8]) throws -> (UInt64, UInt64) {
    let terms = ReplicaBook.Terms(now: device.now * 1_000_000)
    return try device.write { transaction, book in
      var (begun, rest) = (terms, terms)
      begun.beginsGroup = true
      let isThere = try transaction.visibleState("note", Array("a".utf8)) != nil
      let head =
        try isThere
        ? book.update(.note("a"), begun, in: transaction) { _ in first }
        : book.create(.note("a"), state: first, begun, in: transaction)
      rest.unit = head.position
      _ = try book.create(.note("c"), state: note("cheese", folder: "a"), rest, in: transaction)
      let tail = try book.update(.note("a"), rest, in: transaction) { _ in second }
      return (try #require(head.position), try #require(tail.position))
    }
  }

  @Test func `edited behind another change of its group, it counts on that`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    let (first, second) = try group(on: device, from: note("milk", likes: 2), to: note("milk", likes: 5))
    #expect(first != second)
    hub.refusals[.note("a")] = Self.refusal
    try device.sync(with: &hub)
    #expect(try device.write { try $1.parked(in: $0) }.count == 3)
    hub.refusals = [:]
    let now = device.now
    try device.write { try $1.edit(second, to: note("milk", likes: 7), at: now, in: $0) }
    #expect(try device.see("a") == note("milk", likes: 7))
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 7))
    #expect(device.isSynced)
  }

  @Test func `a group that is kept counts once, though the hub has deleted the entity`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk", likes: 3))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.delete("a")
    try one.sync(with: &hub)
    let (first, second) = try group(on: two, from: note("milk", likes: 4), to: note("milk", likes: 6))
    try two.sync(with: &hub)
    #expect(try two.write { try $1.parked(in: $0) }.count == 3)
    let mine = try two.write { transaction, book in
      try transaction.operation(at: second).map { try book.parkedCase(of: $0, in: transaction) }?.mine
    }
    #expect(mine?.message == note("milk", likes: 6))
    let now = two.now
    try two.write { try $1.keepMine(second, at: now, in: $0) }
    #expect(try two.see("a") == note("milk", likes: 6))
    try two.sync(with: &hub)
    #expect(try two.write { try $1.parked(in: $0) }.map(\.position) == [])
    #expect(hub.state(.note("a")) == note("milk", likes: 6))
    #expect(first < second && two.isSynced)
  }

  /// A group of two changes, of which the first has met a conflict and held back the second.
  private func heldBack(_ hub: inout ModelHub) throws -> (device: BookDevice, first: UInt64) {
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk"))
    try one.create("b", note("bread", likes: 1, folder: "a"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.update("a", note("cream"))
    try one.sync(with: &hub)
    let terms = ReplicaBook.Terms(now: two.now * 1_000_000)
    let first = try two.write { transaction, book in
      var (begun, rest) = (terms, terms)
      begun.beginsGroup = true
      let first = try book.update(.note("a"), begun, in: transaction) { _ in note("oat milk") }.position
      rest.unit = first
      _ = try book.update(.note("b"), rest, in: transaction) { _ in note("bread", likes: 2, folder: "a") }
      return first
    }
    try two.sync(with: &hub)
    #expect(try two.write { try $1.parked(in: $0) }.map { $0.refusal?.kind } == [.conflict, nil])
    return (two, try #require(first))
  }

  @Test func `what was held back by another of its group is done once, though a late push has done it`() throws {
    var hub = ModelHub()
    let (two, first) = try heldBack(&hub)
    let head = try two.head()
    let late = PushRequest(
      space: "notes", replica: head.identity, operations: try two.operations().map(\.content), epoch: hub.epoch)
    // Somebody decides at the hub, and then the push arrives once more.
    hub.decide(.note("a"))
    #expect(try hub.push(late).outcomes.map(\.kind) == [.superseded, .applied])
    let now = two.now
    try two.write { try $1.keepMine(first, at: now, in: $0) }
    try two.sync(with: &hub)
    #expect(hub.state(.note("b")) == note("bread", likes: 2, folder: "a"))
    #expect(hub.state(.note("a")) == note("oat milk"))
    #expect(two.isSynced)
  }

  @Test func `a group keeps together when its numbers are those of another life`() throws {
    var hub = ModelHub()
    let (two, first) = try heldBack(&hub)
    // What is decided in this life has another opening than what was held back.
    let later = try BookDevice(2, on: two.disk)
    let now = later.now
    try later.write { try $1.keepMine(first, at: now, in: $0) }
    let unit = try later.operations()
    #expect(Set(unit.map(\.content.opening)).count == 2)
    let outcomes = unit.map { Outcome(number: $0.content.number, kind: .rejected, status: 6) }
    try later.write { _ = try $1.settle(PushReply(outcomes: outcomes), at: now, fresh: UUID(), in: $0) }
    #expect(Set(try later.operations().map(\.incarnation)).count == 1)
    try later.sync(with: &hub)
    #expect(hub.state(.note("b")) == note("bread", likes: 2, folder: "a"))
    #expect(hub.state(.note("a")) == note("oat milk"))
    #expect(later.isSynced)
  }

  @Test func `an erased entity ends what waits for it`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    hub.erase(.note("a"))
    let position = try #require(try device.update("a", note("oat milk")))
    try device.sync(with: &hub)
    #expect(device.isSynced)
    #expect(try device.see("a") == nil)
    guard case .over(let outcome) = try device.write({ try $1.standing(of: position, in: $0) }) else {
      Issue.record("it has no outcome")
      return
    }
    #expect(outcome.kind == .gone)
  }

  @Test func `what takes effect together is refused together`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    let terms = ReplicaBook.Terms(now: 1)
    try device.write { transaction, book in
      var first = terms
      first.beginsGroup = true
      let begun = try book.create(.note("a"), state: note("milk"), first, in: transaction)
      var rest = terms
      rest.unit = begun.position
      _ = try book.create(.note("b"), state: note("bread"), rest, in: transaction)
    }
    let queue = try device.write { [moment = device.moment] in try $1.queue(at: moment, in: $0) }
    #expect(queue.units.map(\.operations.count) == [2])
    hub.refusals[.note("a")] = Self.refusal
    hub.refusals[.note("b")] = Outcome(kind: .blocked)
    try device.sync(with: &hub)
    #expect(try device.write { try $1.parked(in: $0) }.count == 2)
    hub.refusals = [:]
    let first = try #require(try device.operations().first)
    try device.write { try $1.retry(first.position, in: $0) }
    try device.sync(with: &hub)
    #expect(device.isSynced && hub.state(.note("b")) == note("bread"))
  }

  @Test func `a damaged operation is parked with the reason, and what does not depend on it goes on`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    let position = try #require(try device.create("a", note("milk", folder: "f")))
    try device.create("c", note("cheese", folder: "a"))
    try device.create("b", note("bread"))
    let terms = ReplicaBook.Terms(now: 1)
    try device.write { transaction, book in
      var first = terms
      first.beginsGroup = true
      var rest = terms
      rest.unit = try book.create(.note("g"), state: note("gruel"), first, in: transaction).position
      _ = try book.create(.note("h"), state: note("honey"), rest, in: transaction)
      // The first, and the second of the group.
      try transaction.execute("UPDATE operation SET content = X'ff' WHERE position = 1 OR position = 5")
    }
    try device.sync(with: &hub)
    #expect(hub.state(.note("b")) == note("bread"))
    for key in ["a", "c", "g", "h"] { #expect(hub.state(.note(key)) == nil) }
    let parked = try device.write { try $1.parked(in: $0) }
    #expect(parked.map(\.position) == [1, 4, 5])
    #expect(parked.first?.refusal?.status == UInt32(Status.dataLoss.rawValue))
    #expect(parked.first?.refusal?.message.contains("damaged in the replica's file") == true)
    #expect(parked.first?.entity == .note("a"))
    #expect(try device.operations().map(\.position) == [1, 2, 4, 5])
    #expect(throws: ReplicaError.self) { try device.write { try $1.retry(position, in: $0) } }
    #expect(throws: ReplicaError.self) { try device.write { try $1.retry(4, in: $0) } }
    // Somebody says anew what it is to do, and gives up the others.
    try device.write { transaction, book in
      _ = try book.edit(position, to: note("milk again", folder: "f"), at: 1, in: transaction)
      _ = try book.discard(4, at: 1, in: transaction)
    }
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk again", folder: "f"))
    #expect(hub.state(.note("c")) == note("cheese", folder: "a"))
    #expect(device.isSynced)
  }

  @Test func `each single bit of what an operation says is looked after`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    let position = try #require(try device.create("a", note("milk")))
    let content = try device.write { transaction, _ in
      try transaction.first("SELECT content FROM operation") { $0.bytes(0) }
    }
    let whole = try #require(content)
    for bit in 0..<whole.count * 8 {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try device.write { [damaged] transaction, _ in
        try transaction.execute("UPDATE operation SET content = $1", [.bytes(damaged)])
      }
      #expect(try device.operations().map(\.isDamaged) == [true], "bit \(bit)")
    }
    // It is never sent, and what it was to change, or as much as is left of that, can be saved and said anew.
    try device.sync(with: &hub)
    #expect(hub.rows.isEmpty)
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    let exported = ParkedOperation(parked).exported
    #expect(exported.contains(#""status":"data loss""#) && exported.contains("checksum"), "\(exported)")
    try device.write { transaction, book in
      _ = try book.edit(position, to: note("milk again"), at: 1, in: transaction)
    }
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk again"))
    #expect(device.isSynced)
  }

  @Test func `parked operations are exported as JSON`() throws {
    let (device, _) = try refused()
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    let line = ParkedOperation(parked).exported
    #expect(line.hasPrefix(#"{"id":2,"kind":"create","type":"note","key":"61","#))
    #expect(line.contains(#""reason":"not allowed""#))
  }
}
