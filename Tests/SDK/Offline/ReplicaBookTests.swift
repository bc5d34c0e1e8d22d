import HoldfastContract
import HoldfastStore
import HoldfastSync
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Changes, their queue and what comes of them, without threads.
struct ReplicaBookTests {
  @Test func `a change is seen at once and stands in the queue`() throws {
    let device = try BookDevice()
    try device.create("a", note("milk"))
    #expect(try device.see("a") == note("milk"))
    let queue = try device.operations()
    #expect(queue.map(\.content.kind) == [.create])
    #expect(queue.map(\.content.number) == [1])
    #expect(throws: ReplicaError.self) { try device.create("a", note("again")) }
    #expect(throws: ReplicaError.self) { try device.update("b", note("nothing there")) }
    #expect(try device.operations().count == 1)
  }

  /// A copy of the file may have got there, and have given up what went first.
  @Test func `what is done before what went first is seen below it`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    try device.update("a", note("cream"))
    try device.sync(with: &hub, calls: 20) { action in
      if case .push = action { return .lost }
      return .fine
    }
    try device.update("a", note("oat milk"))
    let numbers = try device.operations().map(\.content.number)
    try #require(numbers.count == 2)
    let reply = PushReply(outcomes: [
      Outcome(number: numbers[0], kind: .blocked),
      Outcome(number: numbers[1], kind: .applied, isReplay: true, version: 7),
    ])
    try device.write { _ = try $1.settle(reply, at: 1, fresh: UUID(), in: $0) }
    let record = try device.write { transaction, _ in try transaction.entity("note", Array("a".utf8)) }
    #expect(record?.server == note("oat milk"))
    #expect(record?.local == note("cream"))
  }

  @Test func `what the hub takes is there for others`() throws {
    var hub = ModelHub()
    let one = try BookDevice(1)
    let two = try BookDevice(2)
    try one.create("a", note("milk", likes: 1))
    try one.sync(with: &hub)
    #expect(one.isSynced)
    #expect(try one.operations().isEmpty)
    try two.sync(with: &hub)
    #expect(try two.see("a") == note("milk", likes: 1))
    try two.update("a", note("milk", likes: 4))
    try one.update("a", note("milk", likes: 3))
    try two.sync(with: &hub)
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 6))
    #expect(try one.see("a") == note("milk", likes: 6))
    #expect(try two.see("a") == note("milk", likes: 6))
  }

  @Test func `what the hub tells of and is known already is not written again`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.create("b", note("bread"))
    try device.sync(with: &hub)
    /// Rows of entities that are written when the hub tells of all of them.
    func rowsWritten() throws -> Int64 {
      let now = device.now
      let page = try hub.pull(PullRequest(space: "notes", cursor: []))
      return try device.write { transaction, book in
        let before = try transaction.first("SELECT total_changes()") { $0.integer(0) } ?? 0
        let arrival = ReplicaBook.Arrival(now: now, pass: try transaction.head().pass)
        for entity in page.entities {
          try book.setServer(
            EntityRef(type: entity.type, key: entity.key), to: entity.state, version: entity.version, arrival,
            in: transaction)
        }
        return (try transaction.first("SELECT total_changes()") { $0.integer(0) } ?? 0) - before
      }
    }
    #expect(try rowsWritten() == 0)
    try device.write { transaction, _ in
      try transaction.execute("UPDATE entity SET server = $1 WHERE key = $2", [.bytes([]), .bytes(Array("b".utf8))])
    }
    #expect(try rowsWritten() == 1)
    #expect(try device.see("b") == note("bread"))
  }

  @Test func `pending changes stay on top of what the hub sends`() throws {
    var hub = ModelHub()
    let one = try BookDevice(1)
    let two = try BookDevice(2)
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try two.update("a", note("milk", body: "two litres"))
    try one.update("a", note("milk", likes: 2, tags: ["cold"]))
    try two.sync(with: &hub)
    // Its push is lost, so what it did itself stays pending while the page comes in.
    try one.sync(with: &hub, calls: 150) { action in
      if case .push = action { return .lost }
      return .fine
    }
    let seen = try one.see("a").map { String(decoding: $0, as: UTF8.self) }
    let wanted = note("milk", body: "two litres", likes: 2, tags: ["cold"])
    #expect(seen == String(decoding: wanted, as: UTF8.self))
  }

  @Test func `changes that were not sent become one`() throws {
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.update("a", note("bread"))
    try device.update("a", note("bread", likes: 2))
    #expect(try device.operations().count == 1)
    try device.delete("a")
    #expect(try device.operations().isEmpty)
    #expect(try device.see("a") == nil)
    #expect(try device.write { transaction, _ in try transaction.entity("note", Array("a".utf8)) } == nil)
  }

  @Test func `what was sent is never changed`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub, calls: 20) { action in
      if case .push = action { return .replyLost }
      return .fine
    }
    let sent = try #require(try device.operations().first)
    #expect(sent.state == .sent)
    try device.update("a", note("bread"))
    let queue = try device.operations()
    #expect(queue.count == 2)
    #expect(queue.first?.content == sent.content)
    try device.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("bread"))
    #expect(hub.sequence == 2)
  }

  @Test func `what shares a parent is not made one past another`() throws {
    let device = try BookDevice()
    try device.create("f", note("folder"))
    try device.create("a", note("milk", folder: "f"))
    try device.update("f", note("folder, renamed"))
    // The child stands between the two operations on its parent.
    #expect(try device.operations().count == 3)
    try device.update("f", note("folder, renamed twice"))
    #expect(try device.operations().count == 3)
  }

  @Test func `a reply that is lost doubles nothing`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    var losses = 0
    for _ in 0..<5 {
      losses = 0
      try device.update("a", note("milk", likes: UInt64(hub.sequence + 1)))
      try device.sync(with: &hub) { action in
        guard case .push = action, losses < 3 else { return .fine }
        losses += 1
        return losses == 2 ? .lost : .replyLost
      }
    }
    #expect(hub.state(.note("a")) == note("milk", likes: 6))
    #expect(hub.sequence == 6)
    #expect(try device.operations().isEmpty)
  }
}
