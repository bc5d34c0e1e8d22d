/// How much is kept of each column, and with it how near estimates are. Profiles merge only with the same detail.
public struct ProfileDetail: Sendable, Equatable, Codable {
  /// HyperLogLog has 2 to the power of this registers; counts up to an eighth of that are exact.
  let distinctPrecision: Int
  /// Numbers on the highest level of the sketch of quantiles.
  let quantileRoom: Int
  /// Values that are counted at once, to find the most frequent.
  let frequentRoom: Int
  let sampleRoom: Int

  /// For up to so many columns: what a file costs in memory is bounded, however wide it is.
  static let full = ProfileDetail(distinctPrecision: 14, quantileRoom: 512, frequentRoom: 512, sampleRoom: 20)
  static let fullColumns = 256
  static let reduced = ProfileDetail(distinctPrecision: 12, quantileRoom: 256, frequentRoom: 128, sampleRoom: 10)
  static let reducedColumns = 2048
  static let least = ProfileDetail(distinctPrecision: 10, quantileRoom: 128, frequentRoom: 32, sampleRoom: 5)

  /// What a file of so many columns gets.
  public static func fitting(columns: Int) -> ProfileDetail {
    columns <= fullColumns ? full : columns <= reducedColumns ? reduced : least
  }
}
