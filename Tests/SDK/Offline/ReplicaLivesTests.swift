import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastSDK

/// One file that goes on more than once: out of a backup, or as a copy.
struct ReplicaLivesTests {
  private static func copy(_ device: BookDevice, seed: UInt64 = 2) -> LosingDisk {
    let copy = LosingDisk(seed: seed)
    copy.copyFiles(of: device.disk)
    return copy
  }

  /// A device that has one note with one like.
  private static func begin(_ hub: inout DeskHub) throws -> BookDevice {
    let device = try BookDevice()
    try device.create("a", note("milk", likes: 1))
    try device.sync(with: &hub)
    return device
  }

  /// How many more operations the earlier life has made: fewer than the later, as many, and more.
  @Test(arguments: 1...6)
  func `work on a backup before it joins is not lost, whatever its earlier life has done`(count: UInt64) throws {
    var hub = try DeskHub()
    var likes: UInt64 = 1
    let backup: LosingDisk
    do {
      let device = try Self.begin(&hub)
      backup = Self.copy(device)
      for number in 1...count {
        likes += 1
        try device.update("a", note("milk", likes: 1 + number))
        try device.sync(with: &hub)
      }
      // Confirms the last as well.
      try device.create("b", note("bread"))
      try device.sync(with: &hub)
    }
    // It is opened twice before the hub can be reached.
    do {
      let restored = try BookDevice(on: backup)
      try restored.update("a", note("milk", likes: 11))
      try restored.create("c", note("cheese"))
    }
    let restored = try BookDevice(on: backup)
    try restored.update("a", note("milk", likes: 111))
    var pushes = 0
    try restored.sync(with: &hub) { action in
      guard case .push = action else { return .fine }
      pushes += 1
      return pushes.isMultiple(of: 2) ? .fine : .replyLost
    }
    #expect(restored.isSynced)
    #expect(try hub.state(.note("a")) == note("milk", likes: likes + 110))
    #expect(try hub.state(.note("c")) == note("cheese"))
    #expect(try restored.see("a") == note("milk", likes: likes + 110))
    #expect(try restored.operations().isEmpty)
  }

  @Test func `work on a backup that is copied before it joins is done once`() throws {
    var hub = try DeskHub()
    let device = try Self.begin(&hub)
    let backup = Self.copy(device)
    try device.update("a", note("milk", likes: 3))
    try device.create("b", note("bread"))
    try device.sync(with: &hub)
    // Each has two numbers that the earlier life has used and one that it has not, and they meet the hub in turns.
    let restored = try BookDevice(on: backup)
    try restored.create("c", note("cheese", folder: "a"))
    try restored.update("a", note("milk", likes: 11))
    try restored.create("d", note("dates", folder: "a"))
    let copy = try BookDevice(2, on: Self.copy(restored, seed: 3), place: [2])
    for calls in [12, 12, 300] {
      try copy.sync(with: &hub, calls: calls) { _ in calls < 300 ? .replyLost : .fine }
      try restored.sync(with: &hub, calls: calls)
    }
    #expect(restored.isSynced && copy.isSynced)
    #expect(try hub.state(.note("a")) == note("milk", likes: 13))
    for key in ["c", "d"] { #expect(try hub.state(.note(key)) != nil) }
    #expect(try copy.see("a") == note("milk", likes: 13))
  }

  @Test func `what waited in a backup and was done since is not done again`() throws {
    var hub = try DeskHub()
    let device = try Self.begin(&hub)
    try device.update("a", note("milk", likes: 3))
    let backup = Self.copy(device)
    // The earlier life adds to it before it is sent, and the outcome may be forgotten or not.
    try device.update("a", note("milk", likes: 5))
    try device.sync(with: &hub)
    let other = LosingDisk(seed: 3)
    other.copyFiles(of: backup)
    let early = try BookDevice(on: backup)
    try early.sync(with: &hub)
    #expect(early.isSynced)
    #expect(try early.see("a") == note("milk", likes: 5))
    try device.create("b", note("bread"))
    try device.sync(with: &hub)
    let late = try BookDevice(on: other)
    try late.sync(with: &hub)
    #expect(late.isSynced)
    #expect(try late.see("a") == note("milk", likes: 5))
    #expect(try hub.state(.note("a")) == note("milk", likes: 5))
  }

  @Test func `much work on a backup takes few identities`() throws {
    var hub = try DeskHub()
    let device = try Self.begin(&hub)
    let backup = Self.copy(device)
    for number in 2...9 as ClosedRange<UInt64> {
      try device.update("a", note("milk", likes: number))
      try device.sync(with: &hub)
    }
    let restored = try BookDevice(on: backup)
    for number in 1...40 as ClosedRange<UInt64> {
      // Not made one, since another note stands between them in the lane.
      try restored.update("a", note("milk", likes: 1 + number, folder: "f"))
      try restored.create("n\(number)", note("\(number)", folder: "a"))
    }
    var joins = 0
    try restored.sync(with: &hub, calls: 60) { action in
      if case .join = action { joins += 1 }
      return .fine
    }
    #expect(restored.isSynced)
    #expect(joins <= 3)
    #expect(try hub.state(.note("a")) == note("milk", likes: 49, folder: "f"))
  }

  @Test func `nothing is added to what waited when the file was opened`() throws {
    var hub = try DeskHub()
    let disk: LosingDisk
    do {
      let device = try Self.begin(&hub)
      try device.update("a", note("milk", likes: 3))
      disk = device.disk
    }
    let copy = LosingDisk(seed: 2)
    copy.copyFiles(of: disk)
    let device = try BookDevice(on: disk)
    try device.update("a", note("milk", likes: 6))
    #expect(try device.operations().count == 2)
    // So a copy that was made while no program ran has nothing in another form.
    let other = try BookDevice(2, on: copy, place: [2])
    try other.sync(with: &hub)
    try device.sync(with: &hub)
    #expect(device.isSynced && other.isSynced)
    #expect(try hub.state(.note("a")) == note("milk", likes: 6))
  }

  @Test func `a copy that sends the earlier part first leaves the rest to a person`() throws {
    var hub = try DeskHub()
    let device = try Self.begin(&hub)
    try device.update("a", note("milk", likes: 3))
    let copy = try BookDevice(2, on: Self.copy(device), place: [2])
    try device.update("a", note("milk", likes: 8))
    try copy.sync(with: &hub)
    try device.sync(with: &hub)
    #expect(try hub.state(.note("a")) == note("milk", likes: 3))
    let parked = try #require(try device.write { try $1.parked(in: $0) }.first)
    #expect(parked.refusal?.status == UInt32(Status.failedPrecondition.rawValue))
    #expect(parked.refusal?.message.contains("a copy of the replica has sent this operation") == true)
    let now = device.now
    // Who decides sees what there is, and says what it is to be.
    try device.write { try $1.edit(parked.position, to: note("milk", likes: 8), at: now, in: $0) }
    try device.sync(with: &hub)
    #expect(device.isSynced)
    #expect(try hub.state(.note("a")) == note("milk", likes: 8))
  }

  @Test func `a copy that sends the earlier part last is told that it is done`() throws {
    var hub = try DeskHub()
    let device = try Self.begin(&hub)
    try device.update("a", note("milk", likes: 3))
    let copy = try BookDevice(2, on: Self.copy(device), place: [2])
    try device.update("a", note("milk", likes: 8))
    try device.sync(with: &hub)
    try copy.sync(with: &hub)
    #expect(device.isSynced && copy.isSynced)
    #expect(try hub.state(.note("a")) == note("milk", likes: 8))
    #expect(try copy.see("a") == note("milk", likes: 8))
  }
}
