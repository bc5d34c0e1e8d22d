/// An amount of money in exact decimal notation; which money is the caller's affair.
///
/// Coded as its text, so that no reader rounds it.
public struct Amount: Sendable, Hashable, Comparable {
  /// In units of 10⁻¹².
  private let units: Int128

  private static let unitsInOne: Int128 = 1_000_000_000_000

  public static let zero = Amount(units: 0)

  private init(units: Int128) { self.units = units }

  /// What `tokens` cost when 1,000 of them cost `price`: exact, whatever both are.
  public init(tokens: Int, price: TokenPrice) {
    // A price has three digits less than an amount, so that nothing is lost here.
    units = price.amount.units / 1_000 * Int128(tokens)
  }

  /// Reads digits with at most one point between them (`300`, `0.10`); nil for anything else and for more digits than
  /// an amount has.
  public init?(_ text: some StringProtocol) {
    var units: Int128 = 0
    var digits = 0
    var digitsBehind: Int?
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        units = units * 10 + Int128(byte - UInt8(ascii: "0"))
        digits += 1
        if let behind = digitsBehind { digitsBehind = behind + 1 }
        guard digits <= 24 else { return nil }
      case UInt8(ascii: ".") where digitsBehind == nil && digits > 0:
        digitsBehind = 0
      default:
        return nil
      }
    }
    let behind = digitsBehind ?? 0
    guard digits > 0, digitsBehind != 0, behind <= Limits.amountDigits else { return nil }
    for _ in behind..<Limits.amountDigits { units *= 10 }
    self.units = units
  }

  public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

  /// The nearest floating-point number, for what need not be exact.
  public var approximate: Double { Double(units) / Double(Self.unitsInOne) }

  fileprivate var isWholePrice: Bool { units % 1_000 == 0 && units <= Limits.highestPrice * Self.unitsInOne }
}

extension Amount: CustomStringConvertible {
  /// Two digits behind the point, more where they say something: `300.00`, `0.000125`.
  public var description: String {
    let magnitude = units.magnitude
    var fraction = String(magnitude % Self.unitsInOne.magnitude)
    fraction = String(repeating: "0", count: Limits.amountDigits - fraction.count) + fraction
    while fraction.utf8.count > 2, fraction.hasSuffix("0") { fraction.removeLast() }
    return "\(units < 0 ? "-" : "")\(magnitude / Self.unitsInOne.magnitude).\(fraction)"
  }
}

extension Amount: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let amount = Amount(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not an amount")
    }
    self = amount
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What 1,000 tokens cost: from 0 to 1,000,000, with at most nine digits behind the point.
public struct TokenPrice: Sendable, Hashable, Codable {
  public let amount: Amount

  public static let zero = TokenPrice(amount: .zero)

  private init(amount: Amount) { self.amount = amount }

  /// Reads a price in decimal notation; nil when it is none, too high, or finer than a price may be.
  public init?(_ text: some StringProtocol) {
    guard let amount = Amount(text), amount.isWholePrice else { return nil }
    self.amount = amount
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let price = TokenPrice(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a price")
    }
    self = price
  }

  public func encode(to encoder: any Encoder) throws {
    try amount.encode(to: encoder)
  }
}
