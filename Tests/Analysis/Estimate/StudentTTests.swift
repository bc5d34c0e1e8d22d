import Testing

@testable import HoldfastAnalysis

struct `Student's t` {
  /// From the tables: 90%, 95% and 99% to both sides.
  @Test(arguments: [
    (0.9, 2.0, 2.91999), (0.9, 3, 2.35336), (0.9, 5, 2.01505), (0.9, 10, 1.81246), (0.9, 30, 1.69726),
    (0.95, 4, 2.77645),
    (0.95, 20, 2.08596), (0.99, 7, 3.49948), (0.99, 120, 2.61742), (0.9, .infinity, 1.64485),
    (0.95, .infinity, 1.95996),
  ])
  func `has the quantiles of the tables`(coverage: Double, freedom: Double, quantile: Double) {
    #expect(abs(StudentT.twoSided(coverage: coverage, freedom: freedom) - quantile) < 1e-4 * quantile)
  }

  @Test func `falls as more is known`() {
    let quantiles = stride(from: 2, through: 60, by: 0.5).map { StudentT.twoSided(coverage: 0.9, freedom: $0) }
    #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 > $1 - 1e-6 })
  }
}
