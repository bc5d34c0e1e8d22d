/// What a person or a program is told of a column. Every estimate says how near it is.
public struct ColumnReport: Sendable, Equatable, Codable {
  public var name: String
  public var type: TypeReport
  public var rows: Int
  public var nulls: Int
  /// How often each word for null occurred, in lower case; "" for nothing at all and " " for blanks alone.
  public var nullWords: [CountedText]
  /// `""`, which is no null.
  public var emptyTexts: Int
  public var distinct: DistinctReport
  /// Of numbers, and of dates and times as seconds: since 1970 in UTC, or since midnight.
  public var numbers: NumberReport?
  public var characters: LengthReport?
  public var bytes: LengthReport?
  /// Shannon's entropy of the distribution of values, in bits: 0 where all are the same, log2(n) where n values all
  /// differ. Exact as long as all values could be counted; else the frequent values have the shares that were counted,
  /// and the others the same share each.
  public var entropyBits: Double
  public var isEntropyExact: Bool
  /// The most frequent values first; a count is too low by at most `frequentError`, and never too high.
  public var frequent: [CountedText]
  public var frequentError: Int
  /// Values of rows that were chosen by chance, the same for the same file.
  public var samples: [String]
  public var textScore: TextScore
}

public struct CountedText: Sendable, Equatable, Codable {
  public var text: String
  public var count: Int
}

public struct DistinctReport: Sendable, Equatable, Codable {
  public var count: Int
  public var isExact: Bool
  /// One standard deviation of the estimate, as a share of it.
  public var standardError: Double
}

public struct Quantile<Value: Sendable & Equatable & Codable>: Sendable, Equatable, Codable {
  public var share: Double
  public var value: Value
}

public struct NumberReport: Sendable, Equatable, Codable {
  public var count: Int
  public var least: Double
  public var greatest: Double
  public var mean: Double
  /// Of the sample; nil of a single number, or where it is too great.
  public var deviation: Double?
  public var quantiles: [Quantile<Double>]
  /// The share of the numbers by which a quantile may stand beside the place that was asked for, 99 of 100 times.
  public var rankError: Double
  /// How many numbers (in the sketch's estimate) are in each of equal parts from `histogramLeast` to
  /// `histogramGreatest`, which leave out the outermost hundredths where these lie far away.
  public var histogram: [Double]
  public var histogramLeast: Double
  public var histogramGreatest: Double
}

public struct LengthReport: Sendable, Equatable, Codable {
  public var least: Int
  public var greatest: Int
  public var mean: Double
  public var quantiles: [Quantile<Int>]
  /// A quantile over 127 may be off by this share of it.
  public var relativeError: Double
  /// How many values have a length in each of equal parts between the least and the greatest.
  public var histogram: [Double]
}
