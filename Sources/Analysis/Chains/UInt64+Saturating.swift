extension UInt64 {
  /// Adds, or stays at the greatest number there is: what a damaged summary counts must not end the program.
  mutating func addSaturating(_ other: UInt64) {
    let (sum, isTooMuch) = addingReportingOverflow(other)
    self = isTooMuch ? .max : sum
  }
}
