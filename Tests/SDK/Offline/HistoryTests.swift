import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import Testing

@testable import HoldfastSDK

/// Hubs that are started again, with all that they had or less, and passes from the start.
struct `Histories of a hub` {
  @Test func `one that was started again goes on from the cursor`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    let before = try device.head()
    try device.update("a", note("oat milk"))
    hub.restart()
    device.disconnect()
    try device.sync(with: &hub)
    #expect(device.isSynced)
    let after = try device.head()
    #expect(after.epoch == hub.epoch && after.epoch != before.epoch)
    #expect(after.pass == before.pass)
    #expect(after.pulledTo == 2 && after.seen == 2)
    #expect(hub.state(.note("a")) == note("oat milk"))
  }

  @Test func `what an outcome has told and a backup lacks is known no longer`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    let backup = hub
    try device.update("a", note("oat milk"))
    try device.sync(with: &hub, calls: 40) { action in
      if case .pull = action { return .lost }
      return .fine
    }
    // It has not pulled what it did, and what it changes next is on top of that.
    #expect(try device.operations().isEmpty)
    #expect(try device.head().pulledTo == 1)
    #expect(try device.head().seen == 2)
    try device.update("a", note("oat milk", likes: 1))
    hub.restore(backup)
    device.disconnect()
    try device.sync(with: &hub)
    #expect(device.isSynced)
    #expect(hub.state(.note("a")) == note("milk", likes: 1))
    #expect(try device.see("a") == note("milk", likes: 1))
  }

  @Test func `what a parked operation met is no more than both histories have`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    let backup = hub
    try two.sync(with: &hub)
    try one.update("a", note("oat milk"))
    try one.sync(with: &hub)
    try two.update("a", note("soy milk"))
    try two.sync(with: &hub)
    #expect(try two.operations().map { $0.refusal?.version } == [2])
    hub.restore(backup)
    two.disconnect()
    try two.sync(with: &hub)
    let operation = try #require(try two.operations().first)
    #expect(operation.content.base == 1 && operation.refusal?.version ?? 0 <= 1)
  }

  @Test func `a hub is told of the histories before, the latest first, as far as they are that of now`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    try device.create("a", note("milk"))
    try device.sync(with: &hub)
    let backup = hub
    for title in ["oat milk", "soy milk"] {
      hub.restart()
      device.disconnect()
      try device.update("a", note(title))
      try device.sync(with: &hub)
    }
    let earlier = { try device.write { try $1.joinRequest(in: $0) }.earlier }
    #expect(
      try earlier() == [EarlierHistory(epoch: [2], shared: 2), EarlierHistory(epoch: [1], shared: 1)])
    hub.restore(backup)
    device.disconnect()
    try device.sync(with: &hub)
    #expect(try earlier().allSatisfy { $0.shared == 1 })
    for _ in 0..<40 {
      hub.restart()
      device.disconnect()
      try device.sync(with: &hub)
    }
    #expect(try earlier().count == Int(Limits.histories))
    #expect(device.isSynced)
  }

  @Test func `a conflict in the middle of a pass does not take away what the pass has told`() throws {
    var hub = ModelHub()
    let (one, two) = (try BookDevice(1), try BookDevice(2))
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try one.update("a", note("oat milk"))
    for key in ["b", "c", "d", "e"] { try one.create(key, note(key)) }
    try one.sync(with: &hub)
    hub.pageEntities = 1
    try two.update("a", note("soy milk"))
    try two.write { try $1.startOver(in: $0) }
    try two.sync(with: &hub)
    let operation = try #require(try two.operations().first)
    #expect(operation.refusal?.kind == .conflict)
    try two.write { _ = try $1.discard(operation.position, at: 0, in: $0) }
    #expect(try two.see("a") == note("oat milk"))
    #expect(try two.see("e") == note("e"))
  }
}
