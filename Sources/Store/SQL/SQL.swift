/// The text of one statement: always a literal of the program, so that no value can become part of it.
///
/// Written in the subset that SQLite and PostgreSQL share: parameters are `$1`, `$2`, …; upserts are
/// `ON CONFLICT … DO UPDATE`; keys are bytes. Types in table definitions are SQLite's (`INTEGER` has 64 bits, `BLOB`).
public struct SQL: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  let text: StaticString

  public init(stringLiteral text: StaticString) {
    precondition(text.hasPointerRepresentation, "a statement is more than one character")
    self.text = text
  }

  /// The literal's place in the program stands for its text: equal places have equal text, and that is all a cache needs.
  var identity: UnsafeRawPointer { UnsafeRawPointer(text.utf8Start) }

  public var description: String { text.description }

  public static func == (left: SQL, right: SQL) -> Bool { left.identity == right.identity }
  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// A value for a parameter.
public enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  /// Bound without a copy: the engine reads the array's own storage while the statement runs.
  case bytes([UInt8])

  public static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
  public static func bytes(_ value: [UInt8]?) -> SQLValue { value.map { .bytes($0) } ?? .null }
  public static func integer(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
}
