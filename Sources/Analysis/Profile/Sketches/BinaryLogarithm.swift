/// The logarithm to base 2, which the standard library alone does not have.
enum BinaryLogarithm {
  /// Of a positive finite number, to about 15 digits.
  static func of(_ number: Double) -> Double {
    guard number > 0, number.isFinite else { return 0 }
    // The significand is brought near 1, where the series of the area tangent ends soon.
    let isHigh = number.significand > 1.414_213_562_373_095
    let significand = isHigh ? number.significand / 2 : number.significand
    let exponent = Double(number.exponent) + (isHigh ? 1 : 0)
    let ratio = (significand - 1) / (significand + 1)
    var (power, sum) = (ratio, 0.0)
    for odd in stride(from: 1.0, through: 23, by: 2) {
      sum += power / odd
      power *= ratio * ratio
    }
    return exponent + 2 * sum / 0.693_147_180_559_945_3
  }
}
