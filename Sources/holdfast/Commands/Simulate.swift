import HoldfastTesting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Command {
  static let simulate = Command(
    name: "simulate",
    summary: "Runs hubs and devices in one process, by seed, while everything fails that can.",
    details: """
      Each seed is a world of its own: one hub and some devices on a virtual clock, network and disk. Users work while
      messages are lost, programs crash, the power goes and clocks jump; then nothing fails any more, and all has to come
      together. A seed that fails prints what happened last and the command that repeats it, and the exit code is 1.
      What comes of seeds does not depend on how many run at a time.
      """,
    options: [
      .value("--seeds", "N", "How many seeds; 1000 unless given."),
      .value("--seed", "S", "The first of them; 1 unless given."),
      .value("--devices", "D", "Devices in each; by chance unless given."),
      .value("--jobs", "J", "How many seeds run at a time; as many as there are processors unless given."),
      .flag("--trace", "Print everything that happens. For one seed."),
    ],
    examples: ["holdfast simulate --seeds 1000", "holdfast simulate --seed 42 --seeds 1 --trace"],
    run: { arguments, console in
      let run = SimulationRun(
        seeds: try arguments.count("--seeds", in: 1...1_000_000_000) ?? 1_000,
        first: UInt64(try arguments.count("--seed", in: 0...Int.max - 1_000_000_000) ?? 1),
        devices: try arguments.count("--devices", in: 1...16),
        jobs: try arguments.count("--jobs", in: 1...1_024) ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        withTrace: arguments.has("--trace"), console)
      return await run.perform() ? .done : .failed
    })
}

/// Many seeds, and what is said of them.
private struct SimulationRun {
  let seeds: Int
  let first: UInt64
  let devices: Int?
  let jobs: Int
  let withTrace: Bool
  let console: Console

  /// A run of this many seeds has to cover everything.
  private static let coveringSeeds = 1_000

  init(seeds: Int, first: UInt64, devices: Int?, jobs: Int, withTrace: Bool, _ console: Console) {
    (self.seeds, self.first, self.devices, self.jobs, self.withTrace) = (seeds, first, devices, jobs, withTrace)
    self.console = console
  }

  /// - Returns: whether all is as it should be.
  func perform() async -> Bool {
    let simulation = Simulation(devices: devices, keepsTrace: withTrace)
    let clock = ContinuousClock()
    let began = clock.now
    var shown = began
    var count = 0
    let summary = await simulation.run(seeds: first..<first + UInt64(seeds), jobs: jobs) { outcome in
      count += 1
      if withTrace && outcome.failure == nil {
        for line in outcome.trace { console.remark(line) }
      }
      // A trace is the same in every run; how fast the seeds go by is not.
      if !withTrace, clock.now - shown > .seconds(2) {
        shown = clock.now
        console.note("\(count) of \(seeds) seeds, \(rate(count, clock.now - began)) a second")
      }
    }
    if let failure = summary.failure {
      report(failure, after: summary.seeds)
      return false
    }
    return report(summary, clock.now - began)
  }

  /// - Returns: whether everything was covered that has to be.
  private func report(_ summary: Simulation.Summary, _ elapsed: Duration) -> Bool {
    let missing = seeds >= Self.coveringSeeds ? summary.coverage.missing : []
    let counts = SimulationCoverage.Event.allCases.map { ($0.rawValue, summary.coverage[$0]) }
    let digest = String(summary.digest, radix: 16)
    console.result(
      """
      \(seeds) seeds, \(summary.steps) steps, \(rate(seeds, elapsed)) seeds a second, digest \(digest)
      \(counts.map { "\($0) \($1)" }.joined(separator: ", "))\
      \(missing.isEmpty ? "" : "\nNOT COVERED: \(missing.map(\.rawValue).joined(separator: ", "))")
      """,
      json: [
        "seeds": .integer(seeds), "steps": .integer(summary.steps), "seconds": .number(seconds(elapsed)),
        "seeds_per_second": .number(Double(seeds) / max(seconds(elapsed), 0.001)), "digest": .string(digest),
        "coverage": .object(counts.map { ($0, .integer($1)) }),
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
