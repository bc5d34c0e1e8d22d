import Testing

@testable import HoldfastStore

@Suite struct RhythmTests {
  private static let microsecond: Int64 = 1_000

  /// Runs a group of jobs that came after a time without any: `work` for each, then a commit.
  private func run(
    _ rhythm: inout Rhythm, jobs: Int, work: Int64, commit: Int64, from start: Int64 = 0
  ) {
    rhythm.groupBegins(jobs, afterWaiting: true, at: start)
    let worked = start + Int64(jobs) * work * Self.microsecond
    _ = rhythm.patience(at: worked)
    rhythm.groupEnds(at: worked + commit * Self.microsecond)
  }

  @Test func `a single caller never waits`() {
    var rhythm = Rhythm()
    for _ in 0..<3 {
      run(&rhythm, jobs: 1, work: 5, commit: 5_000)
      rhythm.groupBegins(1, afterWaiting: true, at: 0)
      #expect(rhythm.patience(at: 0) == 0)
    }
  }

  @Test func `where the work takes longer than the commit, a group leaves half of the callers to the next`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 200) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.room == 29)
    rhythm.came(29)
    #expect(rhythm.room == 0)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `halves that take turns stay halves, even when one comes a little late`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 200) }
    for _ in 0..<3 {
      run(&rhythm, jobs: 32, work: 5, commit: 200)
      rhythm.groupBegins(2, afterWaiting: true, at: 0)
      #expect((28...30).contains(rhythm.room))
    }
  }

  @Test func `where the commit takes longer than the work, a group takes all who come`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 400) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.room == Limits.groupJobs - 3)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `one commit that takes long among quick ones changes nothing`() {
    var rhythm = Rhythm()
    for commit: Int64 in [200, 200, 9_000] { run(&rhythm, jobs: 64, work: 5, commit: commit) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.room == 29)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `where commits take long, the group waits for those who were answered, but not for ever`() {
    let start: Int64 = 1_000_000
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 3_000) }
    rhythm.groupBegins(3, afterWaiting: true, at: start)
    #expect(rhythm.patience(at: start) == 3_000 * Self.microsecond)
    rhythm.came(60)
    #expect(rhythm.patience(at: start + 1_000 * Self.microsecond) == 2_000 * Self.microsecond)
    rhythm.came(1)
    #expect(rhythm.patience(at: start + 1_000 * Self.microsecond) == 0)
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 3_000) }
    rhythm.groupBegins(3, afterWaiting: true, at: start)
    _ = rhythm.patience(at: start)
    #expect(rhythm.patience(at: start + 3_000 * Self.microsecond) == 0)
    // It was in vain: the next groups do not wait.
    run(&rhythm, jobs: 3, work: 5, commit: 3_000)
    rhythm.groupBegins(1, afterWaiting: true, at: start)
    #expect(rhythm.patience(at: start) == 0)
  }
}
