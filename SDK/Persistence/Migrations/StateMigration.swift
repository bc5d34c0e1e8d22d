/// A step from one version of what is stored to the next.
///
///     let steps: [StateMigration] = [
///       .values(to: 1, "themes have names", under: "theme/", from: Int.self) { _, number in Theme(numbered: number) },
///       .rename(to: 2, "themes are styles", from: "theme/", by: "style/"),
///     ]
///
/// A step is a value: it can be tried on a `MemoryAdapter` that holds what the earlier version stored.
public struct StateMigration: Sendable {
  enum Work: Sendable {
    /// Changes each value whose key begins with the prefix, by itself.
    case values(prefix: String, change: @Sendable (String, [UInt8], Persistence) throws -> [UInt8])
    case rename(from: String, by: String)
    case together(@Sendable (PersistenceTransaction) async throws -> Void)
  }

  /// The version that it leads to, from the one below.
  public let version: Int
  /// What it does, for messages.
  public let name: String
  let work: Work
  private(set) var validate: @Sendable (Persistence) async throws -> Void = { _ in }

  /// Changes all values whose keys begin with `prefix`, as bytes: for forms that the coder does not know.
  ///
  /// - Parameter change: has no effect but what it returns, since it is asked more than once. When it throws for any value,
  ///   none is changed.
  public static func bytes(
    to version: Int, _ name: String, under prefix: String,
    _ change: @escaping @Sendable (_ key: String, [UInt8]) throws -> [UInt8]
  ) -> StateMigration {
    StateMigration(
      version: version, name: name, work: .values(prefix: prefix) { key, bytes, _ in try change(key, bytes) })
  }

  /// Changes all values whose keys begin with `prefix`, from one type to another.
  ///
  /// - Parameter change: as in `bytes(to:_:under:_:)`.
  public static func values<Old: Decodable & Sendable, New: Encodable & Sendable>(
    to version: Int, _ name: String, under prefix: String, from: Old.Type = Old.self,
    _ change: @escaping @Sendable (_ key: String, Old) throws -> New
  ) -> StateMigration {
    let work = Work.values(prefix: prefix) { key, bytes, persistence in
      try persistence.encode(try change(key, try persistence.decode(Old.self, bytes, key)), key)
    }
    return StateMigration(version: version, name: name, work: work)
  }

  /// Gives the keys that begin with one prefix another in its place. Where a key has that name already, nothing is changed.
  ///
  /// Neither prefix may begin with the other.
  public static func rename(to version: Int, _ name: String, from: String, by other: String) -> StateMigration {
    StateMigration(version: version, name: name, work: .rename(from: from, by: other))
  }

  /// Changes several keys in one transaction, such as to make one value of two; up to `PersistenceLimits.changes` / 2.
  ///
  /// - Parameter change: may be run again, when somebody else has changed what it read.
  public static func together(
    to version: Int, _ name: String, _ change: @escaping @Sendable (PersistenceTransaction) async throws -> Void
  ) -> StateMigration {
    StateMigration(version: version, name: name, work: .together(change))
  }

  /// The same step, after which `check` looks at what has become of everything: when it throws, the step is undone.
  public func validated(by check: @escaping @Sendable (Persistence) async throws -> Void) -> StateMigration {
    var step = self
    step.validate = check
    return step
  }

  // MARK: What it does to one key

  /// The keys that it looks at; nil when it finds them itself.
  var prefix: String? {
    switch work {
    case .values(let prefix, _), .rename(let prefix, _): prefix
    case .together: nil
    }
  }

  /// What lies under a key before the step, as it lies after it. Nil when the step changes more than one at once.
  func changed(_ key: String, _ bytes: [UInt8], _ persistence: Persistence) throws -> (key: String, bytes: [UInt8])? {
    switch work {
    case .values(let prefix, let change):
      (key, key.hasBytePrefix(prefix) ? try change(key, bytes, persistence) : bytes)
    case .rename(let from, let other): (Self.replaced(key, from, other), bytes)
    case .together: nil
    }
  }

  /// The name that a key had before the step; nil when what has this name now was nowhere.
  func earlier(_ key: String) -> String? {
    switch work {
    case .rename(let from, let other):
      key.hasBytePrefix(from) ? nil : Self.replaced(key, other, from)
    case .values, .together: key
    }
  }

  /// The name that a key has after the step; nil when the step changes more than one at once.
  func later(_ key: String) -> String? {
    switch work {
    case .rename(let from, let other): Self.replaced(key, from, other)
    case .values: key
    case .together: nil
    }
  }

  private static func replaced(_ key: String, _ prefix: String, _ other: String) -> String {
    guard key.hasBytePrefix(prefix) else { return key }
    return other + String(decoding: Array(key.utf8.dropFirst(prefix.utf8.count)), as: UTF8.self)
  }
}
