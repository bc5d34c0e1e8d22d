/// How many of the callers that are about to come (back) a group waits for, or leaves to the next.
///
/// Callers that were answered by one group come back together. Where work on all of them takes longer than a commit, two
/// halves that take turns are best: one is worked on while the other's commit and replies are on their way. Where a
/// commit takes longer than that, all belong into one group; and where it takes long, those whom the last group answered
/// are back before it is half done, so that the group is better kept open for them. A single caller never waits.
struct Rhythm {
  private var lastJobs = 0
  /// How many the last group left to the next.
  private var jobsLeftOut = 0
  /// The quicker of the last two commits: one that also had to checkpoint says nothing of the next.
  private var commitTime: Int64 = 0
  private var lastCommit: Int64 = 0
  /// How long a group was open for each of its jobs: the shorter of the last two.
  private var jobTime: Int64 = 0
  private var lastJobTime: Int64 = 0
  private var jobs = 0
  /// How many callers there are, whether they wait here or are on their way; falls slowly.
  private var callers = 0
  /// How many jobs the group would have if all came that are likely to.
  private var expected = 0
  private var began: Int64 = 0
  /// When the last commit began, and when waiting for more began; 0 when it has not.
  private var commitBegan: Int64 = 0
  private var waitBegan: Int64 = 0
  /// Groups that are not waited for, because waiting was in vain.
  private var resigned = 0

  /// - Parameter hasWaited: whether the first jobs came only after a time without any.
  mutating func groupBegins(_ count: Int, afterWaiting hasWaited: Bool, at now: Int64) {
    jobs = count
    // Jobs that were there at once are not of those who have just been answered.
    expected = lastJobs + (hasWaited ? jobsLeftOut : count)
    callers = max(expected, callers - callers / 16)
    began = now
    waitBegan = 0
    resigned = max(0, resigned - 1)
  }

  /// How many further jobs the group takes.
  var room: Int {
    let half = Int64(callers) * jobTime > commitTime ? (callers + 1) / 2 : Limits.groupJobs
    return max(0, min(half, Limits.groupJobs) - jobs)
  }

  /// Nanoseconds to wait for the next job now; when 0, the commit begins unless one is there already.
  mutating func patience(at now: Int64) -> Int64 {
    commitBegan = now
    guard jobs < expected, room > 0, resigned == 0, commitTime >= Limits.slowCommitNanoseconds else { return 0 }
    if waitBegan == 0 { waitBegan = now }
    let left = min(commitTime, Limits.groupPatienceNanoseconds) - (now - waitBegan)
    if left <= 0 { resigned = Limits.groupsWithoutPatience }
    return max(0, left)
  }

  mutating func came(_ count: Int) { jobs += count }

  mutating func groupEnds(at now: Int64) {
    jobsLeftOut = room == 0 ? min(lastJobs, max(0, callers - jobs)) : 0
    lastJobs = jobs
    let time = (commitBegan - began) / Int64(max(1, jobs))
    jobTime = min(lastJobTime, time)
    lastJobTime = time
    commitTime = min(lastCommit, now - commitBegan)
    lastCommit = now - commitBegan
  }
}
