/// Mean, deviation and ends of each measure of all texts.
public struct StatisticsSummary: ChainSummary, Equatable {
  public private(set) var texts: UInt64 = 0
  /// Texts without a word.
  public private(set) var textsWithoutWords: UInt64 = 0
  private var spreads: [TextMeasure: Spread] = [:]

  public init() {}

  /// What is known of a measure; nil if no text had it.
  public subscript(_ measure: TextMeasure) -> Spread? { spreads[measure] }

  mutating func add(_ measures: TextMeasures) {
    texts.addSaturating(1)
    if measures.words == 0 { textsWithoutWords.addSaturating(1) }
    for measure in TextMeasure.allCases {
      guard let value = measures.value(of: measure) else { continue }
      spreads[measure, default: Spread()].merge(Spread(value))
    }
  }

  public mutating func merge(_ other: StatisticsSummary) {
    texts.addSaturating(other.texts)
    textsWithoutWords.addSaturating(other.textsWithoutWords)
    for (measure, spread) in other.spreads { spreads[measure, default: Spread()].merge(spread) }
  }

  public var findings: [Finding] {
    var findings = [
      Finding("texts", .integer(Int64(clamping: texts))),
      Finding("texts_without_words", .integer(Int64(clamping: textsWithoutWords))),
    ]
    for measure in TextMeasure.allCases {
      guard let spread = spreads[measure] else { continue }
      findings.append(
        Finding(
          measure.rawValue,
          .record([
            Finding("count", .integer(Int64(clamping: spread.count))), Finding("mean", .number(spread.mean)),
            Finding("deviation", .number(spread.deviation)), Finding("least", .number(spread.least)),
            Finding("greatest", .number(spread.greatest)),
          ])))
    }
    return findings
  }

  /// How values lie about their mean, by Welford's and Chan's formulas: no sum of squares that loses what it is about.
  public struct Spread: Sendable, Equatable, Codable {
    public private(set) var count: UInt64 = 0
    public private(set) var mean = 0.0
    public private(set) var least = 0.0
    public private(set) var greatest = 0.0
    /// Mean square of the distances from the mean.
    private var variance = 0.0

    init() {}

    init(_ value: Double) {
      count = 1
      mean = value
      least = value
      greatest = value
    }

    /// Of the values as a sample; 0 of fewer than two.
    public var deviation: Double {
      guard count > 1 else { return 0 }
      return (variance * (Double(count) / Double(count - 1))).squareRoot()
    }

    mutating func merge(_ other: Spread) {
      guard other.count > 0 else { return }
      guard count > 0 else {
        self = other
        return
      }
      let share = Double(other.count) / (Double(count) + Double(other.count))
      let distance = other.mean - mean
      // Of numbers as great as there are, neither distance nor square fits; the mean still does.
      mean = mean * (1 - share) + other.mean * share
      let squares = variance * (1 - share) + other.variance * share + distance * distance * share * (1 - share)
      variance = min(squares, .greatestFiniteMagnitude / 2)
      least = min(least, other.least)
      greatest = max(greatest, other.greatest)
      count.addSaturating(other.count)
    }
  }
}
