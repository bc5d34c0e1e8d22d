/// Dates, times and both together, in the ways that files write them:
///
///     2024-01-31  2024/01/31  2024.01.31       year, month, day
///     31.01.2024  31.1.2024                    dots: the day first
///     31/01/2024  01-31-2024  1/31/24          the order is in doubt, unless a number is no month
///     31 Jan 2024  31-Jan-2024  Jan 31, 2024   with the month's name, in English
///     … 14:30  … 14:30:59.123  … 2:30 PM       behind a "T" or a blank
///     … Z  … +01:00  … +0100  … UTC            a zone behind the time
enum DateText {
  /// Bytes of the longest that is looked at: "Wednesday, 31 September 2024 14:30:59.123456789 +01:00".
  static let longest = 56

  /// A value that begins with a digit may be one of these: a separator or a name follows soon.
  static func mayFollow(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 4 else { return false }
    if isSeparator(text[1]) || isSeparator(text[2]) { return true }
    return text.count > 4 && isSeparator(text[4])
  }

  /// The first letter of an English month or day of the week.
  static func mayBegin(_ letter: UInt8) -> Bool {
    // Bit n for the n-th letter: a d f j m n o s t w.
    let letters: UInt32 = 0b0100_1100_0111_0010_0010_1001
    let place = (letter | 0x20) &- 0x61
    return place < 26 && letters >> UInt32(place) & 1 == 1
  }

  static func read(_ text: UnsafeBufferPointer<UInt8>) -> Reading? {
    var cursor = TextCursor(text)
    if let second = cursor.time() {
      return cursor.isAtEnd ? Reading(.time, characters: text.count, notation: .time, number: second) : nil
    }
    cursor.place = 0
    guard let date = cursor.date() else { return nil }
    if cursor.isAtEnd { return date.reading(.date, text.count, second: 0) }
    _ = cursor.take(UInt8(ascii: ","))
    guard cursor.take(UInt8(ascii: "T")) || cursor.take(UInt8(ascii: " ")) || cursor.take(UInt8(ascii: "t")),
      let second = cursor.time()
    else { return nil }
    guard let zone = cursor.zone(), cursor.isAtEnd else { return nil }
    return date.reading(.timestamp, text.count, second: second - zone)
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: " "): true
    default: (byte | 0x20) &- 0x61 < 26
    }
  }
}

/// A date as it was read, whose order may be in doubt.
private struct ReadDate {
  var notation: ValueNotation
  /// Days since 1970; with the month first where the order is in doubt.
  var day: Int
  var dayWithMonthFirst: Int

  func reading(_ kind: ValueKind, _ count: Int, second: Double) -> Reading {
    Reading(
      kind, characters: count, notation: notation, number: Double(day) * 86_400 + second,
      monthFirst: Double(dayWithMonthFirst) * 86_400 + second)
  }
}

/// A place in a text, and what is read there.
private struct TextCursor {
  let text: UnsafeBufferPointer<UInt8>
  var place = 0

  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  var isAtEnd: Bool { place == text.count }

  mutating func take(_ byte: UInt8) -> Bool {
    guard place < text.count, text[place] == byte else { return false }
    place += 1
    return true
  }

  /// Digits that stand here: their number and how many; at most `most` of them.
  mutating func digits(most: Int) -> (value: Int, count: Int) {
    var (value, count) = (0, 0)
    while place < text.count, count < most, text[place] &- 0x30 < 10 {
      value = value * 10 + Int(text[place] &- 0x30)
      count += 1
      place += 1
    }
    return (value, count)
  }

  mutating func date() -> ReadDate? {
    let first = digits(most: 4)
    if first.count == 0 { return dateByName() }
    guard place < text.count else { return nil }
    let separator = text[place]
    if (separator | 0x20) &- 0x61 < 26 || separator == 0x20 { return dateWithName(day: first) }
    guard separator == 0x2D || separator == 0x2E || separator == 0x2F else { return nil }
    place += 1
    if separator != 0x2F, place < text.count, (text[place] | 0x20) &- 0x61 < 26 {
      place -= 1
      return dateWithName(day: first)
    }
    let second = digits(most: 2)
    guard second.count > 0, take(separator) else { return nil }
    let third = digits(most: 4)
    if first.count == 4 {
      guard third.count == 1 || third.count == 2 else { return nil }
      return plain(year: first.value, month: second.value, day: third.value)
    }
    guard first.count <= 2 else { return nil }
    let isShort = third.count == 2 && (separator == 0x2F || first.count == 2 && second.count == 2)
    guard third.count == 4 || isShort else { return nil }
    let year = isShort ? third.value + (third.value < 70 ? 2000 : 1900) : third.value
    if separator == 0x2E { return plain(year: year, month: second.value, day: first.value) }
    return inDoubt(year: year, first.value, second.value)
  }

  /// "31 Jan 2024", from behind the day.
  private mutating func dateWithName(day: (value: Int, count: Int)) -> ReadDate? {
    guard day.count <= 2 else { return nil }
    skipSeparators()
    guard let month = month() else { return nil }
    skipSeparators()
    let year = digits(most: 4)
    guard year.count == 4 else { return nil }
    return plain(year: year.value, month: month, day: day.value)
  }

  /// "Jan 31, 2024", or "Wed, 31 Jan 2024".
  private mutating func dateByName() -> ReadDate? {
    let start = place
    let name = word()
    if TextCursor.isDayOfWeek(name) {
      _ = take(UInt8(ascii: ",")) || take(UInt8(ascii: "."))
      guard take(UInt8(ascii: " ")) else { return nil }
      if place < text.count, text[place] &- 0x30 < 10 { return date() }
    } else {
      place = start
    }
    guard let month = month() else { return nil }
    skipSeparators()
    let day = digits(most: 2)
    guard day.count > 0 else { return nil }
    skipSeparators()
    let year = digits(most: 4)
    guard year.count == 4 else { return nil }
    return plain(year: year.value, month: month, day: day.value)
  }

  /// Seconds since midnight of "14:30", "14:30:59.123" or "2:30 PM".
  mutating func time() -> Double? {
    let hour = digits(most: 2)
    guard hour.count > 0, take(UInt8(ascii: ":")) else { return nil }
    let minute = digits(most: 2)
    guard minute.count == 2, minute.value < 60 else { return nil }
    var second = 0.0
    if take(UInt8(ascii: ":")) {
      let whole = digits(most: 2)
      // 60 is a leap second.
      guard whole.count == 2, whole.value <= 60 else { return nil }
      second = Double(whole.value)
      if take(UInt8(ascii: ".")) || take(UInt8(ascii: ",")) {
        let fraction = digits(most: 9)
        guard fraction.count > 0 else { return nil }
        second += Double(fraction.value) / NumericField.power(of10: fraction.count)
      }
    }
    var hours = hour.value
    let end = place
    _ = take(UInt8(ascii: " "))
    if place + 1 < text.count, text[place + 1] | 0x20 == UInt8(ascii: "m"),
      text[place] | 0x20 == UInt8(ascii: "a") || text[place] | 0x20 == UInt8(ascii: "p")
    {
      guard (1...12).contains(hours) else { return nil }
      hours = hours % 12 + (text[place] | 0x20 == UInt8(ascii: "p") ? 12 : 0)
      place += 2
    } else {
      place = end
    }
    guard hours < 24 else { return nil }
    return Double(hours * 3600 + minute.value * 60) + second
  }

  /// Seconds that a zone is ahead of UTC, and 0 where none stands here; nil for something that is no zone.
  mutating func zone() -> Double? {
    if isAtEnd { return 0 }
    _ = take(UInt8(ascii: " "))
    if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
    let isAhead = take(UInt8(ascii: "+"))
    if isAhead || take(UInt8(ascii: "-")) {
      let hours = digits(most: 2)
      _ = take(UInt8(ascii: ":"))
      let minutes = digits(most: 2)
      guard hours.count == 2, hours.value < 24, minutes.count != 1, minutes.value < 60 else { return nil }
      let seconds = Double(hours.value * 3600 + minutes.value * 60)
      return isAhead ? seconds : -seconds
    }
    let name = word()
    return TextCursor.code(name) == TextCursor.code("utc") || TextCursor.code(name) == TextCursor.code("gmt") ? 0 : nil
  }

  private mutating func skipSeparators() {
    while place < text.count, [0x20, 0x2C, 0x2D, 0x2E].contains(text[place]) { place += 1 }
  }

  /// Letters that stand here.
  private mutating func word() -> UnsafeBufferPointer<UInt8> {
    let start = place
    while place < text.count, (text[place] | 0x20) &- 0x61 < 26 { place += 1 }
    return UnsafeBufferPointer(rebasing: text[start..<place])
  }

  /// A month by its English name, whole or its first three letters.
  private mutating func month() -> Int? {
    let name = word()
    guard name.count >= 3 else { return nil }
    return TextCursor.months.firstIndex { TextCursor.isName(name, $0) }.map { $0 + 1 }
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let daysOfWeek = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  private static func isDayOfWeek(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    name.count >= 3 && daysOfWeek.contains { isName(name, $0) }
  }

  /// The whole name, or three or four letters of it ("Sep", "Sept", "Tues").
  private static func isName(_ word: UnsafeBufferPointer<UInt8>, _ name: String) -> Bool {
    let letters = name.utf8
    guard word.count == letters.count || word.count == 3 || word.count == 4 else { return false }
    return word.count <= letters.count && zip(word, letters).allSatisfy { $0 | 0x20 == $1 }
  }

  /// Three letters as a number, whatever their case; 0 for more or fewer.
  private static func code(_ word: UnsafeBufferPointer<UInt8>) -> UInt32 {
    word.count == 3 ? word.reduce(0) { $0 << 8 | UInt32($1 | 0x20) } : 0
  }

  private static func code(_ word: String) -> UInt32 { word.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

  private func plain(year: Int, month: Int, day: Int) -> ReadDate? {
    guard let count = Self.days(year, month, day) else { return nil }
    return ReadDate(notation: .plainDate, day: count, dayWithMonthFirst: count)
  }

  private func inDoubt(year: Int, _ first: Int, _ second: Int) -> ReadDate? {
    switch (Self.days(year, second, first), Self.days(year, first, second)) {
    case (let day?, let other?): ReadDate(notation: .dayOrMonthFirst, day: day, dayWithMonthFirst: other)
    case (let day?, nil): ReadDate(notation: .dayFirst, day: day, dayWithMonthFirst: day)
    case (nil, let other?): ReadDate(notation: .monthFirst, day: other, dayWithMonthFirst: other)
    case (nil, nil): nil
    }
  }

  /// Days since 1970-01-01 in the Gregorian calendar; nil for a day that no month has.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    guard (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = 0b1010_1101_0101
    let length = month == 2 ? (isLeap ? 29 : 28) : 30 + (lengths >> (month - 1) & 1)
    guard day <= length else { return nil }
    // Eras of 400 years that begin on the first of March, so that the leap day comes last.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
