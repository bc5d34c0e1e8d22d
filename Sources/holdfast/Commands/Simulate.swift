import HoldfastTesting

extension Command {
  static let simulate = Command(
    name: "simulate",
    summary: "Runs hubs and devices in one process, by seed, while everything fails that can.",
    details: """
      Each seed is a world of its own: one hub and some devices on a virtual clock, network and disk. Users work while
      messages are lost, programs crash, the power goes and clocks jump; then nothing fails any more, and all has to come
      together. A seed that fails prints what happened last and the command that repeats it, and the exit code is 1.
      """,
    options: [
      .value("--seeds", "N", "How many seeds; 1000 unless given."),
      .value("--seed", "S", "The first of them; 1 unless given."),
      .value("--devices", "D", "Devices in each; by chance unless given."),
      .flag("--trace", "Print everything that happens. For one seed."),
    ],
    examples: ["holdfast simulate --seeds 1000", "holdfast simulate --seed 42 --seeds 1 --trace"],
    run: { arguments, console in
      let run = SimulationRun(
        seeds: try arguments.count("--seeds", in: 1...1_000_000_000) ?? 1_000,
        first: UInt64(try arguments.count("--seed", in: 0...Int.max - 1_000_000_000) ?? 1),
        devices: try arguments.count("--devices", in: 1...16), withTrace: arguments.has("--trace"), console)
      return run.perform() ? .done : .failed
    })
}

/// Seeds, one after the other.
private struct SimulationRun {
  let seeds: Int
  let first: UInt64
  let devices: Int?
  let withTrace: Bool
  let console: Console

  /// A run of this many seeds has to cover everything.
  private static let coveringSeeds = 1_000

  init(seeds: Int, first: UInt64, devices: Int?, withTrace: Bool, _ console: Console) {
    (self.seeds, self.first, self.devices, self.withTrace) = (seeds, first, devices, withTrace)
    self.console = console
  }

  /// - Returns: whether all is as it should be.
  func perform() -> Bool {
    let simulation = Simulation(devices: devices, keepsTrace: withTrace)
    var coverage = SimulationCoverage()
    var steps = 0
    var digest: UInt64 = 0
    let clock = ContinuousClock()
    let began = clock.now
    var shown = began
    for index in 0..<seeds {
      let outcome = simulation.run(seed: first + UInt64(index))
      coverage.add(outcome.coverage)
      steps += outcome.steps
      digest = digest &* 31 &+ outcome.digest
      if withTrace && outcome.failure == nil {
        for line in outcome.trace { console.remark(line) }
      }
      if outcome.failure != nil {
        report(outcome, after: index + 1)
        return false
      }
      if clock.now - shown > .seconds(2) {
        shown = clock.now
        console.note("\(index + 1) of \(seeds) seeds, \(rate(index + 1, clock.now - began)) a second")
      }
    }
    let elapsed = clock.now - began
    let missing = seeds >= Self.coveringSeeds ? coverage.missing : []
    let pace = rate(seeds, elapsed)
    console.result(
      """
      \(seeds) seeds, \(steps) steps, \(pace) seeds a second, digest \(String(digest, radix: 16))
      \(SimulationCoverage.Event.allCases.map { "\($0.rawValue) \(coverage[$0])" }.joined(separator: ", "))\
      \(missing.isEmpty ? "" : "\nNOT COVERED: \(missing.map(\.rawValue).joined(separator: ", "))")
      """,
      json: [
        "seeds": .integer(seeds), "steps": .integer(steps), "seconds": .number(seconds(elapsed)),
        "seeds_per_second": .number(Double(seeds) / max(seconds(elapsed), 0.001)),
        "digest": .string(String(digest, radix: 16)),
        "coverage": .object(SimulationCoverage.Event.allCases.map { ($0.rawValue, .integer(coverage[$0])) }),
        "not_covered": .array(missing.map { .string($0.rawValue) }),
      ])
    return missing.isEmpty
  }

  private func report(_ outcome: Simulation.Outcome, after count: Int) {
    for line in outcome.trace { console.remark(line) }
    let devices = devices.map { " --devices \($0)" } ?? ""
    let command = "holdfast simulate --seeds 1 --seed \(outcome.seed)\(devices)"
    let failure = outcome.failure ?? ""
    console.result(
      "seed \(outcome.seed) fails, after \(count) seeds: \(failure)\nAgain: \(command) --trace",
      json: [
        "seed": .integer(Int(clamping: outcome.seed)), "failure": .string(failure), "command": .string(command),
        "digest": .string(String(outcome.digest, radix: 16)),
      ])
  }

  private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

  private func rate(_ count: Int, _ elapsed: Duration) -> String {
    let rate = Double(count) / max(seconds(elapsed), 0.001)
    return "\(Int(rate)).\(Int(rate * 10) % 10)"
  }
}
