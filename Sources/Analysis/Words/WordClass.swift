/// What a character is to a word.
enum WordClass {
  /// Part of a word: a letter, a digit, an accent on either.
  case letter
  /// A word of its own: of scripts that put no spaces between words.
  case ideograph
  case space
  /// Everything else.
  case mark

  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x61...0x7a, 0x41...0x5a, 0x30...0x39: self = .letter
    case 0...0x20, 0x7f, 0x85, 0xa0: self = .space
    case 0x21...0x7e: self = .mark
    // Kana, ideographs of Chinese, Japanese and Korean, Thai, Lao, Burmese, Khmer.
    case 0x3041...0x30ff, 0x31f0...0x31ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0xff66...0xff9d,
      0x20000...0x3ffff, 0xe01...0xeff, 0x1000...0x109f, 0x1780...0x17ff:
      self = .ideograph
    // Spaces of many widths, marks between lines and directions, a byte order mark.
    case 0x2000...0x200f, 0x2028...0x202f, 0x205f...0x206f, 0x3000, 0xfeff: self = .space
    default: self = Self.fromProperties(scalar)
    }
  }

  private static func fromProperties(_ scalar: Unicode.Scalar) -> WordClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      .letter
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format: .space
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .surrogate,
      .privateUse, .unassigned:
      .mark
    @unknown default: .mark
    }
  }
}
