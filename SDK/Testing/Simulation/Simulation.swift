internal import HoldfastSync
internal import HoldfastWire

/// Whole hubs and devices in one process, on a virtual clock, a virtual network and virtual disks, run by one seed.
///
///     let outcome = Simulation(entities: [.init(Note.self, keys: keys, make: …, change: …, resolve: …)]).run(seed: 7)
///     #expect(outcome.failure == nil)
///
/// Users work on all devices while messages are lost, doubled and overtaken, programs crash, the power goes, clocks jump
/// and files come out of backups. Then nothing fails any more, and all has to come together: each operation has its
/// outcome and was done once, in its order, and every device has what the hub has. What runs is what production runs.
///
/// The same seed gives the same trace in every process.
public struct Simulation: Sendable {
  struct Settings: Sendable {
    /// nil: by chance.
    var devices: Int?
    /// How often the users of a device do something.
    var works = 14
    var keepsTrace = false
    var timing = SyncTiming(
      backoff: Backoff(first: .milliseconds(500), longest: .seconds(10)), reconnectSpread: .milliseconds(250),
      look: .seconds(10), poll: .seconds(60), pollWithoutHints: .seconds(15))
  }

  /// What came of one seed.
  public struct Outcome: Sendable {
    public let seed: UInt64
    /// What was wrong; nil when nothing was.
    public let failure: String?
    /// What happened last, or everything.
    public let trace: [String]
    /// A hash of everything that happened.
    public let digest: UInt64
    /// How many events there were.
    public let steps: Int
    public let coverage: SimulationCoverage
  }

  /// The types with which every simulation works.
  private static let ownTypes = ["folder", "note", TallyWork.type]

  private let entities: [SimulatedEntity]
  private var settings = Settings()
  private let parts: SimulationParts

  /// - Parameters:
  ///   - entities: types of your own, beside those with which every simulation works: folder, note and tally, names that
  ///     yours may not have.
  ///   - devices: how many there are; nil leaves it to chance.
  ///   - keepsTrace: whether the whole trace is kept, and not only its end.
  public init(entities: [SimulatedEntity] = [], devices: Int? = nil, keepsTrace: Bool = false) {
    self.init(entities: entities, devices: devices, keepsTrace: keepsTrace, parts: SimulationParts())
  }

  package init(
    entities: [SimulatedEntity] = [], devices: Int? = nil, keepsTrace: Bool = false, parts: SimulationParts
  ) {
    self.entities = entities
    self.parts = parts
    settings.devices = devices.map { min(max($0, 1), Limits.devices) }
    settings.keepsTrace = keepsTrace
  }

  /// Runs one seed to its end. With types of the same name none begins: the failure says so.
  public func run(seed: UInt64) -> Outcome {
    var names = Set(Self.ownTypes)
    for entity in entities where !names.insert(entity.name).inserted {
      let failure = """
        there are two types named \(entity.name); every simulation has \(Self.ownTypes.joined(separator: ", ")), so give \
        yours another name, such as app.\(entity.name)
        """
      return Outcome(seed: seed, failure: failure, trace: [], digest: 0, steps: 0, coverage: SimulationCoverage())
    }
    let world = SimulatedWorld(seed: seed, settings: settings, entities: entities, parts: parts)
    do { try world.run() } catch { world.fail("the simulation broke off: \(error)") }
    return Outcome(
      seed: seed, failure: world.failure, trace: world.trace.lines, digest: world.trace.digest, steps: world.steps,
      coverage: world.coverage)
  }
}
