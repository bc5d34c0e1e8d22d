extension Simulation {
  /// What came of many seeds. The same seeds give the same, however many of them ran at a time.
  public struct Summary: Sendable {
    /// How many seeds there were, up to and with one that failed.
    public fileprivate(set) var seeds = 0
    public fileprivate(set) var steps = 0
    /// A hash of all their traces, in the order of the seeds.
    public fileprivate(set) var digest: UInt64 = 0
    public fileprivate(set) var coverage = SimulationCoverage()
    /// The first seed that failed. What comes after it was not looked at.
    public fileprivate(set) var failure: Outcome?

    fileprivate mutating func add(_ outcome: Outcome) {
      seeds += 1
      steps += outcome.steps
      digest = digest &* 31 &+ outcome.digest
      coverage.add(outcome.coverage)
      if outcome.failure != nil { failure = outcome }
    }
  }

  /// Runs many seeds, several at a time, until one fails.
  ///
  /// - Parameters:
  ///   - jobs: how many run at a time.
  ///   - heard: told of each seed, in their order.
  public func run(
    seeds: Range<UInt64>, jobs: Int, heard: (Outcome) -> Void = { _ in }
  ) async -> Summary {
    var waiting = seeds.makeIterator()
    return await withTaskGroup(of: Outcome.self, returning: Summary.self) { group in
      func begin() {
        guard let seed = waiting.next() else { return }
        group.addTask { run(seed: seed) }
      }
      for _ in 0..<max(1, jobs) { begin() }
      var summary = Summary()
      var next = seeds.lowerBound
      // Those that are done before an earlier one is; as many as run at a time, and a few if one seed takes long.
      var early: [UInt64: Outcome] = [:]
      while summary.failure == nil, let done = await group.next() {
        early[done.seed] = done
        while summary.failure == nil, let outcome = early.removeValue(forKey: next) {
          next += 1
          heard(outcome)
          summary.add(outcome)
        }
        if done.failure == nil { begin() }
      }
      return summary
    }
  }
}
