/// Numbers in all the ways that files write them: signs, exponents, thousands in groups, a decimal comma.
enum NumericField {
  /// More digits than a double keeps exactly make an identifier, not a number.
  static let exactDigits = 15

  @inline(__always)
  static func power(of10 exponent: Int) -> Double {
    powers.withUnsafeBufferPointer { $0[min(max(0, exponent), 22)] }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// Nil for what is no number; a code for digits that are not meant as one.
  static func read(_ text: UnsafeBufferPointer<UInt8>) -> Reading? {
    guard text.count <= Limits.profiledNumberBytes else { return nil }
    let isSigned = text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+")
    let start = isSigned ? 1 : 0
    var (digits, points, commas, firstSeparator) = (0, 0, 0, -1)
    var place = start
    while place < text.count {
      switch text[place] {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: "."):
        points += 1
        if firstSeparator < 0 { firstSeparator = place }
      case UInt8(ascii: ","):
        commas += 1
        if firstSeparator < 0 { firstSeparator = place }
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        return commas == 0 && points <= 1 && digits > 0 ? scientific(text) : nil
      default: return nil
      }
      place += 1
    }
    guard digits > 0 else { return nil }
    let whole = (firstSeparator < 0 ? text.count : firstSeparator) - start
    if whole > 1, text[start] == 0x30 {
      // "007", and "01.5" alike: no number is written so.
      return points + commas <= 1 ? Reading(.code, characters: text.count) : nil
    }
    if points + commas == 0 {
      // "+4917012345678"
      if text[0] == UInt8(ascii: "+"), digits >= 8 { return nil }
      if digits > exactDigits { return Reading(.code, characters: text.count) }
      return Reading(.integer, characters: text.count, number: value(text, decimal: nil))
    }
    let (point, comma) = (UInt8(ascii: "."), UInt8(ascii: ","))
    if commas == 0, points == 1 {
      return Reading(.decimal, characters: text.count, number: value(text, decimal: point))
    }
    if isGrouped(text, start, by: comma, decimal: point) {
      let isInDoubt = points == 0 && commas == 1
      return Reading(
        points == 0 ? .integer : .decimal, characters: text.count, notation: isInDoubt ? .groupOrComma : .point,
        number: value(text, decimal: point))
    }
    if points == 0 && commas == 1 && text.last != comma || isGrouped(text, start, by: point, decimal: comma) {
      return Reading(
        commas == 0 ? .integer : .decimal, characters: text.count, notation: .comma,
        number: value(text, decimal: comma))
    }
    return nil
  }

  /// One to three digits, groups of three, and at most one decimal sign, behind them.
  private static func isGrouped(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, by group: UInt8, decimal: UInt8
  ) -> Bool {
    var (run, groups) = (0, 0)
    for place in start..<text.count {
      let byte = text[place]
      if byte == group {
        guard groups == 0 ? (1...3).contains(run) : run == 3 else { return false }
        groups += 1
        run = 0
      } else if byte == decimal {
        let rest = text[(place + 1)...]
        return groups > 0 && run == 3 && rest.allSatisfy { $0 &- 0x30 < 10 }
      } else {
        run += 1
      }
    }
    return groups > 0 && run == 3
  }

  /// The digits as a number, with a decimal sign or none; every other sign groups.
  private static func value(_ text: UnsafeBufferPointer<UInt8>, decimal: UInt8?) -> Double {
    var (digits, count, fraction, isFraction): (UInt64, Int, Int, Bool) = (0, 0, 0, false)
    for byte in text {
      if byte &- 0x30 < 10 {
        if count > 0 || byte != 0x30 { count += 1 }
        digits = digits &* 10 &+ UInt64(byte &- 0x30)
        if isFraction { fraction += 1 }
      } else if byte == decimal {
        isFraction = true
      }
    }
    let isNegative = text[0] == UInt8(ascii: "-")
    if count <= exactDigits, fraction <= 22 {
      let number = Double(digits) / power(of10: fraction)
      return isNegative ? -number : number
    }
    // Rounded as the standard library does it.
    var plain = ""
    for byte in text {
      if byte == decimal {
        plain += "."
      } else if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") {
        plain.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return Double(plain) ?? 0
  }

  private static func scientific(_ text: UnsafeBufferPointer<UInt8>) -> Reading? {
    // The standard library reads hexadecimal numbers too, which begin with 0x and were refused at the x.
    guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
    return Reading(.decimal, characters: text.count, number: number)
  }
}
