extension PersonalDataScanner {
  /// A payment card's number: in one piece or in the groups that are stamped on cards, of a known prefix and length,
  /// with the digit of ISO/IEC 7812.
  func card(at start: Int) -> Range<Int>? {
    guard self[start] >= UInt8(ascii: "2"), self[start] <= UInt8(ascii: "6"), !isPart(before: start) else {
      return nil
    }
    var digits: [UInt8] = []
    var groups = [0]
    var separator: UInt8?
    var index = start
    while digits.count <= 19 {
      if self[index].isDigit {
        digits.append(self[index] - UInt8(ascii: "0"))
        groups[groups.count - 1] += 1
        index += 1
      } else if self[index + 1].isDigit, self[index] == separator ?? self[index], " -".utf8.contains(self[index]) {
        separator = self[index]
        groups.append(0)
        index += 1
        // Groups have four digits, or those of the networks with shorter numbers; what follows is another number.
        if Self.isWhole(groups.dropLast()), Self.isCard(digits) { return start..<index - 1 }
      } else {
        break
      }
    }
    guard digits.count <= 19, !isWord(at: index), !(self[index] == UInt8(ascii: ".") && self[index + 1].isDigit),
      Self.isWhole(groups[...]), Self.isCard(digits)
    else { return nil }
    if digits.count == 13, Self.isArticle(digits) { return nil }
    return start..<index
  }

  /// Whether a point or a comma of a number stands before, as in `0.4111…`, or the path of a link.
  private func isPart(before index: Int) -> Bool {
    if self[index - 1] == UInt8(ascii: "/") { return isWord(before: index - 1) }
    return ".,-".utf8.contains(self[index - 1]) && self[index - 2].isDigit
  }

  private static func isWhole(_ groups: ArraySlice<Int>) -> Bool {
    switch Array(groups) {
    case [13], [14], [15], [16], [17], [18], [19], [4, 6, 5], [4, 6, 4], [4, 4, 4, 4], [4, 4, 4, 4, 3], [8, 8],
      [6, 13]:
      true
    default: false
    }
  }

  private static func isCard(_ digits: [UInt8]) -> Bool {
    guard digits.count >= 13 else { return false }
    let prefix = digits.prefix(6).reduce(0) { $0 * 10 + Int($1) }
    let lengths: ClosedRange<Int>
    switch prefix {
    case 400_000...499_999: lengths = digits.count == 13 ? 13...13 : digits.count == 19 ? 19...19 : 16...16
    case 510_000...559_999, 222_100...272_099: lengths = 16...16
    case 340_000...349_999, 370_000...379_999: lengths = 15...15
    case 300_000...305_999, 360_000...369_999, 380_000...399_999: lengths = 14...16
    case 352_800...358_999, 601_100...601_199, 620_000...629_999, 644_000...659_999: lengths = 16...19
    case 500_000...509_999, 560_000...589_999, 630_000...639_999, 670_000...679_999: lengths = 16...19
    default: return false
    }
    return lengths.contains(digits.count) && hasLuhnDigit(digits)
  }

  /// Every second digit from the right counts double, with the digits of what comes of it; the sum ends in 0.
  private static func hasLuhnDigit(_ digits: [UInt8]) -> Bool {
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      let value = Int(digit) * (place % 2 == 0 ? 1 : 2)
      sum += value > 9 ? value - 9 : value
    }
    return sum % 10 == 0
  }

  /// Whether it is the number of an article of trade (EAN-13), whose digits count one and three.
  private static func isArticle(_ digits: [UInt8]) -> Bool {
    digits.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 2 == 0 ? 1 : 3) } % 10 == 0
  }
}
