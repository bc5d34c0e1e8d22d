/// Every bound of this module, with its unit in its name or beside it.
enum Limits {
  /// Lines of a trace that are kept.
  static let tracedLines = 120
  /// Devices of a simulation, copies of replica files not counted.
  static let devices = 16
  /// Copies of replica files that turn up on further devices, in one simulation.
  static let copies = 2
  /// How long after the last fault everything may take to come together, in virtual nanoseconds.
  static let healing: UInt64 = 900_000_000_000
  /// Events of a world from its beginning to its end.
  static let steps = 30_000
  /// Calls of a faulty network whose record is kept, at least.
  static let recordedCalls = 100_000
  /// How long a call may take, in virtual nanoseconds.
  static let call: UInt64 = 10_000_000_000
}
