/// Quantiles of the distributions that bounds are taken from.
enum StudentT {
  /// How many deviations to both sides of the middle hold `coverage` of all values, for a deviation that was itself
  /// estimated with so many degrees of freedom (2 or more, infinity for a deviation that is known).
  ///
  /// Hill's algorithm 396 of the ACM; six digits from three degrees on, exact at two.
  static func twoSided(coverage: Double, freedom: Double) -> Double {
    let tail = 1 - min(max(coverage, 0), 0.999_999)
    guard freedom > 2 else { return (2 / (tail * (2 - tail)) - 2).squareRoot() }
    guard freedom < 1e6 else { return -normal(tail / 2) }
    let n = freedom
    let a = 1 / (n - 0.5)
    let b = 48 / (a * a)
    var c = ((20_700 * a / b - 98) * a - 16) * a + 96.36
    let d = ((94.5 / (b + c) - 3) / b + 1) * (a * Double.pi / 2).squareRoot() * n
    var y = (d * tail).power(2 / n)
    if y > 0.05 + a {
      let x = normal(tail / 2)
      y = x * x
      if n < 5 { c += 0.3 * (n - 4.5) * (x + 0.6) }
      c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
      y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
      y = a * y * y
      y = y.exponentialLessOne()
    } else {
      y =
        ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1) / (n + 2) + 1
        / y
    }
    return (n * y).squareRoot()
  }

  /// The value below which a share of `p` lies, 0 < p < 1. Acklam's approximation, nine digits.
  static func normal(_ p: Double) -> Double {
    func ratio(_ x: Double, _ over: [Double], _ under: [Double]) -> Double {
      over.reduce(0) { $0 * x + $1 } / under.reduce(0) { $0 * x + $1 }
    }
    let tailOver = [
      -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ]
    let tailUnder = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1]
    if p < 0.02425 { return ratio((-2 * p.logarithm()).squareRoot(), tailOver, tailUnder) }
    if p > 1 - 0.02425 { return -ratio((-2 * (1 - p).logarithm()).squareRoot(), tailOver, tailUnder) }
    let q = p - 0.5
    let over = [
      -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
      -3.066479806614716e+01, 2.506628277459239,
    ]
    let under = [
      -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
      -1.328068155288572e+01, 1,
    ]
    return q * ratio(q * q, over, under)
  }
}
