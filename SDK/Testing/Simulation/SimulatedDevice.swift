internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A device on a virtual disk: production's book and machine over production's store, without threads.
final class SimulatedDevice {
  /// A program that runs on the device.
  struct Run {
    /// What the disk knows it as.
    let program: Int
    let database: Database
    let steps: any ReplicaSteps
    var book: ReplicaBook { steps.book }
  }

  let number: Int
  let entities: [SimulatedEntity]
  private let parts: SimulationParts
  private let timing: SyncTiming
  private(set) var disk: LosingDisk
  /// Where its file stands; another place makes it a copy.
  private let place: [UInt8]
  /// Which of the program's versions runs.
  var version = 0
  /// The program that syncs.
  private(set) var run: Run?
  /// Another that has the same file open, and takes over when the first ends.
  private(set) var neighbour: Run?
  /// Users work with the neighbour just now.
  private var isBeside = false
  private var programs = 0
  var dialogue: SyncDialogue?
  /// Rises with each start: what belongs to an earlier one is over.
  private(set) var generation = 0
  var wake = MonotonicTime.distantFuture
  private var random: SeededGenerator
  private var drawn: UInt64 = 0

  /// How far the device's clock is off, in microseconds.
  var clockOffset: Int64 = 0
  /// What the simulation knows of what its users have done.
  var account = DeviceAccount()
  /// Its file is a copy or was put back, and has not been looked at since.
  var isDoubtful = false
  /// How often a full disk has kept from the file what the engine meant to write.
  var refusals = 0
  /// Words that its users have appended; never the same twice, whatever is restored.
  var wordsMade = 0

  init(
    _ number: Int, entities: [SimulatedEntity], timing: SyncTiming, seed: UInt64, parts: SimulationParts,
    files: LosingDisk?
  ) {
    self.number = number
    self.entities = entities
    self.timing = timing
    self.parts = parts
    place = [UInt8(number)]
    random = SeededGenerator(seed: seed)
    disk = LosingDisk(seed: seed)
    if let files { disk.copyFiles(of: files) }
  }

  var isRunning: Bool { run != nil }
  var hasNeighbour: Bool { neighbour != nil }
  /// Whether none of the programs has been killed.
  var isAlive: Bool { [run, neighbour].allSatisfy { $0.map { disk.isAlive($0.program) } ?? true } }
  var hasPower: Bool { disk.hasPower }

  /// An identity that nobody else has.
  func fresh() -> UUID {
    drawn += 1
    let low = UInt64(number) << 32 | drawn
    let bytes = (0..<16).map { UInt8(truncatingIfNeeded: $0 < 8 ? 0xd0 : low >> UInt64(8 * (15 - $0))) }
    return UUID(bytes) ?? UUID(uuid: (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  }

  /// The device's clock.
  func wall(_ now: UInt64) -> Int64 { SimulatedWorld.ticked(SimulatedWorld.time(now) + clockOffset) }

  func moment(_ now: UInt64) -> ReplicaBook.Moment {
    ReplicaBook.Moment(wall: wall(now), monotonic: MonotonicTime(nanoseconds: now))
  }

  // MARK: Life

  /// Starts the program: opens the file and begins a dialogue.
  func start(at now: UInt64) throws {
    generation += 1
    run = try open(at: now)
    do {
      try beginDialogue(at: now)
    } catch {
      crash()
      throw error
    }
  }

  /// Another program opens the file.
  func openNeighbour(at now: UInt64) throws { neighbour = try open(at: now) }

  private func open(at now: UInt64) throws -> Run {
    programs += 1
    let program = programs
    disk.beginProgram(program)
    var options = StoreOptions()
    options.vfs = disk.name
    let database = try Database(path: "replica", options: options, migrations: ReplicaSchema.migrations)
    let types = entities.map { $0.versions[min(version, $0.versions.count - 1)] }
    let (fresh, place, wall) = ((fresh(), self.fresh()), place, wall(now))
    let book = try database.write { transaction in
      try ReplicaBook.open(
        space: SimulatedHub.space, types: types, place: place, fresh: (device: fresh.0, incarnation: fresh.1),
        at: wall, in: transaction)
    }
    return Run(program: program, database: database, steps: parts.replica(book))
  }

  /// What the file holds is what the dialogue begins with.
  private func beginDialogue(at now: UInt64) throws {
    wake = .distantFuture
    let moment = moment(now)
    let (queue, head) = try write { transaction, steps in
      (try steps.book.queue(at: moment, in: transaction), try transaction.head())
    }
    dialogue = SyncDialogue(
      queue, pulledTo: head.pulledTo, timing: timing, seed: random.next(), now: moment.monotonic)
  }

  /// All programs end as they mean to: they close their file.
  func stop() {
    generation += 1
    dialogue = nil
    neighbour = nil
    run = nil
  }

  /// All programs end, at once, and leave their file as it is.
  func crash() {
    for program in [run, neighbour].compactMap({ $0?.program }) { disk.kill(program) }
    stop()
  }

  /// A program will end in the middle of something.
  func doom(after operations: Int, neighbour isNeighbour: Bool) {
    guard isAlive, let program = (isNeighbour ? neighbour : run)?.program else { return }
    disk.kill(program, after: operations)
  }

  /// Ends programs of which the disk knows that they have been killed. The neighbour takes over from the one that syncs.
  /// - Returns: whether some program still runs.
  func bury(at now: UInt64) throws -> Bool {
    if let other = neighbour, !disk.isAlive(other.program) { neighbour = nil }
    guard let first = run, !disk.isAlive(first.program) else { return run != nil }
    let heir = neighbour
    neighbour = nil
    run = nil
    stop()
    guard let heir else { return false }
    run = heir
    try beginDialogue(at: now)
    return true
  }

  /// The power goes and comes back; the program does not run.
  func powerDown() {
    crash()
    disk.restorePower()
  }

  /// The file becomes what it was. The program does not run.
  func restore(_ backup: LosingDisk, seed: UInt64) {
    crash()
    disk = LosingDisk(seed: seed)
    disk.copyFiles(of: backup)
  }

  func copyOfDisk(seed: UInt64) -> LosingDisk {
    let copy = LosingDisk(seed: seed)
    copy.copyFiles(of: disk)
    return copy
  }

  // MARK: The file

  /// A step on the file. Throws when there is no program or no power.
  func write<Value>(_ body: @escaping (borrowing WriteTransaction, any ReplicaSteps) throws -> Value) throws -> Value {
    guard let run = isBeside ? neighbour : run else { throw Away() }
    return try run.database.write { [steps = run.steps] in try body($0, steps) }
  }

  /// Something is done with the neighbour.
  func beside<Value>(_ body: () throws -> Value) rethrows -> Value {
    isBeside = true
    defer { isBeside = false }
    return try body()
  }

  struct Away: Error {}

  func operations() throws -> [StoredOperation] {
    try write { transaction, _ in
      var all: [StoredOperation] = []
      try transaction.forEachOperation { operation in
        all.append(operation)
        return true
      }
      return all
    }
  }

  func records() throws -> [EntityRecord] {
    try write { transaction, _ in
      try transaction.all(
        "SELECT id, type, key, version, server, local, lost, pending FROM entity ORDER BY type, key"
      ) { EntityRecord($0) }
    }
  }

  /// The types in the newest version that a program on the file has had.
  func shapes() throws -> [String: EntityShape] {
    let stored = try write { transaction, _ in
      try transaction.all("SELECT description FROM entity_type") { $0.bytes(0) }
    }
    let shapes = try stored.map { try EntityShape(EntityDescription(decoding: $0)) }
    return Dictionary(shapes.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func head() throws -> ReplicaHead { try write { transaction, _ in try transaction.head() } }
}
