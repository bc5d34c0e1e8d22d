extension FixedWidthInteger {
  /// The sum with a number that is not negative, or the greatest number there is: what a damaged checkpoint counts must
  /// not end the program.
  @inline(__always)
  func addingSaturated(_ other: Self) -> Self {
    let (sum, isTooMuch) = addingReportingOverflow(other)
    return isTooMuch ? .max : sum
  }

  /// Becomes ``addingSaturated(_:)``.
  @inline(__always)
  mutating func addSaturating(_ other: Self) { self = addingSaturated(other) }
}
