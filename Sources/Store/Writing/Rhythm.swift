/// How many of the callers that are about to come (back) a group waits for, or leaves to the next.
///
/// Callers that were answered by one group come back together. Where work on all of them takes longer than a commit, two
/// halves that take turns are best: one is worked on while the other's commit and replies are on their way. Where a
/// commit takes longer than that, all belong into one group, which is kept open until those whom the last one answered
/// are back: without that, what each commit costs is shared by half of them. A single caller never waits.
struct Rhythm {
  private var lastJobs = 0
  /// How many the last group left to the next.
  private var jobsLeftOut = 0
  /// How many had come when it ended.
  private var jobsWaiting = 0
  /// The quicker of the last two commits: one that also had to checkpoint says nothing of the next.
  private var commitTime: Int64 = 0
  private var lastCommit: Int64 = 0
  /// How long a group was open for each of its jobs: the shorter of the last two.
  private var jobTime: Int64 = 0
  private var lastJobTime: Int64 = 0
  private var jobs = 0
  private var isOfLoop = false
  /// How many callers there are, whether they wait here or are on their way; falls slowly.
  private var callers = 0
  /// How many jobs the group would have if all came that the last one answered or did not take.
  private var expected = 0
  private var began: Int64 = 0
  /// When the last commit began.
  private var commitBegan: Int64 = 0
  /// When waiting for more began, and when waiting for the next one of them; nil when it has not.
  private var waitBegan: Int64?
  private var idleSince: Int64?
  /// Whether anybody has come while the group was kept open.
  private var waitHelped = false
  /// Groups that are not waited for, because waiting was in vain, and how many times in a row it was.
  private var resigned = 0
  private var disappointments = 0

  /// - Parameters:
  ///   - hasWaited: whether the first jobs came only after a time without any.
  ///   - isOfLoop: whether they are of callers that one thread serves, one after the other.
  mutating func groupBegins(_ count: Int, afterWaiting hasWaited: Bool, ofLoop isOfLoop: Bool = false, at now: Int64) {
    jobs = count
    self.isOfLoop = isOfLoop
    expected = lastJobs + max(jobsWaiting, jobsLeftOut)
    // Jobs that were there at once are mostly not of those who have just been answered.
    callers = max(lastJobs + (hasWaited ? jobsLeftOut : count), callers - callers / 16)
    began = now
    waitBegan = nil
    idleSince = nil
    waitHelped = false
    resigned = max(0, resigned - 1)
  }

  /// Whether halves of the callers take turns.
  private var takesTurns: Bool { Int64(callers) * jobTime > commitTime }

  /// How many further jobs the group takes.
  var room: Int {
    let most = takesTurns ? (callers + 1) / 2 : Limits.groupJobs
    return max(0, min(most, Limits.groupJobs) - jobs)
  }

  /// Nanoseconds to wait for the next job now; when 0, the commit begins unless one is there already.
  mutating func patience(at now: Int64) -> Int64 {
    commitBegan = now
    // A loop needs no time to wake up while it has work, and goes on with that during a quick commit.
    let worthwhile = takesTurns || isOfLoop ? Limits.slowCommitNanoseconds : Limits.sharedCommitNanoseconds
    guard jobs < expected, room > 0, resigned == 0, commitTime >= worthwhile else { return 0 }
    let began = waitBegan ?? now
    let idle = idleSince ?? now
    (waitBegan, idleSince) = (began, idle)
    let longest = min(commitTime, Limits.groupPatienceNanoseconds)
    // Those who come back do so one soon after the other.
    let left = max(0, min(longest - (now - began), longest / 2 - (now - idle)))
    if left == 0 { waitEnds() }
    return left
  }

  /// Waiting that brought nobody is tried again after ever more groups.
  private mutating func waitEnds() {
    guard !waitHelped else { return }
    resigned = min(1 << disappointments, Limits.groupsWithoutPatience)
    disappointments = resigned == Limits.groupsWithoutPatience ? disappointments : disappointments + 1
  }

  mutating func came(_ count: Int) {
    jobs += count
    idleSince = nil
    guard waitBegan != nil else { return }
    waitHelped = true
    disappointments = 0
  }

  /// - Parameter waiting: how many jobs have come since the group took its last.
  mutating func groupEnds(waiting: Int, at now: Int64) {
    jobsLeftOut = room == 0 ? min(lastJobs, max(0, callers - jobs)) : 0
    jobsWaiting = waiting
    lastJobs = jobs
    let time = (commitBegan - began) / Int64(max(1, jobs))
    jobTime = min(lastJobTime, time)
    lastJobTime = time
    commitTime = min(lastCommit, now - commitBegan)
    lastCommit = now - commitBegan
  }
}
