/// What a place says of its own version: JSON under a key of its own.
struct MigrationRecord: Codable, Sendable, Hashable {
  /// A step that is under way.
  struct Step: Codable, Sendable, Hashable {
    enum Phase: String, Codable, Sendable {
      /// Values are being changed → `validating`, or `undoing` when one cannot be.
      case changing
      /// All are changed, and are to be looked at → done, or `undoing` when they are not as they should be.
      case validating
      /// What was before is being put back → as before the step.
      case undoing
    }

    /// The version that it leads to.
    var version: Int
    var phase: Phase
    /// The last key that is changed.
    var last: String?
    /// Values that are changed, or put back.
    var done = 0
    /// Values that there were when it began.
    var total = 0
    /// Why it is being undone; nil when somebody wanted it.
    var reason: String?
  }

  var version: Int
  /// The lowest version that can be gone back to: what was before is kept of the steps above it.
  var restorable: Int
  var step: Step?

  init(version: Int) { (self.version, restorable) = (version, version) }

  // MARK: Keys

  /// Keys that begin with this are not the program's.
  static let reserved = "holdfast.migrations/"
  static let key = reserved + "version"

  /// Where the values lie that a step has changed: what follows is the key.
  static let before = reserved + "before/"
  static func before(_ version: Int) -> String { "\(before)\(version)/" }

  /// What was under a key: a byte 1 and the bytes, or 0 when there was nothing.
  static func kept(_ bytes: [UInt8]?) -> [UInt8] { bytes.map { [1] + $0 } ?? [0] }
}

/// How far a migration has come.
public struct MigrationProgress: Sendable, Hashable {
  public enum Phase: String, Sendable {
    /// It is found out whether all values can be changed; nothing is changed yet.
    case checking
    case changing, validating
    /// What was before the step is put back.
    case undoing
    /// The version is reached.
    case done
  }

  /// The version that the step leads to.
  public let version: Int
  /// The step's name.
  public let name: String
  public let phase: Phase
  /// Values that are through with this phase.
  public let done: Int
  /// Values that there are; 0 while they are not counted.
  public let total: Int
}
