/// What the store could not do, and what to do about it.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure this is. Open: more may come, so compare with `==` and keep a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// No space is left on the device, or a quota of the file system is reached. Nothing was written.
    public static let full = Code("full")
    /// The file, its directory or the file system does not permit writing.
    public static let readOnly = Code("readOnly")
    /// Another process owns the data directory, or holds the database's lock.
    public static let locked = Code("locked")
    /// The file is damaged, or is no database.
    public static let corrupt = Code("corrupt")
    /// The file cannot be opened: it or its directory does not exist, or may not be read.
    public static let cannotOpen = Code("cannotOpen")
    /// The device or the file system failed to read, write or sync.
    public static let inputOutput = Code("inputOutput")
    /// A unique, foreign key, check or not-null rule forbids the row.
    public static let constraint = Code("constraint")
    /// A value or a statement is larger than the engine takes.
    public static let tooLarge = Code("tooLarge")
    /// More work is queued than `Limits` allows. Nothing was done; try again later.
    public static let overloaded = Code("overloaded")
    /// The store is closed. Nothing was done.
    public static let closed = Code("closed")
    /// The engine ended the transaction by itself; everything in it is undone.
    public static let aborted = Code("aborted")
    /// The file was written by a newer version of this program.
    public static let newerSchema = Code("newerSchema")
    /// A migration failed or its check did; it was rolled back.
    public static let migration = Code("migration")
    /// The engine would not promise durability as asked.
    public static let notDurable = Code("notDurable")
    /// The statement is wrong, or was used wrongly: a mistake of this program.
    public static let misuse = Code("misuse")
    /// Memory ran out.
    public static let outOfMemory = Code("outOfMemory")
    /// Anything else; `engineCode` says more.
    public static let other = Code("other")

    init(_ description: String) { self.description = description }
  }

  public var code: Code
  /// What happened, and what to do.
  public var message: String
  /// SQLite's extended result code, or `errno` where the operating system refused; 0 when neither was asked.
  public var engineCode: Int32
  /// What it came of, where that was another error.
  public var cause: (any Error)?

  public init(_ code: Code, _ message: String, engineCode: Int32 = 0, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.engineCode = engineCode
    self.cause = cause
  }

  /// Two are equal that say the same, whatever they came of.
  public static func == (left: StoreError, right: StoreError) -> Bool {
    left.code == right.code && left.message == right.message && left.engineCode == right.engineCode
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
    hasher.combine(message)
    hasher.combine(engineCode)
  }

  public var description: String {
    let text = engineCode == 0 ? "\(code): \(message)" : "\(code): \(message) [\(engineCode)]"
    // What another error of the store said is a part of the message already.
    guard let cause, !(cause is StoreError) else { return text }
    return "\(text) (\(cause))"
  }
}
