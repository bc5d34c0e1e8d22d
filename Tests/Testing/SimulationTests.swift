import HoldfastTesting
import Testing

struct `Simulated worlds` {
  @Test func `the same seed gives the same trace`() {
    let simulation = Simulation(keepsTrace: true)
    for seed in [3, 29, 95] as [UInt64] {
      let (first, second) = (simulation.run(seed: seed), simulation.run(seed: seed))
      #expect(first.trace == second.trace)
      #expect(first.digest == second.digest)
      #expect(first.digest != simulation.run(seed: seed + 1).digest)
    }
  }

  @Test func `everybody comes together, whatever fails`() async {
    let summary = await Simulation().run(seeds: 1..<61, jobs: 4)
    #expect(summary.failure?.failure == nil, "seed \(summary.failure?.seed ?? 0)")
    #expect(summary.seeds == 60)
    #expect(summary.coverage[.applied] > 1_000)
    #expect(summary.coverage[.replay] > 100)
  }

  @Test func `what comes of seeds does not depend on how many run at a time`() async {
    let simulation = Simulation()
    var (one, several): ([UInt64], [UInt64]) = ([], [])
    let first = await simulation.run(seeds: 1..<13, jobs: 1) { one.append($0.digest) }
    let second = await simulation.run(seeds: 1..<13, jobs: 3) { several.append($0.digest) }
    #expect(one == several)
    #expect(first.digest == second.digest)
    #expect(first.steps == second.steps)
    #expect(first.coverage == second.coverage)
  }

  @Test func `of several seeds that fail, the first is told of`() async throws {
    let simulation = Simulation(parts: SimulationParts(replica: { SleepyReplica(book: $0) }))
    let one = await simulation.run(seeds: 1..<401, jobs: 1)
    let several = await simulation.run(seeds: 1..<401, jobs: 3)
    let failure = try #require(one.failure)
    #expect(several.failure?.seed == failure.seed)
    #expect(several.failure?.digest == failure.digest)
    #expect(several.seeds == one.seeds)
    #expect(several.digest == one.digest)
  }
}

/// A mistake that somebody could make, put in the place of the part that does it right.
struct PlantedBug: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let parts: SimulationParts
  /// Within so many it has to be found.
  let seeds: UInt64 = 400

  static let all = [
    PlantedBug("a replay is done again", SimulationParts(hub: { ForgetfulHub(desk: $0) })),
    PlantedBug("a cursor goes past a change that is not made yet", SimulationParts(hub: { HastyHub(desk: $0) })),
    PlantedBug("the order of arrival decides", SimulationParts(hub: { ArrivalHub(desk: $0) })),
    PlantedBug("a missed tombstone is not told of", SimulationParts(hub: { BottomlessHub(desk: $0) })),
    PlantedBug("a checksum is not compared", SimulationParts(replica: { TrustfulReplica(book: $0) })),
    PlantedBug("damage is not mended", SimulationParts(replica: { IdleReplica(book: $0) })),
    PlantedBug("a wake-up is missed", SimulationParts(replica: { SleepyReplica(book: $0) })),
    PlantedBug("what is under way is changed", SimulationParts(replica: { CoalescingReplica(book: $0) })),
    PlantedBug("children go with a refused parent", SimulationParts(replica: { HarshReplica(book: $0) })),
    PlantedBug("pruning takes what waits", SimulationParts(replica: { RecklessReplica(book: $0) })),
    PlantedBug("a new history empties the queue", SimulationParts(replica: { ForgetfulReplica(book: $0) })),
  ]

  private init(_ description: String, _ parts: SimulationParts) {
    (testDescription, self.parts) = (description, parts)
  }
}

struct `Planted bugs` {
  @Test(arguments: PlantedBug.all)
  func `the simulator finds it`(_ bug: PlantedBug) throws {
    let simulation = Simulation(parts: bug.parts)
    let found = (1...bug.seeds).lazy.map { simulation.run(seed: $0) }.first { $0.failure != nil }
    let outcome = try #require(found)
    #expect(Simulation().run(seed: outcome.seed).failure == nil)
  }
}
