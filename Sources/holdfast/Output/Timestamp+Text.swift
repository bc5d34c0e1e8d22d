import HoldfastWire

extension Timestamp {
  /// As ISO 8601 has it, in UTC and to the millisecond: 2026-11-21T04:05:06.789Z.
  var text: String {
    let (days, second) = seconds.quotientAndFloorRemainder(dividingBy: 86_400)
    let (year, month, day) = Self.date(ofDay: days)
    let parts = [second / 3600, second / 60 % 60, second % 60].map { Self.padded(Int($0), 2) }
    let milliseconds = Self.padded(Int(nanoseconds / 1_000_000), 3)
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
      + "T\(parts.joined(separator: ":")).\(milliseconds)Z"
  }

  /// The Gregorian date of a day counted from 1970-01-01. Counts in eras of 400 years that begin on the first of March,
  /// so that the leap day comes last.
  private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (day + 719_468).quotientAndFloorRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension FixedWidthInteger {
  /// The quotient rounded down, and what remains, which is never negative.
  fileprivate func quotientAndFloorRemainder(dividingBy divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
