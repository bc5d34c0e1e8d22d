/// Runs many jobs in one transaction and makes them durable together.
///
/// Begins at the first job; each later job stands behind a savepoint, so that one that throws undoes only itself.
/// (The first needs none: nothing else would be lost with it.) No job is finished before the commit, because what a
/// job saw of the others is true only then: if the commit fails, all fail with its cause.
struct CommitGroup: ~Copyable {
  private let connection: any DriverConnection
  private let memory: GroupMemory
  /// All jobs that have run since the transaction began, whether they threw or not.
  private var ran: [any WriteJob] = []
  /// How many of them the transaction holds.
  private var kept = 0
  /// Jobs that the engine answered by ending the transaction; their outcome is set.
  private var fatal: [any WriteJob] = []

  init(on connection: any DriverConnection, memory: GroupMemory) {
    self.connection = connection
    self.memory = memory
  }

  /// Runs `jobs` and what `more` still brings, and commits.
  /// - Returns: the jobs, to be finished now, and what was committed.
  consuming func commit(
    _ jobs: [any WriteJob], more: (_ room: Int) -> [any WriteJob]
  ) -> (jobs: [any WriteJob], notices: [CommitNotice]) {
    var waiting = jobs
    var next = 0
    do {
      try connection.begin(.write)
      while true {
        while next < waiting.count {
          let job = waiting[next]
          next += 1
          guard try run(job) else {
            // The engine has undone everything: the others run again in a new transaction.
            fatal.append(job)
            waiting = ran + waiting[next...]
            next = 0
            ran.removeAll()
            kept = 0
            memory.clear()
            try connection.begin(.write)
            continue
          }
          ran.append(job)
        }
        let room = Limits.groupJobs - ran.count
        waiting = room > 0 ? more(room) : []
        next = 0
        if waiting.isEmpty { break }
      }
      if kept > 0 { try memory.flush(WriteTransaction(on: connection, memory: memory)) }
      try connection.commit()
      return (ran + fatal, memory.takeNotices())
    } catch {
      connection.rollback()
      memory.clear()
      for job in ran { job.fail(error) }
      for job in waiting[min(next, waiting.count)...] { job.fail(error) }
      return (ran + waiting[min(next, waiting.count)...] + fatal, [])
    }
  }

  /// Runs one job, and undoes what it did when it threw.
  /// - Returns: false when the engine ended the transaction while the job ran.
  private mutating func run(_ job: any WriteJob) throws(StoreError) -> Bool {
    let isFirst = kept == 0
    if !isFirst { try connection.savepoint() }
    let succeeded = job.run(in: WriteTransaction(on: connection, memory: memory))
    guard connection.isInTransaction else {
      if succeeded { job.fail(StoreError(.aborted, "the engine ended the transaction while the job ran")) }
      return false
    }
    if succeeded {
      if !isFirst { try connection.releaseSavepoint() }
      kept += 1
      memory.jobEnded(kept: true)
    } else {
      memory.jobEnded(kept: false)
      if isFirst {
        connection.rollback()
        try connection.begin(.write)
      } else {
        try connection.rollbackSavepoint()
      }
    }
    return true
  }
}
