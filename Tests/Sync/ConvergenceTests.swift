import HoldfastContract
import HoldfastWire
import Testing

@testable import HoldfastSync

/// Devices that run the machine against a hub, with a network that loses and doubles, crashes, and a hub that is put back
/// to an old backup; by seed. Then all is well again, and everybody has to come to the same.
struct ConvergenceTests {
  private static let keys: [[UInt8]] = [[1], [2], [3]]

  private struct World {
    var hub: ModelHub
    let devices: [ModelDevice]
    var random: SeededGenerator
    var step = 0

    init(seed: UInt64, policy: MergePolicy) throws {
      hub = try ModelHub(policy: policy)
      let shape = hub.desk.shape
      devices = (1...3).map { ModelDevice($0, shape: shape) }
      random = SeededGenerator(state: seed)
    }

    var now: MonotonicTime { MonotonicTime(nanoseconds: UInt64(step + 1) * 300_000_000) }

    /// Whose turn it is.
    mutating func next() -> ModelDevice {
      step += 1
      return devices[Int.random(in: 0..<devices.count, using: &random)]
    }

    /// No more faults: until all are idle, or for too long. Returns whether they came to rest.
    mutating func heal() throws -> Bool {
      for _ in 0..<30_000 {
        if devices.allSatisfy({ $0.isIdle && $0.cursor == hub.desk.sequence }) { return true }
        let device = next()
        device.network(isUp: true, at: now)
        device.decide(at: now, keeping: random.chance(30))
        device.hear(of: hub, at: now)
        device.tick(at: now)
        try device.act(on: &hub, at: now, fate: .fine, random: &random)
      }
      return false
    }
  }

  /// Edits, calls and faults.
  private func trouble(
    _ world: inout World, restores: Bool,
    edit: (ModelDevice, inout SeededGenerator, MonotonicTime, [UInt8]) throws -> Void
  ) throws {
    var backup = world.hub
    for _ in 0..<250 {
      let device = world.next()
      let now = world.now
      switch Int.random(in: 0..<100, using: &world.random) {
      case ..<35: try edit(device, &world.random, now, Self.keys.randomElement(using: &world.random) ?? [])
      case ..<70:
        device.tick(at: now)
        let fates: [ModelDevice.Fate] = [.fine, .fine, .fine, .lost, .replyLost, .replyLost, .twice]
        let fate = fates.randomElement(using: &world.random) ?? .fine
        try device.act(on: &world.hub, at: now, fate: fate, random: &world.random)
      case ..<85: device.network(isUp: world.random.chance(80), at: now)
      case ..<93: device.crash(at: now)
      case ..<97: device.decide(at: now, keeping: world.random.chance(50))
      case ..<98: backup = world.hub
      default: if restores && world.random.chance(30) { world.hub.restore(backup) }
      }
    }
  }

  @Test(arguments: [MergePolicy.manual, .server, .client, .timestamp])
  func `everybody comes to the same`(_ policy: MergePolicy) throws {
    for seed in 0..<40 as Range<UInt64> {
      var world = try World(seed: seed, policy: policy)
      let shape = world.hub.desk.shape
      try trouble(
        &world, restores: true,
        edit: { device, random, now, key in
          let wrong = Int64(device.replica) * 1_000_000_000 - 2_000_000_000
          let new = random.chance(15) ? nil : try random.note(shape)
          try device.edit(key, to: new, at: now, wallTime: Int64(now.nanoseconds / 1_000) + wrong)
        })
      try #require(try world.heal(), "seed \(seed) does not come to rest")
      for key in Self.keys {
        let state = world.hub.desk.state(key)
        let states = try world.devices.map { try $0.local(key)?.message }
        #expect(states.allSatisfy { $0 == state }, "seed \(seed), key \(key)")
      }
      #expect(world.devices.allSatisfy { $0.queue.isEmpty }, "seed \(seed)")
    }
  }

  @Test func `every increment counts once`() throws {
    for seed in 0..<60 as Range<UInt64> {
      var world = try World(seed: seed, policy: .manual)
      var made: [[UInt8]: UInt64] = [:]
      try trouble(
        &world, restores: false,
        edit: { device, random, now, key in
          let amount = UInt64.random(in: 1...9, using: &random)
          var note = try device.local(key) ?? EntityFields()
          let elements = try #require(FieldKind.int64.counter)
          note[Note.likes] = try elements.adding(Int64(amount), to: note[Note.likes], of: Note.likes)
          try device.edit(key, to: note, at: now, wallTime: 0)
          made[key, default: 0] += amount
        })
      try #require(try world.heal(), "seed \(seed) does not come to rest")
      for key in Self.keys {
        let expected = made[key].map { number(Note.likes, $0) }
        #expect(world.hub.desk.state(key) == expected, "seed \(seed), key \(key)")
        #expect(try world.devices[0].local(key)?.message == expected, "seed \(seed), key \(key)")
      }
    }
  }
}
