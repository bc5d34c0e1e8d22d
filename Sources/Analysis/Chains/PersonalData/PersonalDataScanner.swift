/// One text's bytes, and what is found in them.
///
/// Each kind is looked for where one may begin, by a function that reads a bounded number of bytes from there: so the
/// time grows with the length and no faster, whatever the text.
struct PersonalDataScanner {
  private let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter bytes: UTF-8; must outlive the scanner.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// The byte there, 0 outside.
  subscript(_ index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }

  /// All that is there, in order, none within another.
  func matches() -> [PersonalDataMatch] {
    var matches: [PersonalDataMatch] = []
    /// Whether what follows is a link's authority, where a name before an @ is a login and no address.
    var isAuthority = false
    var index = 0
    while index < count {
      let byte = self[index]
      if byte == UInt8(ascii: "@") {
        if let range = mail(at: index), !isAuthority {
          while let last = matches.last, last.range.upperBound > range.lowerBound { matches.removeLast() }
          matches.append(PersonalDataMatch(kind: .mail, range: range))
          index = range.upperBound
          continue
        }
        isAuthority = false
      } else if let match = match(at: index, byte) {
        matches.append(match)
        index = match.range.upperBound
        continue
      } else if byte == UInt8(ascii: "/") {
        isAuthority = self[index - 1] == UInt8(ascii: "/") && self[index - 2] == UInt8(ascii: ":")
      } else if byte <= UInt8(ascii: " ") {
        isAuthority = false
      }
      index += 1
    }
    return matches
  }

  private func match(at index: Int, _ byte: UInt8) -> PersonalDataMatch? {
    let isDigit = byte.isDigit
    guard isDigit || byte.isLetter || "+(:".utf8.contains(byte), !isWord(before: index) else { return nil }
    if byte.isLetter, let range = iban(at: index) { return PersonalDataMatch(kind: .iban, range: range) }
    if let range = ipv6(at: index) { return PersonalDataMatch(kind: .ipv6, range: range) }
    if isDigit, let range = ipv4(at: index) { return PersonalDataMatch(kind: .ipv4, range: range) }
    if isDigit, let range = card(at: index) { return PersonalDataMatch(kind: .card, range: range) }
    if !byte.isLetter, let range = phone(at: index) { return PersonalDataMatch(kind: .phone, range: range) }
    return nil
  }

  /// Whether a letter or digit ends there, so that nothing begins. Scripts without spaces and marks end no word.
  func isWord(before index: Int) -> Bool {
    let byte = self[index - 1]
    guard byte >= 0x80 else { return byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") }
    var lead = index - 1
    while lead > index - 4, self[lead] & 0xc0 == 0x80 { lead -= 1 }
    return (0xc3...0xe1).contains(self[lead])
  }

  /// Whether a letter or digit begins there.
  func isWord(at index: Int) -> Bool {
    let byte = self[index]
    return byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || (0xc3...0xe1).contains(byte)
  }

  /// How many bytes of a space there are: 1 for a plain one, 2 for one without a break, 3 for a narrow one; else 0.
  func space(at index: Int) -> Int {
    if self[index] == UInt8(ascii: " ") { return 1 }
    if self[index] == 0xc2, self[index + 1] == 0xa0 { return 2 }
    if self[index] == 0xe2, self[index + 1] == 0x80, self[index + 2] == 0xaf { return 3 }
    return 0
  }

  /// The three words before a place, the nearest first, in small letters.
  func words(before index: Int) -> [String] {
    var words: [String] = []
    var end = index
    let start = max(0, index - Limits.contextBytes)
    while words.count < 3 {
      while end > start, !self[end - 1].isLetter, self[end - 1] < 0x80 {
        // Another number or the end of a sentence or field lies between.
        if self[end - 1].isDigit || ";|\n".utf8.contains(self[end - 1]) { return words }
        end -= 1
      }
      var first = end
      while first > start, self[first - 1].isLetter || self[first - 1] >= 0x80 { first -= 1 }
      guard first < end else { return words }
      words.append(String(decoding: bytes[first..<end], as: UTF8.self).lowercased())
      end = first
    }
    return words
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: bytes.indices)], as: UTF8.self)
  }

  func digits(in range: Range<Int>) -> [UInt8] {
    range.compactMap { self[$0].isDigit ? self[$0] - UInt8(ascii: "0") : nil }
  }
}

extension UInt8 {
  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
  var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
  var isHexadecimal: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }
}
