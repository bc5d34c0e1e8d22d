extension ColumnProfile {
  /// Rows that are not null.
  var values: Int { max(0, rows - nulls) }

  func count(of notation: ValueNotation) -> Int { notations[Int(notation.rawValue)] }

  private func summary(_ notation: ValueNotation) -> NumberSummary? { summaries[Int(notation.rawValue)] }

  /// More numbers have a decimal comma than a point with groups, as far as they tell.
  var isDecimalComma: Bool { count(of: .comma) > 0 && count(of: .comma) * 2 > count(of: .point) }

  /// Dates of which both numbers could be the month count for the order that others have.
  var isMonthFirst: Bool { count(of: .monthFirst) > count(of: .dayFirst) }

  /// The numbers of all notations together: those in doubt as the others are read.
  var numbers: NumberSummary? {
    let inDoubt = summary(.groupOrComma).map { isDecimalComma ? $0.scaled(by: 0.001) : $0 }
    return Self.together([summary(.point), summary(.comma), inDoubt])
  }

  /// Seconds since 1970 of all dates and timestamps.
  private var instants: NumberSummary? {
    Self.together([summary(.plainDate), summary(isMonthFirst ? .monthFirst : .dayFirst)])
  }

  private static func together(_ summaries: [NumberSummary?]) -> NumberSummary? {
    let known = summaries.compactMap { $0 }
    guard var all = known.first else { return nil }
    for other in known.dropFirst() { all.merge(other) }
    return all
  }

  /// All that is known, in numbers and words.
  public var report: ColumnReport {
    let type = TypeReport(self)
    // A value with fewer than the error may be there by chance, where one with as many is left out.
    let top = frequent.entries.prefix(Limits.reportedValues).filter { $0.count > frequent.error }
    return ColumnReport(
      name: name, type: type, rows: rows, nulls: nulls, nullWords: countedNulls, emptyTexts: count(of: .emptyText),
      distinct: DistinctReport(
        count: Int(min(distinct.estimate, Double(values)).rounded()), isExact: distinct.isExact,
        standardError: distinct.standardError),
      numbers: summary(for: type.type).flatMap(NumberReport.init), characters: LengthReport(characters),
      bytes: LengthReport(bytes), entropyBits: entropyBits, isEntropyExact: frequent.error == 0,
      frequent: top.compactMap { entry in
        entry.text.map { CountedText(text: String(decoding: $0, as: UTF8.self), count: entry.count) }
      },
      frequentError: frequent.error, samples: samples.samples.map { String(decoding: $0.text.elements, as: UTF8.self) },
      textScore: TextScore(self, type: type.type))
  }

  private func summary(for type: ColumnType) -> NumberSummary? {
    switch type {
    case .integer, .decimal: numbers
    case .date, .timestamp: instants
    case .time: summary(.time)
    case .empty, .boolean, .uuid, .mail, .url, .phone, .identifier, .text: nil
    }
  }

  private var countedNulls: [CountedText] {
    let words = zip(WordText.nulls + [" "], nullWords).map { CountedText(text: $0, count: $1) }
    return ([CountedText(text: "", count: count(of: .missing))] + words).filter { $0.count > 0 }
      .sorted { ($1.count, $0.text) < ($0.count, $1.text) }
  }

  private var entropyBits: Double {
    guard values > 0 else { return 0 }
    let total = Double(values)
    var (bits, counted) = (0.0, 0.0)
    for entry in frequent.entries {
      let share = Double(entry.count) / total
      bits -= share * BinaryLogarithm.of(share)
      counted += share
    }
    let others = max(1, distinct.estimate - Double(frequent.entryCount))
    let rest = 1 - counted
    if frequent.error > 0, rest > 0 { bits -= rest * BinaryLogarithm.of(rest / max(others, 1)) }
    // Estimates of both kinds together must not say more than there can be.
    return max(0, min(bits, BinaryLogarithm.of(total)))
  }
}

extension NumberReport {
  private static let shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  init?(_ summary: NumberSummary) {
    let (moments, quantiles) = (summary.moments, summary.quantiles)
    guard moments.count > 0, moments.mean.isFinite else { return nil }
    let values = quantiles.quantiles(Self.shares).map { min(moments.greatest, max(moments.least, $0)) }
    let range = Self.range(moments, values)
    self.init(
      count: moments.count, least: moments.least, greatest: moments.greatest, mean: moments.mean,
      deviation: moments.deviation, quantiles: zip(Self.shares, values).map { Quantile(share: $0, value: $1) },
      rankError: quantiles.rankError, histogram: Self.histogram(quantiles, range), histogramLeast: range.lowerBound,
      histogramGreatest: range.upperBound)
  }

  /// Outermost numbers that are far away would leave one bar of all others.
  private static func range(_ moments: Moments, _ values: [Double]) -> ClosedRange<Double> {
    guard let low = values.first, let high = values.last, low < high else { return moments.least...moments.greatest }
    let isFar = moments.greatest - moments.least > 3 * (high - low)
    return isFar ? low...high : moments.least...moments.greatest
  }

  private static func histogram(_ quantiles: QuantileSketch, _ range: ClosedRange<Double>) -> [Double] {
    var bins = [Double](repeating: 0, count: Limits.histogramBins)
    // Halved, so that a range over the greatest number there is has a width too.
    let width = range.upperBound / 2 - range.lowerBound / 2
    for (number, weight) in quantiles.weighted where range.contains(number) {
      let share = width > 0 ? (number / 2 - range.lowerBound / 2) / width : 0
      bins[min(bins.count - 1, max(0, Int(share * Double(bins.count))))] += weight
    }
    return bins
  }
}

extension LengthReport {
  private static let shares = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  init?(_ lengths: LengthHistogram) {
    guard lengths.count > 0 else { return nil }
    self.init(
      least: lengths.least, greatest: lengths.greatest, mean: lengths.mean,
      quantiles: zip(Self.shares, lengths.quantiles(Self.shares)).map { Quantile(share: $0, value: $1) },
      relativeError: LengthHistogram.relativeError, histogram: lengths.bins(Limits.histogramBins))
  }
}
