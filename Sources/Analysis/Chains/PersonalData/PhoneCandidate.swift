/// Digits in groups that may be a phone's number.
struct PhoneCandidate {
  /// Behind the last digit.
  private(set) var end: Int
  private var groups: [Group] = []
  private let hasPlus: Bool
  /// A word before says that it is one, or that it is something else.
  var isCalled = false
  var isOther = false

  private struct Group {
    var digits: [UInt8]
    /// What stands before it, and whether it is within brackets.
    var separator: UInt8
    var isBracketed: Bool
    var end: Int
  }

  /// Reads groups as far as they go; nil where there are too many digits, too few, or something that no number has.
  init?(_ text: PersonalDataScanner, at start: Int) {
    var index = start
    hasPlus = text[index] == UInt8(ascii: "+")
    if hasPlus { index += 1 }
    end = index
    var separator: UInt8 = 0
    var count = 0
    while groups.count < Limits.phoneGroups {
      var first = index
      let isBracketed = text[index] == UInt8(ascii: "(")
      if isBracketed { first += 1 }
      var digits: [UInt8] = []
      while text[first + digits.count].isDigit, digits.count <= Limits.phoneDigits {
        digits.append(text[first + digits.count] - UInt8(ascii: "0"))
      }
      guard !digits.isEmpty else { break }
      count += digits.count
      index = first + digits.count
      guard count <= Limits.phoneDigits else { return nil }
      if isBracketed {
        guard text[index] == UInt8(ascii: ")"), digits.count <= 5 else { return nil }
        index += 1
      }
      groups.append(Group(digits: digits, separator: separator, isBracketed: isBracketed, end: index))
      end = index
      let space = text.space(at: index)
      separator = space > 0 ? UInt8(ascii: " ") : text[index]
      if space > 0 {
        index += space
      } else if "-./".utf8.contains(text[index]) {
        index += 1
      } else if !(isBracketed && text[index].isDigit) && text[index] != UInt8(ascii: "(") {
        break
      }
    }
    guard count >= 6, groups.last?.isBracketed != true else { return nil }
  }

  /// Drops the last group if a space is before it; false if nothing is left that could be a number.
  mutating func dropLastGroup() -> Bool {
    guard groups.count > 2, let last = groups.popLast(), last.separator == UInt8(ascii: " "), let now = groups.last
    else { return false }
    end = now.end
    return true
  }

  private var lengths: [Int] { groups.map(\.digits.count) }
  private var digits: [UInt8] { groups.flatMap(\.digits) }

  private func isSeparated(by separators: String) -> Bool {
    groups.dropFirst().allSatisfy { separators.utf8.contains($0.separator) || $0.isBracketed }
  }

  var isPhone: Bool {
    let digits = digits
    guard digits.count >= 6, !isDate else { return false }
    // One point alone is that of a decimal number.
    if hasPlus { return !(groups.count == 2 && groups[1].separator == UInt8(ascii: ".")) && isInternational(groups) }
    if digits.starts(with: [0, 0]), groups[0].digits.count > 2 {
      var groups = groups
      groups[0].digits.removeFirst(2)
      return !isOther && digits[2] != 0 && (groups.count >= 3 || isCalled) && isInternational(groups)
    }
    if isCalled { return (7...13).contains(digits.count) }
    return !isOther && isNational(digits)
  }

  /// `2024-01-15`, `15.01.2024`, `15/01/24 10`.
  private var isDate: Bool {
    guard !hasPlus, groups.count >= 3, isSeparated(by: "-./ ") else { return false }
    let first = Array(lengths.prefix(3))
    return groups.count == 3 && (first == [4, 2, 2] || first == [2, 2, 4]) || first == [2, 2, 2] && groups.count == 3
  }

  private func isInternational(_ groups: [Group]) -> Bool {
    // A trunk zero in brackets is for those who call within the country.
    let digits = groups.filter { !($0.isBracketed && $0.digits == [0]) }.flatMap(\.digits)
    guard (8...15).contains(digits.count), let code = CallingCode.length(of: digits) else { return false }
    let national = Array(digits[code...])
    guard national.count >= 6 else { return false }
    if code == 1, digits[0] == 1 { return Self.isNorthAmerican(national) }
    if code == 1, digits[0] == 7 { return national.count == 10 }
    return true
  }

  /// Area and exchange begin with 2 to 9, and an area is no service such as 911.
  private static func isNorthAmerican(_ digits: [UInt8]) -> Bool {
    digits.count == 10 && digits[0] >= 2 && digits[3] >= 2 && !(digits[1] == 1 && digits[2] == 1)
  }

  private func isNational(_ digits: [UInt8]) -> Bool {
    let lengths = lengths
    switch digits[0] {
    case 0: return isTrunk(digits, lengths)
    case 1 where lengths.first == 1 && groups.count >= 3:
      return Self.isNorthAmerican(Array(digits.dropFirst())) && Array(lengths.dropFirst()) == [3, 3, 4]
        && isSeparated(by: "- .")
    case 8 where lengths == [1, 3, 3, 2, 2]: return isSeparated(by: " -")
    default: break
    }
    switch lengths {
    case [3, 3, 4]: return (Self.isNorthAmerican(digits) || digits[0] == 3) && isSeparated(by: "- .)")
    case [3, 7]: return groups[0].isBracketed && Self.isNorthAmerican(digits)
    case [3, 4, 4]: return digits[0] == 1 && digits[1] >= 3 && isSeparated(by: " -")
    case [2, 4, 4], [2, 5, 4]: return groups[0].isBracketed && digits[1] != 0
    case [3, 2, 2, 2]: return digits[0] >= 6 && isSeparated(by: " ")
    case [5, 5]: return digits[0] >= 6 && groups[1].separator == UInt8(ascii: " ")
    default: return false
    }
  }

  /// With the zero that is dialled before an area.
  private func isTrunk(_ digits: [UInt8], _ lengths: [Int]) -> Bool {
    if groups.count == 1 { return Self.isMobile(digits) }
    if lengths == [2, 2, 2, 2, 2] { return isSeparated(by: " .-") && digits[1] != 0 }
    guard digits[1] != 0, (2...5).contains(lengths[0]), lengths.dropFirst().allSatisfy({ $0 >= 2 }) else {
      return false
    }
    if groups[0].isBracketed { return (8...12).contains(digits.count) }
    // Five and four digits are a postal code of the United States.
    guard (9...12).contains(digits.count), lengths != [5, 4] else { return false }
    if groups.dropFirst().contains(where: { $0.separator == UInt8(ascii: "/") }) {
      return groups[1].separator == UInt8(ascii: "/")
        && groups.dropFirst(2).allSatisfy { $0.separator != UInt8(ascii: "/") }
    }
    if groups[1].separator == UInt8(ascii: ".") { return lengths[0] >= 3 && digits.count >= 10 && isSeparated(by: ".") }
    return digits.count <= 11 || groups.count == 2 || groups[1].separator == UInt8(ascii: " ")
  }

  /// In one piece only what mobile networks begin with: of Germany, Britain, France, Australia, Japan.
  private static func isMobile(_ digits: [UInt8]) -> Bool {
    switch (digits[1], digits.count) {
    case (1, 11...12): (5...7).contains(digits[2])
    case (7, 11): true
    case (6...7, 10), (4, 10): !isBookNumber(digits)
    case (8...9, 11): digits[2] == 0
    default: false
    }
  }

  /// Whether it is the number of a book (ISBN-10): digits that count ten to one add up to a multiple of 11.
  private static func isBookNumber(_ digits: [UInt8]) -> Bool {
    digits.enumerated().reduce(0) { $0 + Int($1.element) * (10 - $1.offset) } % 11 == 0
  }
}

/// Countries by the digits they are called with (ITU-T E.164).
enum CallingCode {
  /// One and two digits; all others have three.
  private static let two: Set<Int> = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62,
    63,
    64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
  ]

  /// First two digits of codes of three.
  private static let three: Set<Int> = [
    21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 85, 88, 96, 97, 99,
  ]

  /// How many digits are the country's; nil when there is no such country.
  static func length(of digits: [UInt8]) -> Int? {
    guard digits.count >= 3 else { return nil }
    if digits[0] == 1 || digits[0] == 7 { return 1 }
    let first = Int(digits[0]) * 10 + Int(digits[1])
    return two.contains(first) ? 2 : three.contains(first) ? 3 : nil
  }
}
