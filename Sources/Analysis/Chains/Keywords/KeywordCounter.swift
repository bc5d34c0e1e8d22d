/// In how many texts keywords came, of those that came in most: Space-Saving, with the rarest let go in bulk.
///
/// Exact while there are few enough to be kept all. From then on a count is never too low, and too high by at most its
/// `excess`; every keyword is among the kept that came in more texts than those let go had at most.
struct KeywordCounter: Sendable, Equatable {
  struct Count: Sendable, Equatable, Codable {
    var text: String
    /// At most.
    var texts: UInt64
    /// By how much `texts` may be too high.
    var excess: UInt64
  }

  private var counts: [String: Count] = [:]
  /// In how many texts one that is not kept may have come.
  private var floor: UInt64 = 0

  mutating func add(_ text: String) {
    counts[text, default: Count(text: text, texts: floor, excess: floor)].texts.addSaturated(1)
    if counts.count > 2 * Limits.keywordsOfColumn { letGo() }
  }

  mutating func merge(_ other: KeywordCounter) {
    for text in Array(counts.keys) where other.counts[text] == nil {
      counts[text]?.texts.addSaturated(other.floor)
      counts[text]?.excess.addSaturated(other.floor)
    }
    for (text, count) in other.counts {
      var own = counts[text] ?? Count(text: text, texts: floor, excess: floor)
      own.texts.addSaturated(count.texts)
      own.excess.addSaturated(count.excess)
      counts[text] = own
    }
    floor.addSaturated(other.floor)
    if counts.count > 2 * Limits.keywordsOfColumn { letGo() }
  }

  /// What came in most texts first; those that came in as many, by their text.
  var ordered: [Count] {
    counts.values.sorted { $0.texts != $1.texts ? $0.texts > $1.texts : $0.text < $1.text }
  }

  private mutating func letGo() {
    let all = ordered
    guard all.count > Limits.keywordsOfColumn else { return }
    floor = max(floor, all[Limits.keywordsOfColumn].texts)
    counts = Dictionary(
      all[..<Limits.keywordsOfColumn].map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension KeywordCounter: Codable {
  private enum CodingKeys: String, CodingKey {
    case counts, floor
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(ordered, forKey: .counts)
    try container.encode(floor, forKey: .floor)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let counts = try container.decode([Count].self, forKey: .counts)
    self.counts = Dictionary(counts.map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })
    floor = try container.decode(UInt64.self, forKey: .floor)
    letGo()
  }
}

extension UInt64 {
  fileprivate mutating func addSaturated(_ other: UInt64) { self = addingSaturated(other) }
}
