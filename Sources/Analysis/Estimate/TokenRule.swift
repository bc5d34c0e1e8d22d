/// How many tokens a text is reckoned as. Models count each in their own way; a rule comes close without being any of
/// them.
public protocol TokenRule: Sendable {
  /// By which runs ask for it, and which an estimate names.
  var name: String { get }

  /// The tokens of one text; 0 for an empty one alone. In time that grows with the text's length and no faster.
  func tokens(in text: String) -> Int
}

/// The rules that come with Holdfast.
public enum TokenRules {
  /// The rule of runs that ask for none.
  public static let standard: any TokenRule = ByteTokenRule()

  public static let all: [any TokenRule] = [standard, WordTokenRule()]

  /// The rule of that name; the standard one for an empty name.
  public static func named(_ name: String) -> (any TokenRule)? {
    name.isEmpty ? standard : all.first { $0.name == name }
  }
}

/// One token for each four bytes of UTF-8 or what is left of them: near to what models count in English prose, above it
/// in languages with few ASCII letters.
public struct ByteTokenRule: TokenRule {
  public let name = "bytes/4"

  public init() {}

  public func tokens(in text: String) -> Int { (text.utf8.count + 3) / 4 }
}

/// One token for each six letters or digits of a word or what is left of them, for each character of a script without
/// spaces, and for each mark.
public struct WordTokenRule: TokenRule {
  public let name = "words"

  private static let lettersInToken = 6

  public init() {}

  public func tokens(in text: String) -> Int {
    var tokens = 0
    var letters = 0
    for scalar in text.unicodeScalars {
      switch WordClass(scalar) {
      case .letter:
        if letters % Self.lettersInToken == 0 { tokens += 1 }
        letters += 1
      case .ideograph, .mark:
        tokens += 1
        letters = 0
      case .space: letters = 0
      }
    }
    return tokens == 0 && !text.isEmpty ? 1 : tokens
  }
}
