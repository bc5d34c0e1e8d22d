/// A number, of which a weighted composite takes the mean.
public protocol ContextNumber: ContextValue {
  /// The mean by weight; all weights are above 0, and there is one part at least.
  static func mean(_ parts: [(value: Self, weight: Double)]) -> Self
}

extension BinaryFloatingPoint where Self: ContextNumber {
  public static func mean(_ parts: [(value: Self, weight: Double)]) -> Self {
    let total = parts.reduce(0) { $0 + $1.weight }
    return Self(parts.reduce(0) { $0 + Double($1.value) * ($1.weight / total) })
  }
}

extension FixedWidthInteger where Self: ContextNumber {
  /// To the nearest whole number; exact up to 53 bits.
  public static func mean(_ parts: [(value: Self, weight: Double)]) -> Self {
    let total = parts.reduce(0) { $0 + $1.weight }
    let mean = parts.reduce(0) { $0 + Double($1.value) * ($1.weight / total) }.rounded()
    return mean >= Double(Self.max) ? .max : mean <= Double(Self.min) ? .min : Self(mean)
  }
}

extension Double: ContextNumber {}
extension Float: ContextNumber {}
extension Int: ContextNumber {}
extension Int32: ContextNumber {}
extension Int64: ContextNumber {}
extension UInt: ContextNumber {}
extension UInt32: ContextNumber {}
extension UInt64: ContextNumber {}

enum ContextMean {
  /// Whether values of that type are numbers.
  static func exists<Value>(of type: Value.Type) -> Bool { type is any ContextNumber.Type }

  /// The mean, where the values are numbers.
  static func of<Value>(_ parts: [(Value, Double)]) -> Value? {
    guard let type = Value.self as? any ContextNumber.Type else { return nil }
    return mean(type, parts)
  }

  private static func mean<Number: ContextNumber, Value>(_ type: Number.Type, _ parts: [(Value, Double)]) -> Value? {
    let numbers = parts.compactMap { part in (part.0 as? Number).map { (value: $0, weight: part.1) } }
    return Number.mean(numbers) as? Value
  }
}
