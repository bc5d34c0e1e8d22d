/// What one value looks like, by its bytes alone.
enum ValueKind: UInt8, Sendable, CaseIterable {
  /// Nothing between two delimiters.
  case missing
  /// A word by which people say that there is nothing.
  case nullWord
  /// `""`: a text without letters.
  case emptyText
  case integer
  case decimal
  /// Digits that are no number: they begin with a zero, or there are more than a number keeps exactly.
  case code
  case boolean
  case date
  case timestamp
  case time
  case uuid
  case mail
  case url
  case phone
  /// One word of letters and digits, such as "AB-1234".
  case token
  case text
}

/// How a number, a date or a time is written, where what it says depends on that. A column sums up each by itself, and
/// decides at the end which reading holds.
enum ValueNotation: UInt8, Sendable, CaseIterable {
  /// 1234.5, 1,234.5
  case point
  /// 1234,5, 1.234,5
  case comma
  /// 1,234: thousands, or a decimal comma. Read as thousands.
  case groupOrComma
  /// 2024-01-31, 31.01.2024, 31 Jan 2024: no doubt about the order.
  case plainDate
  /// 31/01/2024: the day first, because the second number is no month.
  case dayFirst
  /// 01/31/2024
  case monthFirst
  /// 14:30
  case time
  /// 01/02/2024: summed up with both orders.
  case dayOrMonthFirst
}

/// What was read of one value.
struct Reading {
  var kind: ValueKind
  var notation = ValueNotation.point
  /// Unicode scalars.
  var characters: UInt32
  /// The number; of a date or timestamp the seconds since 1970, of a time those since midnight.
  var number = 0.0
  /// Of a date whose order is in doubt: as it is with the month first.
  var monthFirst = 0.0

  init(
    _ kind: ValueKind, characters: Int, notation: ValueNotation = .point, number: Double = 0, monthFirst: Double = 0
  ) {
    self.kind = kind
    self.notation = notation
    self.characters = UInt32(truncatingIfNeeded: characters)
    self.number = number
    self.monthFirst = monthFirst
  }
}
