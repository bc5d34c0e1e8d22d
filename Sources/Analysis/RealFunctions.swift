#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The functions of real numbers that the standard library lacks. The C library has them, of which this module uses
/// nothing else: no other file of it imports one.
extension Double {
  /// e to the power of this number.
  func exponential() -> Double { exp(self) }

  /// ``exponential()`` less one, exact also where this number is small.
  func exponentialLessOne() -> Double { expm1(self) }

  /// The natural logarithm.
  func logarithm() -> Double { log(self) }

  /// This number, zero or above, to the power of another.
  func power(_ exponent: Double) -> Double { pow(self, exponent) }
}
