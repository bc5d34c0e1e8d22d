/// The durable store: one SQLite file, one thread that writes, readers beside it.
///
/// Below `Store` lies `Database`, the same without threads. Folders: `SQL` is what jobs speak, `SQLite` the engine
/// that answers, `Writing` group commit, `Checkpoints` what is done about the WAL, `Reading` the readers, `Migrations` the
/// schema's history.
public final class Store: Sendable {
  private let directory: DataDirectory?
  private let database: Database
  private let writer: Writer
  private let scans: ScanPool
  private let checkpointer: Checkpointer
  private let readers: ThreadReader
  private let observers = CommitObservers()
  /// Nil once the store is closed.
  private let writerThread: Monitor<Thread?>

  /// Opens `holdfast.sqlite` in the directory, creating it when it does not exist, brings its schema up to date, and
  /// starts the threads.
  /// - Throws: what is wrong with the file or its schema, and what to do.
  public static func open(
    _ directory: DataDirectory, options: StoreOptions = StoreOptions(), migrations: [Migration]
  ) throws(StoreError) -> Store {
    let file = try directory.createFile("holdfast.sqlite")
    let database = try Database(path: file, options: options, migrations: migrations)
    return try Store(database, in: directory, options: options)
  }

  /// Runs a database on threads. `database` must not be used directly any longer.
  package init(_ database: Database, in directory: DataDirectory? = nil, options: StoreOptions = StoreOptions())
    throws(StoreError)
  {
    self.directory = directory
    self.database = database
    readers = try ThreadReader()
    scans = try ScanPool(database, threads: max(1, options.scanThreads))
    do throws(StoreError) {
      checkpointer = try Checkpointer(database)
    } catch {
      scans.close()
      throw error
    }
    database.moveCheckpoints(to: checkpointer)
    let writer = Writer(capacity: options.queuedWrites)
    self.writer = writer
    do throws(StoreError) {
      writerThread = Monitor(
        try Thread { [observers] in
          writer.run(database) { observers.notify($0) }
        })
    } catch {
      checkpointer.close()
      scans.close()
      throw error
    }
  }

  deinit { close() }

  /// Finishes every queued write and scan, then ends the threads and their connections, and gives up the directory. Later
  /// calls throw `closed`. Blocks meanwhile.
  public func close() {
    guard let thread = writerThread.withLock({ $0.take() }) else { return }
    writer.close()
    thread.join()
    checkpointer.close()
    scans.close()
    database.close()
    directory?.release()
  }

  /// Runs `job` on the writer's thread, in one transaction with what else is waiting, and returns once the commit is
  /// durable.
  ///
  /// A job that throws undoes itself alone. It may be run again when the engine undid the group, so it has no effect
  /// outside its transaction. Cancelling the task neither stops the job nor shortens the wait: its outcome stays known.
  /// - Throws: what the job threw; or a `StoreError` when nothing was kept (`full`, `overloaded`, `closed`, …).
  @inlinable
  public nonisolated(nonsending) func write<Value: Sendable>(
    _ job: @escaping @Sendable (borrowing WriteTransaction) throws -> Value
  ) async throws -> Value {
    try await withUnsafeThrowingContinuation { caller in
      submit(TaskJob.make(job, for: caller, delivery: delivery))
    }
  }

  /// Where callers on the calling thread want to be resumed.
  @usableFromInline var delivery: Delivery? { readers.current?.delivery }

  @usableFromInline
  func submit(_ job: any WriteJob) {
    do throws(StoreError) {
      try writer.submit(job)
    } catch {
      job.fail(error)
      job.finish()
    }
  }

  /// Runs a quick read: at once on the calling thread when that has a reader (`attachReader`), otherwise on a thread
  /// for scans. Sees every write that was acknowledged before the call.
  ///
  /// For indexed reads of up to 64 KiB; what is longer belongs in `scan`.
  public nonisolated(nonsending) func read<Value: Sendable>(
    _ body: @escaping @Sendable (borrowing ReadTransaction) throws -> Value
  ) async throws -> Value {
    if let reader = readers.current { return try reader.read(body) }
    return try await scan(body)
  }

  /// Runs a read of any length on a thread for scans. Sees every write that was acknowledged before the call.
  public nonisolated(nonsending) func scan<Value: Sendable>(
    _ body: @escaping @Sendable (borrowing ReadTransaction) throws -> Value
  ) async throws -> Value {
    try await withUnsafeThrowingContinuation { caller in
      do {
        try scans.submit { reader in caller.resume(with: Result { try reader.read(body) }) }
      } catch {
        caller.resume(throwing: error)
      }
    }
  }

  /// Moves all of the WAL into the database and empties it, so that nothing is left there of what was deleted.
  /// - Throws: `locked` when others are in the middle of a long read; try again later.
  package nonisolated(nonsending) func emptyLog() async throws {
    try await withUnsafeThrowingContinuation { (caller: UnsafeContinuation<Void, any Error>) in
      do {
        try scans.submit { [database] _ in
          caller.resume(
            with: Result {
              guard try database.makeCheckpointConnection().checkpoint(.empty) != nil else {
                throw StoreError(.locked, "the log of the database cannot be emptied: somebody reads it for long")
              }
            })
        }
      } catch {
        caller.resume(throwing: error)
      }
    }
  }

  /// What waits to be written, and what has been.
  public var figures: StoreFigures { writer.figures }

  /// A new reader, for the one thread that will use it.
  public func makeReader() throws(StoreError) -> Reader { try database.makeReader() }

  /// Gives the calling thread a reader, with which `read` runs at once. An event loop calls this when it starts, and
  /// the reader's `beginTurn` and `endTurn` around each turn.
  /// - Parameter deliver: runs a closure on the calling thread, from any other; then writes resume their callers on this
  ///   thread all at once.
  public func attachReader(
    deliver: (@Sendable (@escaping @Sendable () -> Void) -> Void)? = nil
  ) throws(StoreError) -> Reader {
    let reader = try database.makeReader(delivery: deliver.map { Delivery($0) })
    readers.attach(reader)
    return reader
  }

  /// Takes the calling thread's reader away, before the loop ends.
  public func detachReader() { readers.attach(nil) }

  /// Calls `observer` after each durable commit, in the order of commits, with what jobs announced in it.
  ///
  /// Runs on the writer's thread before the callers resume: it must be short and must not block.
  /// - Returns: the registration; observing ends with `cancel()`, or when it is released.
  public func observeCommits(
    _ observer: @escaping @Sendable ([CommitNotice]) -> Void
  ) throws(StoreError) -> CommitObservation {
    try observers.add(observer)
  }
}
