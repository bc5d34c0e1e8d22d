/// Every bound of the program.
enum Limits {
  /// Bytes that `put` reads for one value; a hub may take less.
  static let valueBytes = 1 << 30
  /// Bytes of a configuration file.
  static let configurationBytes = 1 << 20
  /// Connections that a hub can be told to take.
  static let hubConnections = 1_000_000
  /// Values in one page of `list` and of `context list`.
  static let pageValues: UInt32 = 500
  /// Files in one page of `file list`, entries of `run logs`, and runs of `run list`.
  static let pageFiles: UInt32 = 500
  static let pageEntries: UInt32 = 500
  static let pageRuns: UInt32 = 100
  /// Columns that a worker works on at once, and workers of a hub's own process.
  static let workerSlots = 1_000
  static let hubWorkers = 256
  /// Connections of one benchmark.
  static let benchConnections = 20_000
  /// Calls of one benchmark at once.
  static let benchInflight = 100_000
  /// Bytes of one payload of a benchmark.
  static let benchPayload = 64 << 20
  /// Operations that a benchmark brings to a hub.
  static let benchOperations = 10_000_000
  /// Devices that come back to a hub in a benchmark, and how long they try.
  static let benchDevices = 1_000_000
  static let benchPatience = Duration.seconds(300)
  /// Keys that a benchmark writes and reads.
  static let benchKeys = 1_024
  /// Items of one stream of a benchmark.
  static let benchStreamItems: UInt64 = 1 << 40
  /// Entries of a cache in a benchmark, and bytes of a trace.
  static let benchCapacity = 10_000_000
  static let traceBytes = 1 << 30
  /// Bytes of a file of separated fields that are read at once.
  static let csvReadBytes = 256 << 10
  /// Bytes of a file of texts in a benchmark.
  static let benchTextsBytes = 1 << 28
  /// Runs that a benchmark estimates and makes.
  static let benchRuns = 10_000
  /// Failures of one lane of a benchmark, one after the other, at which it gives up.
  static let benchFailures = 100
}
