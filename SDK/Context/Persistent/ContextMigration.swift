/// A step from one version of the values that lie on a device to the next, with their history.
///
///     settings.migrations = [
///       .values(to: 1, "themes have names", under: "editor.theme") { (_, number: Int) in Theme(numbered: number) },
///       .rename(to: 2, "themes are styles", from: "editor.theme", by: "editor.style"),
///     ]
public struct ContextMigration: Sendable {
  /// Makes the step for values that the coder has written.
  let step: @Sendable (any ValueCoder) -> StateMigration

  /// Changes all values whose names begin with `prefix`, from one type to another.
  ///
  /// - Parameter change: has no effect but what it returns, since it is asked more than once. When it throws for any key's
  ///   newest value, none is changed.
  public static func values<Old: Decodable & Sendable, New: Encodable & Sendable>(
    to version: Int, _ name: String, under prefix: String, from: Old.Type = Old.self,
    _ change: @escaping @Sendable (_ name: String, Old) throws -> New
  ) -> ContextMigration {
    ContextMigration { coder in
      .bytes(to: version, name, under: PersistentContextProvider.prefix + prefix) { key, bytes in
        let name = PersistentContextProvider.name(ofStored: key)
        var record = try ContextRecord(bytes)
        try record.change(to: "\(New.self)") { content in
          try coder.encode(try change(name, try coder.decode(Old.self, from: content)))
        }
        return try record.encoded()
      }
    }
  }

  /// Gives the names that begin with one prefix another in its place. Where there is a value of that name already, nothing
  /// is changed.
  ///
  /// Neither prefix may begin with the other.
  public static func rename(to version: Int, _ name: String, from: String, by other: String) -> ContextMigration {
    ContextMigration { _ in
      let prefix = PersistentContextProvider.prefix
      return .rename(to: version, name, from: prefix + from, by: prefix + other)
    }
  }
}
