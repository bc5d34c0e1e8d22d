/// Scripts by which languages are told apart first.
enum Script: Int, CaseIterable {
  case latin
  case cyrillic
  case greek
  case hebrew
  case arabic
  case devanagari
  case han
  case kana
  case hangul
  case thai
  case georgian
  case armenian

  /// The script of a letter; nil for what is no letter, and for scripts that are not told.
  init?(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x41...0x5a, 0x61...0x7a, 0xaa, 0xba, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x24f, 0x1e00...0x1eff: self = .latin
    case 0x400...0x481, 0x48a...0x52f: self = .cyrillic
    case 0x370...0x373, 0x376...0x37d, 0x386...0x3ff, 0x1f00...0x1fff: self = .greek
    case 0x5d0...0x5ea, 0x5ef...0x5f2: self = .hebrew
    case 0x620...0x64a, 0x66e...0x6d3, 0x6fa...0x6ff: self = .arabic
    case 0x904...0x939, 0x958...0x961: self = .devanagari
    case 0x3400...0x4dbf, 0x4e00...0x9fff, 0x20000...0x2fa1f: self = .han
    case 0x3041...0x3096, 0x30a1...0x30fa, 0xff66...0xff9d: self = .kana
    case 0x1100...0x11ff, 0x3131...0x318e, 0xac00...0xd7a3: self = .hangul
    case 0xe01...0xe30, 0xe32...0xe33, 0xe40...0xe46: self = .thai
    case 0x10a0...0x10ff: self = .georgian
    case 0x531...0x556, 0x561...0x587: self = .armenian
    default: return nil
    }
  }

  /// The language of a script that one language is nearly alone in writing.
  var language: String? {
    switch self {
    case .greek: "el"
    case .hebrew: "he"
    case .arabic: "ar"
    case .devanagari: "hi"
    case .han: "zh"
    case .kana: "ja"
    case .hangul: "ko"
    case .thai: "th"
    case .georgian: "ka"
    case .armenian: "hy"
    case .latin, .cyrillic: nil
    }
  }
}
