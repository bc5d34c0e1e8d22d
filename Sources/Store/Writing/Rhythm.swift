/// How long it pays to keep a group open for callers that are about to come back.
///
/// Where a commit takes long, those whom the last group answered are back before it is half done, and would wait for the
/// rest of it and for a whole further one: two halves of the callers would take turns, each at half the rate. Where a
/// commit is quick the halves overlap well, since one is worked on while the other travels, and nothing is waited for.
/// A single caller is never kept waiting.
struct Rhythm {
  private var lastJobs = 0
  private var lastCommit: Int64 = 0
  private var jobs = 0
  /// How many jobs the group would have if all came that are likely to.
  private var expected = 0
  /// When the last commit began, and when waiting for more began; 0 when it has not.
  private var commitBegan: Int64 = 0
  private var waitBegan: Int64 = 0
  /// Groups that are not waited for, because waiting was in vain.
  private var resigned = 0

  /// - Parameter hasWaited: whether the first jobs came only after a time without any.
  mutating func groupBegins(_ count: Int, afterWaiting hasWaited: Bool) {
    jobs = count
    // Jobs that were there at once are not of those who have just been answered.
    expected = hasWaited ? lastJobs : lastJobs + count
    waitBegan = 0
    resigned = max(0, resigned - 1)
  }

  /// Nanoseconds to wait for the next job now.
  mutating func patience() -> Int64 {
    let now = monotonicNanoseconds()
    commitBegan = now
    guard jobs < expected, resigned == 0, lastCommit >= Limits.slowCommitNanoseconds else { return 0 }
    if waitBegan == 0 { waitBegan = now }
    let left = min(lastCommit, Limits.groupPatienceNanoseconds) - (now - waitBegan)
    if left <= 0 { resigned = Limits.groupsWithoutPatience }
    return max(0, left)
  }

  mutating func came(_ count: Int) { jobs += count }

  mutating func groupEnds() {
    lastJobs = jobs
    lastCommit = monotonicNanoseconds() - commitBegan
  }
}
