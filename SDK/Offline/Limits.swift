/// Every bound of the offline part, with its unit in its name or beside it.
enum Limits {
  /// Outcomes that a replica keeps for those who ask later, and for how long, in microseconds.
  static let keptOutcomes: Int64 = 10_000
  static let keptOutcomesAge: Int64 = 7 * 86_400_000_000

  /// Entities that are read or removed by one statement when many are gone through.
  static let batch: Int64 = 2_000

  /// The hub's earlier histories that a replica knows of.
  static let histories: Int64 = 16

  /// Bytes of the entities that one pull asks for.
  static let pageBytes: UInt32 = 1 << 20

  /// What is kept of a failure: errors that came of one another, causes of one error, and characters of each.
  static let failureDepth = 8
  static let failureCauses = 4
  static let failureCharacters = 1_000

  /// How much one access has to be later than the last for being worth a write, in microseconds.
  static let accessStep: Int64 = 3_600_000_000
}
