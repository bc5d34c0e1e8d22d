/// One thing that a chain found in a text, or in all texts of a column: a name and a value.
public struct Finding: Sendable, Equatable, Codable {
  /// Lower-case words joined by underscores, the same for each text: `compound`, `language`.
  public var name: String
  public var value: FindingValue

  public init(_ name: String, _ value: FindingValue) {
    self.name = name
    self.value = value
  }
}

/// What was found.
public enum FindingValue: Sendable, Equatable, Codable {
  case text(String)
  case number(Double)
  case integer(Int64)
  case bool(Bool)
  case list([FindingValue])
  /// Named values of one thing that there are several of: `[text: "holdfast", count: 3]`.
  case record([Finding])
}
