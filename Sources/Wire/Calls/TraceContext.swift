/// Which trace something belongs to, and which of its spans it is part of: W3C's trace context, as `traceparent` has it.
public struct TraceContext: Hashable, Sendable {
  /// 16 bytes, not all of them zero, in two halves.
  public let trace: TraceID
  /// The span that whatever comes of this is part of; never 0.
  public let span: UInt64
  /// Bit 0 is set where whoever began the trace keeps it.
  public let flags: UInt8

  public init(trace: TraceID, span: UInt64, flags: UInt8 = 1) {
    precondition(span != 0, "a span has a number")
    (self.trace, self.span, self.flags) = (trace, span, flags)
  }

  /// A trace that nobody has begun.
  public static func random() -> TraceContext { TraceContext(trace: .random(), span: randomSpan()) }

  /// A span of the same trace.
  public func child() -> TraceContext { TraceContext(trace: trace, span: Self.randomSpan(), flags: flags) }

  private static func randomSpan() -> UInt64 { .random(in: 1...UInt64.max) }

  /// Reads `00-TRACE-SPAN-FLAGS`, and what later versions may add behind it; nil for what is none.
  public init?(traceparent text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count >= 4, let version = Self.number(parts[0], digits: 2), version != 0xff,
      version != 0 || parts.count == 4, parts[1].count == 32,
      let high = Self.number(parts[1].prefix(16), digits: 16), let low = Self.number(parts[1].suffix(16), digits: 16),
      let trace = TraceID(high, low), let span = Self.number(parts[2], digits: 16), span != 0,
      let flags = Self.number(parts[3], digits: 2)
    else { return nil }
    self.init(trace: trace, span: span, flags: UInt8(flags))
  }

  /// The format allows lower case only.
  private static func number(_ text: Substring.UTF8View, digits: Int) -> UInt64? {
    guard text.count == digits else { return nil }
    var number: UInt64 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }

  public var traceparent: String { "00-\(trace)-\(Self.hex(span, digits: 16))-\(Self.hex(UInt64(flags), digits: 2))" }

  /// As W3C and OTLP write numbers.
  public static func hex(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}

/// What a trace is known by.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  /// Nil for two zeros, which stand for no trace.
  public init?(_ high: UInt64, _ low: UInt64) {
    guard high != 0 || low != 0 else { return nil }
    (self.high, self.low) = (high, low)
  }

  /// As W3C orders them; nil for others than 16, and for zeros.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    func half(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(half(bytes[..<8]), half(bytes[8...]))
  }

  private init(high: UInt64, nonzero low: UInt64) { (self.high, self.low) = (high, low) }

  public static func random() -> TraceID {
    TraceID(high: .random(in: 0...UInt64.max), nonzero: .random(in: 1...UInt64.max))
  }

  /// 32 digits.
  public var description: String { TraceContext.hex(high, digits: 16) + TraceContext.hex(low, digits: 16) }
}
