/// Every bound of this module.
public enum Limits {
  /// Writes that may wait for the writer; one more is refused as `overloaded`.
  public static let queuedWrites = 16_384
  /// Jobs that one transaction takes at most, so that the first caller of a group does not wait for ever.
  public static let groupJobs = 512
  /// Groups whose jobs run behind savepoints after one in which a job threw too late for less.
  static let carefulGroups = 16
  /// The longest that a group is kept open for callers that are about to come back.
  static let groupPatienceNanoseconds: Int64 = 5_000_000
  /// A commit that takes this long is worth such waiting even for callers on a loop, or where halves take turns.
  static let slowCommitNanoseconds: Int64 = 1_000_000
  /// One that takes this long is, where all callers share it: less is over before their threads could be woken.
  static let sharedCommitNanoseconds: Int64 = 50_000
  /// Groups, at most, that are not kept open after some that were in vain.
  static let groupsWithoutPatience = 16
  /// Threads that run scans.
  public static let scanThreads = 2
  /// Scans that may wait for a thread; one more is refused as `overloaded`.
  public static let queuedScans = 1_024
  /// Prepared statements that a connection keeps.
  public static let cachedStatements = 256
  /// Parameters of one statement.
  public static let parameters = 32
  /// Rows that one statement inserts at most.
  static let insertedRows = 32
  /// Bytes of one value or row.
  public static let valueBytes = 64 << 20
  /// How long a connection waits for a lock that a foreign process holds, in milliseconds.
  public static let busyMilliseconds = 5_000
  /// WAL pages after which they are moved into the database: beside the writer, but for a rest.
  public static let checkpointPages = 3_000
  /// The rest, in pages, for which a commit waits. Larger values cost latency at the tail.
  static let restPages = 500
  /// WAL pages after which a commit waits for readers, so that the file can be used from its start again.
  public static let restartPages = 16_000
  /// How long it waits, in milliseconds. Readers end their turns within a few.
  public static let restartMilliseconds = 100
  /// Bytes to which the WAL file is cut back after a checkpoint.
  public static let walBytes = 64 << 20
  /// Observers of commits.
  public static let commitObservers = 4_096
  /// Steps that one run of a resumable migration takes at most.
  public static let migrationSteps = 1_000_000_000
}
