import HoldfastAnalysis

/// How many texts a second the sentiment chain reads on one thread, and how well it agrees with people.
struct SentimentBench: Sendable {
  /// What was found with the texts of one file.
  struct Report: Sendable {
    let name: String
    let texts: Int
    let read: Int
    let cpu: Double
    /// Pearson's, of compounds and ratings; nil where texts are not rated.
    let correlation: Double?

    var perSecond: Double { (Double(read) / cpu).rounded() }
    var microseconds: Double { (cpu / Double(read) * 1e9).rounded() / 1e3 }

    func report(_ console: Console) {
      console.result(
        """
        sentiment: \(name), \(texts) texts, 1 thread
          speed      \(Int(perSecond)) texts a second, \(microseconds) µs of CPU each
          agreement  \(correlation.map { "r = \($0) with the ratings of people" } ?? "unknown: the texts are not rated")
        """,
        json: [
          "op": "sentiment", "texts_of": .string(name), "texts": .integer(texts), "texts_per_s": .number(perSecond),
          "cpu_us": .number(microseconds), "correlation": correlation.map { .number($0) } ?? .null,
        ])
    }
  }

  private let chain = SentimentChain()

  /// Reads all texts again and again for so long.
  func run(_ texts: RatedTexts, from name: String, seconds: Double) throws -> Report {
    // Once before it is timed: the lexicon is parsed then, and agreement is known.
    let compounds = texts.texts.map { chain.score($0).compound }
    var summary = SentimentSummary()
    var read = 0
    let began = cpuSeconds()
    repeat {
      for text in texts.texts { _ = chain.analyze(text, into: &summary) }
      read += texts.texts.count
    } while cpuSeconds() - began < seconds
    let cpu = cpuSeconds() - began
    guard summary.count == UInt64(read) else { throw WrongReply() }
    return Report(
      name: name, texts: texts.texts.count, read: read, cpu: cpu,
      correlation: texts.ratings.flatMap { Self.correlation(compounds, $0) })
  }

  /// Pearson's, to four digits; nil where one side is the same throughout.
  private static func correlation(_ one: [Double], _ other: [Double]) -> Double? {
    let count = Double(one.count)
    let (oneMean, otherMean) = (one.reduce(0, +) / count, other.reduce(0, +) / count)
    var (product, oneSquare, otherSquare) = (0.0, 0.0, 0.0)
    for (one, other) in zip(one, other) {
      product += (one - oneMean) * (other - otherMean)
      oneSquare += (one - oneMean) * (one - oneMean)
      otherSquare += (other - otherMean) * (other - otherMean)
    }
    let r = product / (oneSquare * otherSquare).squareRoot()
    return r.isFinite ? (r * 1e4).rounded() / 1e4 : nil
  }
}
