/// How pleasant a text sounds.
public struct SentimentScore: Sendable, Equatable {
  public enum Label: String, Sendable, CaseIterable, Codable {
    case negative, neutral, positive
  }

  /// From −1, as bad as it gets, to 1; in steps of a ten-thousandth.
  public let compound: Double
  /// Shares of the text that say something pleasant, nothing of the kind, something unpleasant. They add up to 1, but
  /// for a text without words, of which all are 0.
  public let positive: Double
  public let neutral: Double
  public let negative: Double

  /// Negative up to −0.05, positive from 0.05.
  public var label: Label { compound >= 0.05 ? .positive : compound <= -0.05 ? .negative : .neutral }

  var findings: [Finding] {
    [
      Finding("compound", .number(compound)), Finding("positive", .number(positive)),
      Finding("neutral", .number(neutral)), Finding("negative", .number(negative)),
      Finding("label", .text(label.rawValue)),
    ]
  }
}

extension SentimentScore {
  init(_ sum: SentimentSum, words: Int) {
    // Long texts have many words of worth, most of which cancel out; what is left grows with the root of their number.
    let length = Double(max(words, SentimentWeights.usualWords)) / Double(SentimentWeights.usualWords)
    let total = sum.positive + sum.negative
    let scaled = total / length.squareRoot()
    compound = Self.rounded(scaled / (scaled * scaled + SentimentWeights.saturation).squareRoot())
    // A word of worth weighs one like any other, and its worth besides.
    let pleasant = sum.positive + Double(sum.positiveWords)
    let unpleasant = -sum.negative + Double(sum.negativeWords)
    let plain = Double(max(0, words - sum.positiveWords - sum.negativeWords))
    let all = pleasant + unpleasant + plain
    positive = all == 0 ? 0 : Self.rounded(pleasant / all)
    negative = all == 0 ? 0 : Self.rounded(unpleasant / all)
    neutral = all == 0 ? 0 : Self.rounded(plain / all)
  }

  private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}

/// Worth that was found, of both signs apart.
struct SentimentSum {
  var positive = 0.0
  /// Zero or less.
  var negative = 0.0
  var positiveWords = 0
  var negativeWords = 0

  mutating func add(_ worth: Double) {
    if worth > 0 {
      positive += worth
      positiveWords &+= 1
    } else if worth < 0 {
      negative += worth
      negativeWords &+= 1
    }
  }

  /// Adds to what is there, on whichever side prevails.
  mutating func emphasize(_ amount: Double) {
    if positive > -negative {
      positive += amount
    } else if positive < -negative {
      negative -= amount
    }
  }

  mutating func scale(_ factor: Double) {
    positive *= factor
    negative *= factor
  }

  mutating func add(_ other: SentimentSum) {
    positive += other.positive
    negative += other.negative
    positiveWords &+= other.positiveWords
    negativeWords &+= other.negativeWords
  }
}
