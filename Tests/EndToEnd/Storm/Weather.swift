import HoldfastTesting

/// What a network does to those who use it.
enum Weather: CaseIterable, Sendable {
  /// Nothing.
  case calm
  /// Bytes come late, stay away for a while, or are the last of their connection.
  case rough
  /// Nothing moves, and nobody is told.
  case parted
  /// Nobody answers, and connections that there were are reset.
  case refusing
}

/// What becomes of some bytes that are on their way.
enum Passage: Sendable {
  case delivered
  /// This late.
  case late(milliseconds: Int)
  /// So many of them arrive, and then the connection ends: with a reset, or as if it was meant to.
  case cut(after: Int, isReset: Bool)

  static func random(of count: Int, in weather: Weather, using generator: inout SeededGenerator) -> Passage {
    guard weather == .rough else { return .delivered }
    return switch Int.random(in: 0..<100, using: &generator) {
    case 0..<3: .cut(after: Int.random(in: 0...count, using: &generator), isReset: Bool.random(using: &generator))
    case 3..<6: .late(milliseconds: Int.random(in: 500...3_000, using: &generator))
    case 6..<30: .late(milliseconds: Int.random(in: 1...60, using: &generator))
    default: .delivered
    }
  }
}
