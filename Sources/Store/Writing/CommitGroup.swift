/// Runs many jobs in one transaction and makes them durable together.
///
/// A job that throws undoes only itself. Before it has written there is nothing to undo, and most rules are looked at
/// then. One that throws afterwards takes the whole transaction with it, and all jobs run again, each behind a savepoint.
/// Not so from the start, because a savepoint copies every page that its job touches: in a plain C loop of durable puts it
/// took 15,000 instructions on top of 26,000, and a fifth of the rate. Whoever sees that jobs do throw so late runs groups
/// carefully for a while.
///
/// No job is finished before the commit, because what a job saw of the others is true only then: if the commit fails,
/// all fail with its cause.
struct CommitGroup: ~Copyable {
  /// What is left of a transaction after one of its jobs.
  private enum Aftermath {
    /// Exactly what the jobs that were kept have written.
    case sound
    /// Also what a job has written that then threw.
    case spoiled
    /// Nothing: the engine has ended it.
    case lost
  }

  private let connection: any DriverConnection
  private let memory: GroupMemory
  /// All jobs that have run since the transaction began, whether they threw or not.
  private var ran: [any WriteJob] = []
  /// How many of them the transaction holds.
  private var kept = 0
  /// Jobs that the engine answered by ending the transaction; their outcome is set.
  private var fatal: [any WriteJob] = []

  init(on connection: any DriverConnection, memory: GroupMemory, isCareful: Bool) {
    self.connection = connection
    self.memory = memory
    memory.isCareful = isCareful
  }

  /// Runs `jobs` and what `more` still brings, and commits.
  consuming func commit(_ jobs: [any WriteJob], more: (_ room: Int) -> [any WriteJob]) -> CommittedGroup {
    let wasCareful = memory.isCareful
    var waiting = jobs
    var next = 0
    do {
      try connection.begin(.write)
      while true {
        while next < waiting.count {
          let job = waiting[next]
          next += 1
          switch try run(job) {
          case .sound: ran.append(job)
          case .spoiled:
            memory.isCareful = true
            try restart(&waiting, next: &next, with: ran + [job])
          case .lost:
            fatal.append(job)
            try restart(&waiting, next: &next, with: ran)
          }
        }
        let room = Limits.groupJobs - ran.count
        waiting = room > 0 ? more(room) : []
        next = 0
        guard waiting.isEmpty else { continue }
        if try isFlushed() { break }
        try restart(&waiting, next: &next, with: ran)
      }
      try connection.commit()
      return CommittedGroup(
        jobs: ran + fatal, notices: memory.committed(), wasSpoiled: memory.isCareful != wasCareful)
    } catch {
      connection.rollback()
      memory.clear()
      let failed = ran + waiting[min(next, waiting.count)...]
      for job in failed { job.fail(error) }
      return CommittedGroup(jobs: failed + fatal, notices: [], wasSpoiled: memory.isCareful != wasCareful)
    }
  }

  /// Writes what the jobs share in memory.
  /// - Returns: false when a row of one of them must not be: run carefully, they show of which.
  private func isFlushed() throws(StoreError) -> Bool {
    guard kept > 0 else { return true }
    do throws(StoreError) {
      try memory.flush(WriteTransaction(on: connection, memory: memory))
      return true
    } catch {
      guard error.code == .constraint, !memory.isCareful else { throw error }
      memory.isCareful = true
      return false
    }
  }

  /// Begins anew with the jobs that have run, before those that have not.
  private mutating func restart(
    _ waiting: inout [any WriteJob], next: inout Int, with again: [any WriteJob]
  ) throws(StoreError) {
    waiting = again + waiting[next...]
    next = 0
    ran.removeAll()
    kept = 0
    memory.clear()
    connection.rollback()
    try connection.begin(.write)
  }

  /// Runs one job, and undoes what it did when it threw.
  private mutating func run(_ job: any WriteJob) throws(StoreError) -> Aftermath {
    // The first needs none: nothing else is lost with it.
    let hasSavepoint = memory.isCareful && kept > 0
    if hasSavepoint { try connection.savepoint() }
    let writes = connection.writes
    let succeeded = job.run(in: WriteTransaction(on: connection, memory: memory))
    guard connection.isInTransaction else {
      if succeeded { job.fail(StoreError(.aborted, "the engine ended the transaction while the job ran")) }
      return .lost
    }
    if succeeded {
      if hasSavepoint { try connection.releaseSavepoint() }
      kept += 1
      memory.jobEnded(kept: true)
      return .sound
    }
    memory.jobEnded(kept: false)
    if hasSavepoint {
      try connection.rollbackSavepoint()
    } else if connection.writes != writes {
      guard kept == 0 else { return .spoiled }
      connection.rollback()
      try connection.begin(.write)
    }
    return .sound
  }
}

/// What became of a group.
struct CommittedGroup {
  /// The jobs, to be finished now.
  var jobs: [any WriteJob]
  /// What was committed.
  var notices: [CommitNotice]
  /// Whether a job threw after it had written, so that all had to run again.
  var wasSpoiled: Bool
}
