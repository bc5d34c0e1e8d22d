extension PersonalDataScanner {
  /// What people may see of a match: its kind can be told from it, and one it was seen before, but not the whole.
  func masked(_ match: PersonalDataMatch) -> String {
    let range = match.range
    switch match.kind {
    case .mail:
      let domain = range.reversed().first { self[$0] == UInt8(ascii: ".") } ?? range.upperBound
      let first = self[range.lowerBound]
      return
        "\(first < 0x80 ? text(range.lowerBound..<range.lowerBound + 1) : "")***@***\(text(domain..<range.upperBound))"
    case .phone: return "***\(lastDigits(2, of: range))"
    case .card: return "**** \(lastDigits(4, of: range))"
    case .iban: return "\(text(range.lowerBound..<range.lowerBound + 2).uppercased())** \(lastDigits(2, of: range))"
    case .ipv4:
      let end = range.first { self[$0] == UInt8(ascii: ".") } ?? range.lowerBound
      return "\(text(range.lowerBound..<end)).*.*.*"
    case .ipv6:
      let end = range.first { self[$0] == UInt8(ascii: ":") } ?? range.lowerBound
      return "\(text(range.lowerBound..<end)):***"
    }
  }

  private func lastDigits(_ count: Int, of range: Range<Int>) -> String {
    digits(in: range).suffix(count).map { String($0) }.joined()
  }
}
