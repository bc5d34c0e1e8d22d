/// Tells what a value is by a single look at its bytes, led by the first: nothing is copied, and for what is most
/// frequent (whole numbers, decimals, dates, words) one pass is all.
struct ValueReader {
  /// What texts are made of, added up over those that were read.
  var texts = TextTraits()

  /// Reads a value of at least one byte.
  @inline(__always)
  mutating func read(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Reading {
    let first = bytes[0]
    if first &- 0x30 < 10 || first == UInt8(ascii: "-") {
      if let reading = Self.readPlainNumber(bytes, count) { return reading }
    }
    return readOther(bytes, count)
  }

  /// Up to 15 digits with up to one point: nearly all numbers.
  @inline(__always)
  private static func readPlainNumber(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Reading? {
    let start = bytes[0] == UInt8(ascii: "-") ? 1 : 0
    guard count - start <= 16, count > start else { return nil }
    var place = start
    var digits: UInt64 = 0
    while place < count, bytes[place] &- 0x30 < 10 {
      digits = digits &* 10 &+ UInt64(bytes[place] &- 0x30)
      place += 1
    }
    let whole = place - start
    // "0" is a number, and so is "0.5"; "01" is none.
    guard whole > 0, whole == 1 || bytes[start] != 0x30 else { return nil }
    if place == count {
      guard whole <= 15 else { return nil }
      let number = Double(Int64(truncatingIfNeeded: digits))
      return Reading(.integer, characters: count, number: start == 1 ? -number : number)
    }
    guard bytes[place] == UInt8(ascii: ".") else { return nil }
    place += 1
    let fraction = place
    while place < count, bytes[place] &- 0x30 < 10 {
      digits = digits &* 10 &+ UInt64(bytes[place] &- 0x30)
      place += 1
    }
    guard place == count, place > fraction else { return nil }
    // At most 15 digits, and a power of ten that is exact: so the quotient is the nearest double.
    let number = Double(Int64(truncatingIfNeeded: digits)) / NumericField.power(of10: place - fraction)
    return Reading(.decimal, characters: count, number: start == 1 ? -number : number)
  }

  @inline(never)
  private mutating func readOther(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Reading {
    var (start, end) = (0, count)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    // Blanks alone say nothing.
    guard end > start else { return Reading(.nullWord, characters: count) }
    // What stands between blanks is read as if they were not there; its length is that of all.
    var reading = readTrimmed(UnsafeBufferPointer(start: bytes + start, count: end - start))
    reading.characters += UInt32(truncatingIfNeeded: count - (end - start))
    return reading
  }

  private mutating func readTrimmed(_ text: UnsafeBufferPointer<UInt8>) -> Reading {
    let (first, count) = (text[0], text.count)
    if count <= WordText.longest, let kind = WordText.kind(of: text) { return Reading(kind, characters: count) }
    if count == 36, text[8] == UInt8(ascii: "-"), AddressText.isUUID(text) { return Reading(.uuid, characters: count) }
    let isDigit = first &- 0x30 < 10
    if isDigit || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".") {
      // A date is tried first where a number has to end before its separator.
      if isDigit, count <= DateText.longest, DateText.mayFollow(text), let reading = DateText.read(text) {
        return reading
      }
      if let reading = NumericField.read(text) { return reading }
    } else if count <= DateText.longest, DateText.mayBegin(first), let reading = DateText.read(text) {
      return reading
    }
    if isDigit || first == UInt8(ascii: "+") || first == UInt8(ascii: "("), AddressText.isPhone(text) {
      return Reading(.phone, characters: count)
    }
    return readText(text)
  }

  private mutating func readText(_ text: UnsafeBufferPointer<UInt8>) -> Reading {
    let counts = LetterCounts(text)
    let characters = text.count - counts.continuations
    if counts.blanks == 0 {
      if AddressText.isMail(text) { return Reading(.mail, characters: characters) }
      if AddressText.isURL(text) { return Reading(.url, characters: characters) }
      if text.contains(where: { $0 &- 0x30 < 10 }), counts.continuations == 0 {
        return Reading(.token, characters: characters)
      }
    }
    texts.add(counts, characters: characters)
    return Reading(.text, characters: characters)
  }
}
