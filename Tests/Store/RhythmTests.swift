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
    rhythm.groupEnds(waiting: 0, at: worked + commit * Self.microsecond)
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

  @Test func `where the commit takes longer than the work, a group takes all who come, and waits for them`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 400) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.room == Limits.groupJobs - 3)
    #expect(rhythm.patience(at: 0) == 200 * Self.microsecond)
    rhythm.came(61)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `a quick commit is not put off for callers on a loop, a slow one is`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 16, work: 5, commit: 400) }
    rhythm.groupBegins(3, afterWaiting: true, ofLoop: true, at: 0)
    #expect(rhythm.patience(at: 0) == 0)
    for _ in 0..<2 { run(&rhythm, jobs: 16, work: 5, commit: 1_400) }
    rhythm.groupBegins(3, afterWaiting: true, ofLoop: true, at: 0)
    #expect(rhythm.patience(at: 0) == 700 * Self.microsecond)
  }

  @Test func `a commit that is over before anybody could be woken is not waited with`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 8, work: 1, commit: 40) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `callers that came during the commit are expected besides those who were answered`() {
    let commit = 400 * Self.microsecond
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 8, work: 5, commit: 400) }
    rhythm.groupBegins(8, afterWaiting: true, at: 0)
    #expect(rhythm.patience(at: 0) == 0)
    rhythm.groupEnds(waiting: 4, at: commit)
    rhythm.groupBegins(5, afterWaiting: false, at: commit)
    rhythm.came(6)
    #expect(rhythm.patience(at: commit) > 0)
    rhythm.came(1)
    #expect(rhythm.patience(at: commit) == 0)
  }

  @Test func `one commit that takes long among quick ones changes nothing`() {
    var rhythm = Rhythm()
    for commit: Int64 in [200, 200, 9_000] { run(&rhythm, jobs: 64, work: 5, commit: commit) }
    rhythm.groupBegins(3, afterWaiting: true, at: 0)
    #expect(rhythm.room == 29)
    #expect(rhythm.patience(at: 0) == 0)
  }

  @Test func `a group waits for those who were answered while they come one soon after the other, but not for ever`() {
    let start: Int64 = 1_000_000
    func later(_ microseconds: Int64) -> Int64 { start + microseconds * Self.microsecond }
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 64, work: 5, commit: 3_000) }
    rhythm.groupBegins(3, afterWaiting: true, at: start)
    #expect(rhythm.patience(at: start) == 1_500 * Self.microsecond)
    #expect(rhythm.patience(at: later(1_000)) == 500 * Self.microsecond)
    rhythm.came(50)
    #expect(rhythm.patience(at: later(1_200)) == 1_500 * Self.microsecond)
    rhythm.came(10)
    #expect(rhythm.patience(at: later(2_600)) == 400 * Self.microsecond)
    #expect(rhythm.patience(at: later(3_000)) == 0)
    // Most have come, so the next group waits as well, until all are there.
    rhythm.groupEnds(waiting: 0, at: later(6_000))
    rhythm.groupBegins(3, afterWaiting: true, at: later(6_000))
    #expect(rhythm.patience(at: later(6_000)) == 1_500 * Self.microsecond)
    rhythm.came(60)
    #expect(rhythm.patience(at: later(6_000)) == 0)
  }

  @Test func `waiting that brings nobody is tried ever more seldom`() {
    var rhythm = Rhythm()
    for _ in 0..<2 { run(&rhythm, jobs: 20, work: 5, commit: 300) }
    /// Of each group whether it waits for one who never comes in time.
    let waits = (1..<40).map { group in
      let start = Int64(group) * 1_000 * Self.microsecond
      var now = start + 100 * Self.microsecond
      rhythm.groupBegins(19, afterWaiting: true, at: start)
      let waits = rhythm.patience(at: now) > 0
      if waits {
        now += 150 * Self.microsecond
        #expect(rhythm.patience(at: now) == 0)
      }
      rhythm.groupEnds(waiting: 1, at: now + 300 * Self.microsecond)
      return waits
    }
    let groups = waits.indices.filter { waits[$0] }
    #expect(groups == [0, 1, 3, 7, 15, 31])
  }
}
