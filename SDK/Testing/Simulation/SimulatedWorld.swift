internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// One hub and several devices on a virtual clock, a virtual network and virtual disks, all of whose chances come from
/// one seed.
///
/// First users work while everything fails that can; then nothing fails any more, and within bounds all has to come
/// together.
final class SimulatedWorld {
  /// The time on good clocks when a world begins, in microseconds since 1970.
  static let origin: Int64 = 1_800_000_000_000_000

  enum Event {
    case user(Int)
    case fault
    case housekeeping
    /// What belongs to an earlier life of the device, which the second number counts, is over.
    case action(Int, Int, SyncAction)
    case wake(Int, Int, MonotonicTime)
    case queueChanged(Int, Int)
    case arrive(HubRequest, from: Int, Int, call: Int)
    case reply(HubReply, to: Int, Int, call: Int)
    case deadline(Int, Int, call: Int)
    case hint(Int, Int, Hint)
    case hintsBroken(Int, Int)
    case network(Int, isUp: Bool)
    case granted(Int, Int)
    case startDevice(Int)
    case startHub
    case person(Int)
    /// There is room on a disk again; nil is the hub's.
    case roomMade(Int?)
    case checksum(Int, Int, ChecksumReply, to: ChecksumRequest, of: [EntityRef: SimulatedHub.Holding])
  }

  enum Phase { case faults, healing }

  let settings: Simulation.Settings
  let entities: [SimulatedEntity]
  let parts: SimulationParts
  var random: SeededGenerator
  var now: UInt64 = 1_000_000_000_000
  var events = EventQueue<Event>()
  var trace: SimulationTrace
  var coverage = SimulationCoverage()
  var phase = Phase.faults
  let faultsEnd: UInt64
  var steps = 0
  var failure: String?

  let hub: SimulatedHub
  var devices: [SimulatedDevice] = []
  var links: [Link] = []
  var copies = 0
  var hubBackup: SimulatedHub.Backup?
  var deviceBackups: [Int: (disk: LosingDisk, account: DeviceAccount)] = [:]
  /// Words that went with a part of the hub's history.
  var lostWords: Set<TallyWork.Word> = []
  /// Words that waited when one life of a replica became two: what one goes on to do has no order to what the other does.
  var unorderedWords: Set<TallyWork.Word> = []
  /// Words that two lives of one replica may both have added.
  var doubtfulWords: Set<TallyWork.Word> = []

  /// What lies between a device and the hub.
  struct Link {
    var isUp = true
    /// Messages go and do not arrive, and nobody is told.
    var isPartitioned = false
    var isCredentialGood = true
    var mayAccess = true
    /// Calls that have not been answered.
    var calls: [Int: SyncQuestion] = [:]
    var callsMade = 0
    /// What the device listens for, and up to where it has been told.
    var hints: (filters: [EntityFilter], told: UInt64?)?
  }

  init(seed: UInt64, settings: Simulation.Settings, entities: [SimulatedEntity], parts: SimulationParts) {
    self.settings = settings
    self.parts = parts
    var random = SeededGenerator(seed: seed)
    let policies: [MergePolicy] = [.manual, .client, .server, .timestamp, .custom]
    self.entities =
      [NoteWork.folder, NoteWork.note(policies[Int(random.next() % UInt64(policies.count))])] + entities
    trace = SimulationTrace(keepsAll: settings.keepsTrace)
    hub = SimulatedHub(seed: random.next(), parts: parts)
    faultsEnd = now + 30_000_000_000 + random.next() % 60_000_000_000
    self.random = random
  }

  // MARK: Running

  /// Goes on until all has come together, or something is wrong.
  func run() throws {
    if !oneIn(8) { hub.disk.copyFiles(of: try BlankFiles.hub.get()) }
    try hub.start()
    let count = settings.devices ?? Int(2 + random.next() % 3)
    for _ in 0..<count { addDevice(files: oneIn(8) ? nil : try BlankFiles.replica.get()) }
    for device in devices { plan(.startDevice(device.number), in: chance(2_000)) }
    plan(.fault, in: chance(4_000))
    plan(.housekeeping, in: chance(30_000))
    while failure == nil, let next = events.next() {
      now = max(now, next.time)
      steps += 1
      if phase == .faults && now >= faultsEnd { try heal() }
      try handle(next.event)
      if phase == .healing, case .person = next.event, failure == nil, try isSettled(), try isVerified() {
        return try checkEnd()
      }
      if now > faultsEnd + Limits.healing || steps > Limits.steps {
        return fail("it does not come to rest: \(try unrest())")
      }
    }
  }

  /// - Parameter files: what it finds on its disk; nil: nothing.
  func addDevice(files: LosingDisk?) {
    let number = devices.count
    let types = entities + [TallyWork.entity]
    devices.append(
      SimulatedDevice(
        number, entities: types, timing: settings.timing, seed: random.next(), parts: parts, files: files))
    links.append(Link())
    // Chances that hold for the life of a device.
    let device = devices[number]
    switch random.next() % 6 {
    case 0:
      device.clockOffset = 400 * 86_400_000_000
      cover(.clockAhead)
    case 1:
      device.clockOffset = -400 * 86_400_000_000
      cover(.clockBehind)
    default: break
    }
    device.version = Int(random.next() % 2)
    for _ in 0..<settings.works { plan(.user(number), in: chance((faultsEnd - now) / 1_000_000)) }
  }

  // MARK: Chances and notes

  /// A time of up to `milliseconds`.
  func chance(_ milliseconds: UInt64) -> UInt64 { random.next() % max(1, milliseconds) }

  func oneIn(_ count: UInt64) -> Bool { random.next() % count == 0 }

  func plan(_ event: Event, in milliseconds: UInt64) { events.plan(event, at: now + milliseconds * 1_000_000) }

  func note(_ text: @autoclosure () -> String) { trace.note(now, text()) }

  func cover(_ event: SimulationCoverage.Event) { coverage.count(event) }

  func fail(_ text: String) {
    guard failure == nil else { return }
    failure = text
    note("WRONG: \(text)")
  }

  /// The hub's clock, which is right.
  var hubTime: Int64 { Self.ticked(Self.time(now)) }

  static func time(_ now: UInt64) -> Int64 { origin + Int64(now / 1_000) }

  /// Clocks tick once in two seconds, so that different devices often do something at the same time.
  static func ticked(_ time: Int64) -> Int64 { time / 2_000_000 * 2_000_000 }
}
