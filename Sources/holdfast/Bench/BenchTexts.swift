import HoldfastTesting

/// Texts of a file that a benchmark makes up, of one of many shapes: how long they are, and where in the file which are.
struct BenchTexts {
  private enum Lengths: CaseIterable { case alike, twoKinds, mostlyShort, mostlyEmpty, wide }
  private enum Order: CaseIterable { case mixed, growing, inClusters, otherHead }

  private let lengths: Lengths
  private let order: Order
  /// Words of a text in the middle.
  private let words: Double
  private var random: SeededGenerator

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    lengths = Lengths.allCases.randomElement(using: &random) ?? .alike
    order = Order.allCases.randomElement(using: &random) ?? .mixed
    words = .random(in: 3...60, using: &random)
  }

  var shape: String { "\(lengths), \(order), \(Int(words)) words" }

  /// So many texts, in the order of the file.
  mutating func make(_ count: Int) -> [String] {
    var cluster = 1.0
    return (0..<count).map { row in
      let part = Double(row) / Double(count)
      if row % 300 == 0 { cluster = .random(in: 0.3...2, using: &random) }
      let scale =
        switch order {
        case .mixed: 1.0
        case .growing: 0.4 + 1.2 * part
        case .inClusters: cluster
        case .otherHead: part < 0.05 ? 0.2 : 1
        }
      return text(Int((length() * scale).rounded()))
    }
  }

  private mutating func length() -> Double {
    switch lengths {
    case .alike: words * .random(in: 0.8...1.2, using: &random)
    case .twoKinds: Bool.random(using: &random) ? words / 5 : words * 1.8
    case .mostlyShort: words * (Int.random(in: 0..<20, using: &random) == 0 ? 8 : 0.6)
    case .mostlyEmpty: Int.random(in: 0..<5, using: &random) == 0 ? words : 0
    case .wide: words * .random(in: 0...2, using: &random)
    }
  }

  private mutating func text(_ count: Int) -> String {
    var text = ""
    for place in 0..<max(0, count) {
      if place > 0 { text += Int.random(in: 0..<12, using: &random) == 0 ? ". " : " " }
      text += Self.parts.randomElement(using: &random) ?? ""
    }
    return text
  }

  /// What chains look for is among them, and words that they have to look up for nothing.
  private static let parts = [
    "the", "a", "and", "of", "to", "it", "was", "is", "not", "but", "very", "with", "for", "on", "my", "we", "they",
    "train", "delivery", "battery", "screen", "price", "hotel", "room", "kitchen", "weather", "question", "number",
    "good", "great", "awful", "disappointing", "lovely", "broken", "slow", "happy", "terrible", "better", "fine",
    "arrived", "waited", "returned", "called", "bought", "works", "leaked", "recommend", "never", "always", "again",
    "anna@example.com", "+49 30 1234567", "4111 1111 1111 1111", "192.168.0.1", "https://example.com/a", "2024", "17",
    "nicht", "schön", "pero", "très", "🙂", "!", "(really)",
  ]
}
