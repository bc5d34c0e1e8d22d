/// The smallest piece of a definition file that means something.
struct Token: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// A name or a word of the language; which one it is depends on the place.
    case word
    /// Digits, with a fraction, an exponent or a unit: `12`, `1.5`, `2s`, `16MiB`.
    case number
    /// In double quotes; `text` has them off and the escapes resolved.
    case string
    case symbol
    case end
  }

  let kind: Kind
  let text: String
  /// The bytes of the file.
  let range: Range<Int>
  /// Whether it is the first on its line.
  let startsLine: Bool
}

/// A comment, from its slashes to the end of the line.
struct Comment: Sendable, Equatable {
  /// With the slashes, without blanks at the end.
  let text: String
  let range: Range<Int>
  /// Whether nothing stands before it on its line.
  let startsLine: Bool

  /// `///` makes it documentation; `////` does not.
  var isDocumentation: Bool { text.hasPrefix("///") && !text.hasPrefix("////") }
}
