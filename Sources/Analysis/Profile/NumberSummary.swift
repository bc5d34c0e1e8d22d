/// What is known of the numbers of a column that are written in one notation.
struct NumberSummary: Sendable, Equatable, Codable {
  private(set) var moments = Moments()
  private(set) var quantiles: QuantileSketch

  init(room: Int) { quantiles = QuantileSketch(room: room) }

  mutating func add(_ numbers: UnsafeBufferPointer<Double>) {
    moments.add(numbers)
    quantiles.add(numbers)
  }

  mutating func merge(_ other: NumberSummary) {
    moments.merge(other.moments)
    quantiles.merge(other.quantiles)
  }

  /// Of each number times a positive factor.
  func scaled(by factor: Double) -> NumberSummary {
    var scaled = self
    scaled.moments = moments.scaled(by: factor)
    scaled.quantiles = quantiles.scaled(by: factor)
    return scaled
  }
}
