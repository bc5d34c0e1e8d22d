import HoldfastContract
import HoldfastStore
import HoldfastSync
import Testing

@testable import HoldfastSDK
@testable import HoldfastTesting

struct `Simulated devices` {
  private static let folders = NoteWork.folders.map { EntityRef(type: "folder", key: Array($0.utf8)) }

  private func cursor(epoch: [UInt8]) throws -> [UInt8] {
    Cursor(epoch: epoch, sequence: 2, filters: try FilterSet().hash).bytes
  }

  private func page(epoch: [UInt8]) throws -> PullReply {
    let entities = Self.folders.enumerated().map { index, folder in
      EntityState(type: folder.type, key: folder.key, version: UInt64(index + 1), state: FieldBytes.text(1, "x"))
    }
    return PullReply(entities: entities, cursor: try cursor(epoch: epoch), restart: true, sequence: 2)
  }

  /// A device that has joined and holds two folders.
  private func device(seed: UInt64) throws -> SimulatedDevice {
    let device = SimulatedDevice(
      0, entities: [NoteWork.folder, TallyWork.entity], timing: .standard, seed: seed, parts: SimulationParts(),
      files: nil)
    try device.start(at: 0)
    let (fresh, page) = (device.fresh(), try page(epoch: [1]))
    try device.write { transaction, steps in
      let join = try steps.book.joinRequest(in: transaction)
      _ = try steps.take(JoinReply(epoch: [1], sequence: 2), to: join, at: 0, fresh: fresh, in: transaction)
      let pull = try steps.book.pullRequest(in: transaction)
      _ = try steps.take(page, to: pull, at: 0, in: transaction)
    }
    return device
  }

  @Test func `what went is known to be pruned, also when the power went on it`() throws {
    var (cuts, gone) = (0, 0)
    for seed in 0..<300 as Range<UInt64> {
      let device = try device(seed: seed)
      device.disk.cutPower(after: 1 + Int(seed % 60))
      do {
        _ = try device.prune(toBytes: 0, at: 0)
      } catch {
        #expect(!device.hasPower)
        cuts += 1
      }
      device.powerDown()
      try device.start(at: 0)
      let held = Set(try device.records().map { EntityRef(type: $0.type, key: $0.key) })
      let missing = Self.folders.filter { !held.contains($0) }
      #expect(device.account.pruned.isSuperset(of: missing))
      gone += missing.count
    }
    #expect(cuts > 0 && gone > 0)
  }

  @Test func `what is damaged is known to be, also when the program was killed on it`() throws {
    var found = 0
    for operations in 1...40 {
      let device = try device(seed: UInt64(operations))
      var random = SeededGenerator(seed: UInt64(operations))
      let before = try device.records().map(\.server)
      device.doom(after: operations, neighbour: false)
      do {
        // Until no row is left to be damaged.
        while try device.damage(&random) != nil {}
      } catch { #expect(!device.isAlive) }
      device.crash()
      try device.start(at: 0)
      if try device.records().map(\.server) != before {
        #expect(!device.account.damaged.isEmpty)
        found += 1
      }
    }
    #expect(found > 0)
  }

  @Test func `what one life has given up counts for the life that a backup brings back`() throws {
    let world = SimulatedWorld(seed: 1, settings: .init(), entities: [], parts: SimulationParts())
    world.addDevice(files: nil)
    try world.startDevice(0)
    let device = world.devices[0]
    let word = TallyWork.Word(device: 0, count: 1)
    device.account.words = [word: 1]
    world.deviceBackups[0] = (device.copyOfDisk(seed: 1), device.account)
    device.account.cancelled = [word]
    device.account.words[TallyWork.Word(device: 0, count: 2)] = 2
    world.restoreDevice(0)
    #expect(device.account.words == [word: 1])
    #expect(device.account.cancelled == [word])
  }

  @Test func `a device may still come when nothing fails any more`() {
    let world = SimulatedWorld(seed: 1, settings: .init(), entities: [], parts: SimulationParts())
    world.now = world.faultsEnd
    world.addDevice(files: nil)
    #expect(world.devices.count == 1)
  }

  @Test func `what is wanted already is not pulled again by that`() throws {
    let device = try device(seed: 1)
    _ = try device.prune(toBytes: 0, at: 0)
    try device.setFilters([])
    #expect(device.account.pruned == Set(Self.folders))
    try device.setFilters([EntityFilter(type: "folder")])
    #expect(device.account.pruned.isEmpty)
  }

  @Test func `a page that the device does not take tells of nothing`() throws {
    let world = SimulatedWorld(seed: 1, settings: .init(), entities: [], parts: SimulationParts())
    world.addDevice(files: nil)
    try world.startDevice(0)
    let device = world.devices[0]
    device.account.pruned = Set(Self.folders)
    try world.answered(SyncQuestion(.pull, .pull(PullRequest())), .pull(try page(epoch: [9])), 0, device)
    #expect(device.account.pruned == Set(Self.folders))
  }

  @Test func `the calls of a device whose power goes are over when all heals`() throws {
    let world = SimulatedWorld(seed: 1, settings: .init(), entities: [], parts: SimulationParts())
    try world.hub.start()
    world.addDevice(files: nil)
    try world.startDevice(0)
    world.call(SyncQuestion(.join, .join(JoinRequest())), 0)
    world.devices[0].disk.cutPower(after: 0)
    try world.heal()
    #expect(world.links[0].calls.isEmpty)
  }

  @Test func `the same filters again bring nothing back that was pruned`() throws {
    let device = try device(seed: 1)
    _ = try device.prune(toBytes: 0, at: 0)
    #expect(device.account.pruned == Set(Self.folders))
    try device.setFilters([])
    #expect(device.account.pruned == Set(Self.folders))
    try device.setFilters(NoteWork.filters(folder: "f0"))
    #expect(device.account.pruned.isEmpty)
  }

  @Test func `another program takes over from one that is killed, and its queue is there`() throws {
    for operations in 1...40 {
      let device = try device(seed: UInt64(operations))
      try device.openNeighbour(at: 0)
      var random = SeededGenerator(seed: 1)
      let deed = try device.beside { try device.work(at: 0, &random) }
      #expect(!deed.text.isEmpty)
      device.doom(after: operations, neighbour: false)
      while device.isAlive {
        do { _ = try device.work(at: 0, &random) } catch { #expect(!device.isAlive) }
      }
      let life = device.generation
      #expect(try device.bury(at: 0))
      #expect(device.generation > life && device.isRunning && !device.hasNeighbour)
      let waiting = Set(try device.operations().map(\.position))
      #expect(waiting.isSuperset(of: device.account.words.values))
      #expect(device.dialogue?.machine.plan.parkedCount == 0)
    }
  }

  @Test func `a full disk keeps from the file what does not fit, and nothing else`() throws {
    let device = try device(seed: 1)
    var random = SeededGenerator(seed: 1)
    _ = try device.work(at: 0, &random)
    let before = (try device.operations(), device.account.words)
    device.disk.inject { [used = device.disk.usedBytes] in $0.capacity = used }
    #expect(throws: StoreError.self) { try device.work(at: 0, &random) }
    #expect(try device.operations().map(\.position) == before.0.map(\.position))
    #expect(device.account.words == before.1)
    device.disk.inject { $0.capacity = .max }
    _ = try device.work(at: 0, &random)
  }
}
