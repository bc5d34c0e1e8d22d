/// How pleasant the texts of a column sound together.
public struct SentimentSummary: ChainSummary, Equatable {
  /// Ranges of equal width from −1 to 1, of which each has its lower end, and the last its upper end too.
  public static let bins = 20

  public private(set) var positive: UInt64 = 0
  public private(set) var neutral: UInt64 = 0
  public private(set) var negative: UInt64 = 0
  /// Texts by compound.
  public private(set) var histogram: [UInt64] = Array(repeating: 0, count: Self.bins)
  /// Of compounds in ten-thousandths: whole numbers, so that it does not matter in which order parts are added until
  /// there are very many.
  private var sum = 0.0
  private var sumOfSquares = 0.0

  public init() {}

  public var count: UInt64 { positive.addingSaturated(neutral).addingSaturated(negative) }

  /// Of the compound; nil without texts.
  public var mean: Double? { count == 0 ? nil : sum / Double(count) / Self.unit }

  /// The standard deviation of the compound over all texts; nil without any.
  public var deviation: Double? {
    guard count > 0 else { return nil }
    let mean = sum / Double(count)
    return max(0, sumOfSquares / Double(count) - mean * mean).squareRoot() / Self.unit
  }

  mutating func add(_ score: SentimentScore) {
    switch score.label {
    case .positive: positive.addSaturating(1)
    case .neutral: neutral.addSaturating(1)
    case .negative: negative.addSaturating(1)
    }
    let place = Int(((score.compound + 1) / 2 * Double(Self.bins)).rounded(.down))
    let bin = min(max(place, 0), Self.bins - 1)
    histogram[bin].addSaturating(1)
    let value = (score.compound * Self.unit).rounded()
    sum += value
    sumOfSquares += value * value
  }

  public mutating func merge(_ other: SentimentSummary) {
    positive.addSaturating(other.positive)
    neutral.addSaturating(other.neutral)
    negative.addSaturating(other.negative)
    for bin in histogram.indices { histogram[bin].addSaturating(other.histogram[bin]) }
    sum += other.sum
    sumOfSquares += other.sumOfSquares
  }

  public var findings: [Finding] {
    var findings = [
      Finding("positive", .integer(Int64(clamping: positive))), Finding("neutral", .integer(Int64(clamping: neutral))),
      Finding("negative", .integer(Int64(clamping: negative))),
    ]
    if let mean, let deviation {
      findings += [Finding("mean", .number(mean)), Finding("deviation", .number(deviation))]
    }
    findings.append(Finding("histogram", .list(histogram.map { .integer(Int64(clamping: $0)) })))
    return findings
  }

  private static let unit = 10_000.0
}

extension SentimentSummary {
  private enum CodingKeys: String, CodingKey {
    case positive, neutral, negative, histogram, sum, sumOfSquares
  }

  /// - Throws: For a histogram that is not of this many bins, and for sums that are no numbers.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    positive = try container.decode(UInt64.self, forKey: .positive)
    neutral = try container.decode(UInt64.self, forKey: .neutral)
    negative = try container.decode(UInt64.self, forKey: .negative)
    histogram = try container.decode([UInt64].self, forKey: .histogram)
    sum = try container.decode(Double.self, forKey: .sum)
    sumOfSquares = try container.decode(Double.self, forKey: .sumOfSquares)
    guard histogram.count == Self.bins, sum.isFinite, sumOfSquares.isFinite else {
      throw DecodingError.dataCorruptedError(
        forKey: .histogram, in: container,
        debugDescription: "a sentiment summary has \(Self.bins) bins and finite sums; begin the run anew")
    }
  }
}
