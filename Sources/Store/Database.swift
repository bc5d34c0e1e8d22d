internal import Synchronization

/// The store's core, without a thread of its own: one database file, migrated and ready. What `Store` does on its
/// threads, a simulator does here step by step, on any VFS.
///
/// `@unchecked Sendable`: the connection and the group's memory are used by one thread at a time (the writer's, once a
/// `Store` has been made of it); everything else is immutable or atomic.
package final class Database: @unchecked Sendable {
  private let connection: SQLiteConnection
  private let memory = GroupMemory()
  /// Groups that are still to be run carefully.
  private var carefulGroups = 0
  private let path: String
  private let options: StoreOptions
  /// Rises with each commit, before its callers hear of it: a reader whose view is older takes a new one.
  private let commits = Atomic<UInt64>(0)

  /// Opens the file, creating it when it does not exist, and brings its schema up to date.
  package init(path: String, options: StoreOptions, migrations: [Migration]) throws(StoreError) {
    self.path = path
    self.options = options
    connection = try SQLiteConnection(path: path, purpose: .write, options: options)
    try Migrator(migrations).migrate(self)
  }

  /// Ends the connection that writes; if no other is open, the file is in one part then. No commit may be under way.
  func close() { connection.close() }

  /// How many commits there have been since the file was opened.
  var commitCount: UInt64 { commits.load(ordering: .acquiring) }

  /// Commits the jobs, and those that `more` brings while they run, as one group.
  func commit(
    _ jobs: [any WriteJob], more: (_ room: Int) -> [any WriteJob] = { _ in [] }
  ) -> CommittedGroup {
    let done = CommitGroup(on: connection, memory: memory, isCareful: carefulGroups > 0).commit(jobs, more: more)
    carefulGroups = done.wasSpoiled ? Limits.carefulGroups : max(0, carefulGroups - 1)
    commits.add(1, ordering: .releasing)
    return done
  }

  /// Runs one job as a group of its own, on the calling thread. Not beside a `Store`'s writer.
  package func write<Value>(_ body: @escaping (borrowing WriteTransaction) throws -> Value) throws -> Value {
    let job = DirectJob(body)
    _ = commit([job])
    guard let outcome = job.outcome else { preconditionFailure("a group gives each of its jobs an outcome") }
    return try outcome.get()
  }

  /// Runs several jobs as one group, on the calling thread, and gives each its outcome.
  package func write<Value>(group: [(borrowing WriteTransaction) throws -> Value]) -> [Result<Value, any Error>] {
    let jobs = group.map { DirectJob($0) }
    _ = commit(jobs)
    return jobs.compactMap { $0.outcome }
  }

  /// A further connection, for reading.
  package func makeReader() throws(StoreError) -> Reader { try makeReader(delivery: nil) }

  /// Leaves most checkpoints to `checkpointer`. Before the first commit.
  func moveCheckpoints(to checkpointer: Checkpointer) { connection.checkpointer = checkpointer }

  /// A further connection, for checkpoints beside the one that writes.
  func makeCheckpointConnection() throws(StoreError) -> SQLiteConnection {
    try SQLiteConnection(path: path, purpose: .checkpoint, options: options)
  }

  func makeReader(delivery: Delivery?) throws(StoreError) -> Reader {
    Reader(try SQLiteConnection(path: path, purpose: .read, options: options), of: self, delivery: delivery)
  }
}
