/// Words that stand for "nothing", "yes" or "no".
enum WordText {
  /// Bytes of the longest.
  static let longest = 5
  /// What counts as null beside an empty field, whatever the case of its letters.
  static let nulls = ["null", "na", "n/a", "#n/a", "nan", "none", "nil", "\\n", "-", "--", "?"]
  static let booleans = ["true", "false", "yes", "no", "t", "f", "y", "n", "on", "off", "ja", "nein", "oui", "non"]

  /// Nil for a value that is no such word. For up to `longest` bytes.
  static func kind(of text: UnsafeBufferPointer<UInt8>) -> ValueKind? {
    var word: UInt64 = 0
    for byte in text { word = word << 8 | UInt64(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    var place = Self.place(of: word)
    while table[place] != 0 {
      // The kind is in the byte above the word.
      if table[place] & 0xFF_FFFF_FFFF == word { return ValueKind(rawValue: UInt8(table[place] >> 40)) }
      place = (place + 1) & 127
    }
    return nil
  }

  /// Which of `nulls` this is; one more for blanks alone.
  static func nullIndex(_ field: UnsafeRawBufferPointer) -> Int {
    let word = field.filter { $0 > 0x20 }.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    return nulls.firstIndex { $0.utf8.elementsEqual(word) } ?? nulls.count
  }

  private static func place(of word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 57)
  }

  /// The words by their letters, in open addressing with 0 for "nothing here".
  private static let table: [UInt64] = {
    var table = [UInt64](repeating: 0, count: 128)
    for (words, kind) in [(nulls, ValueKind.nullWord), (booleans, .boolean)] {
      for text in words {
        let word = text.utf8.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var place = Self.place(of: word)
        while table[place] != 0 { place = (place + 1) & 127 }
        table[place] = word | UInt64(kind.rawValue) << 40
      }
    }
    return table
  }()
}
