import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import Testing

@testable import HoldfastSDK

/// Power cuts, restarts, copies and lost histories.
struct ReplicaRecoveryTests {
  @Test(arguments: 0..<6)
  func `a change and its operation survive a power cut together or not at all`(block: UInt64) throws {
    let shape = try EntityShape(NoteType.description())
    for seed in block * 20..<(block + 1) * 20 {
      var random = SeededGenerator(seed: seed)
      let disk = LosingDisk(seed: seed)
      var acknowledged: [String: [UInt8]] = [:]
      do {
        let device = try BookDevice(on: disk)
        disk.cutPower(after: Int.random(in: 1...800, using: &random))
        while disk.hasPower {
          let key = String(Int.random(in: 0..<20, using: &random))
          let state = note(String(repeating: "x", count: .random(in: 1...2_000, using: &random)))
          do {
            if try device.see(key) == nil { try device.create(key, state) } else { try device.update(key, state) }
            acknowledged[key] = state
          } catch {
            #expect(!disk.hasPower, "seed \(seed): \(error)")
            // What was being done when the power went may be there or not.
            acknowledged[key] = nil
          }
        }
      }
      disk.restorePower()
      let device = try BookDevice(on: disk)
      let operations = try device.operations()
      for (key, state) in acknowledged { #expect(try device.see(key) == state, "seed \(seed)") }
      // Every note is seen because an operation makes it so, and every operation is seen.
      for key in (0..<20).map(String.init) {
        let own = operations.filter { $0.entity == .note(key) }.map(\.content)
        let expected = try Rebase.local(server: nil, pending: own, shape: shape)
        #expect(try device.see(key) == expected?.message, "seed \(seed)")
      }
      #expect(Set(operations.map(\.content.number)).count == operations.count)
    }
  }

  @Test func `what was in flight at a crash is sent again under the same number`() throws {
    var hub = ModelHub()
    let disk = LosingDisk(seed: 1)
    do {
      let device = try BookDevice(on: disk)
      try device.create("a", note("milk", likes: 1))
      try device.sync(with: &hub, calls: 20) { action in
        if case .push = action { return .replyLost }
        return .fine
      }
    }
    #expect(hub.sequence == 1)
    let device = try BookDevice(on: disk)
    #expect(try device.operations().map(\.content.number) == [1])
    #expect(try device.operations().map(\.state) == [.sent])
    try device.sync(with: &hub)
    #expect(device.isSynced)
    #expect(hub.sequence == 1)
    #expect(try device.operations().isEmpty)
  }

  @Test func `two copies of a replica do what waited in both of them once`() throws {
    var hub = ModelHub()
    let disk = LosingDisk(seed: 1)
    let other = LosingDisk(seed: 2)
    let device = try BookDevice(on: disk)
    try device.create("a", note("milk", likes: 1))
    try device.sync(with: &hub)
    try device.update("a", note("milk", likes: 5))
    other.copyFiles(of: disk)
    let copy = try BookDevice(on: other, place: [2])
    #expect(try copy.head().incarnation != device.head().incarnation)
    try device.sync(with: &hub)
    try copy.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 5))
    // From now on each goes its own way.
    try device.update("a", note("milk", likes: 6))
    try copy.update("a", note("milk", likes: 7))
    try device.sync(with: &hub)
    try copy.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 8))
    #expect(device.isSynced && copy.isSynced)
  }

  @Test func `a copy that nobody noticed goes under a new identity when its numbers are taken`() throws {
    var hub = ModelHub()
    let other = LosingDisk(seed: 2)
    let device = try BookDevice()
    try device.create("a", note("milk", likes: 1))
    try device.sync(with: &hub)
    other.copyFiles(of: device.disk)
    // As when a whole machine was copied: the place is the same.
    let copy = try BookDevice(1, on: other)
    try device.update("a", note("milk", likes: 3))
    try copy.update("a", note("milk", likes: 11))
    try device.sync(with: &hub)
    try copy.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("milk", likes: 13))
    #expect(copy.isSynced)
  }

  @Test func `a file that was put back from a backup draws a new incarnation`() throws {
    var hub = ModelHub()
    let backup = LosingDisk(seed: 2)
    let device = try BookDevice()
    try device.create("a", note("milk", likes: 1))
    try device.sync(with: &hub)
    backup.copyFiles(of: device.disk)
    try device.update("a", note("milk", likes: 3))
    try device.sync(with: &hub)
    let restored = try BookDevice(1, on: backup)
    try restored.update("a", note("milk", likes: 2))
    try restored.sync(with: &hub)
    #expect(restored.isSynced)
    #expect(hub.state(.note("a")) == note("milk", likes: 4))
    #expect(try restored.see("a") == note("milk", likes: 4))
  }

  @Test func `a hub that has lost its newest history gets the queue and gives the rest`() throws {
    var hub = ModelHub()
    let one = try BookDevice(1)
    let two = try BookDevice(2)
    try one.create("a", note("milk"))
    try one.sync(with: &hub)
    let backup = hub
    try one.create("b", note("bread"))
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    try two.update("a", note("oat milk"))
    hub.restore(backup)
    one.disconnect()
    try two.sync(with: &hub)
    try one.sync(with: &hub)
    #expect(hub.state(.note("a")) == note("oat milk"))
    #expect(hub.state(.note("b")) == nil)
    for device in [one, two] {
      #expect(device.isSynced)
      #expect(try device.see("a") == note("oat milk"))
      #expect(try device.see("b") == nil)
    }
  }

  @Test func `a pass from the start takes away what it does not mention, and nothing that waits`() throws {
    var hub = ModelHub()
    hub.pageEntities = 2
    let one = try BookDevice(1)
    let two = try BookDevice(2)
    for number in 0..<7 { try one.create("\(number)", note("note \(number)", folder: number < 4 ? "home" : "work")) }
    try one.sync(with: &hub)
    try two.sync(with: &hub)
    #expect(try two.see("6") == note("note 6", folder: "work"))
    try two.write { transaction, book in
      try book.setFilters([EntityFilter(type: "note", equal: note(folder: "home"))], in: transaction)
    }
    try two.update("6", note("note 6, edited", folder: "work"))
    try two.sync(with: &hub, calls: 60) { action in
      if case .push = action { return .lost }
      return .fine
    }
    try two.sync(with: &hub)
    #expect(try two.see("0") == note("note 0", folder: "home"))
    #expect(try two.see("5") == nil)
    #expect(hub.state(.note("6")) == note("note 6, edited", folder: "work"))
    #expect(try two.see("6") == nil)
  }
}
