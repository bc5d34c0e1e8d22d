import HoldfastAnalysis

/// How runs came out beside what was estimated for them.
struct EstimateQuality {
  /// What has to hold of the seconds of the wall: shares, of the runs and of the estimates.
  private enum Floors {
    static let inside = 0.9
    static let halfWidth = 0.25
    static let error = 0.15
  }

  private struct Times {
    var inside = 0
    var halfWidths: [Double] = []
    var errors: [Double] = []
    var spent = 0.0

    var halfWidth: Double { Self.median(halfWidths) }
    var error: Double { Self.median(errors) }

    private static func median(_ values: [Double]) -> Double {
      values.isEmpty ? 0 : (values.sorted()[values.count / 2] * 1e4).rounded() / 1e4
    }
  }

  let runs: Int
  private var times: [EstimateBench.Clock: Times] = [:]
  private var costsInside = 0

  init(runs: Int) { self.runs = runs }

  mutating func add(_ estimate: Estimate, seconds: Double, tokens: Int, _ clock: EstimateBench.Clock) {
    var found = times[clock, default: Times()]
    if estimate.seconds.contains(seconds) { found.inside += 1 }
    found.halfWidths.append((estimate.seconds.upper - estimate.seconds.lower) / 2 / estimate.seconds.value)
    found.errors.append(abs(estimate.seconds.value / max(seconds, 1e-9) - 1))
    found.spent += seconds
    times[clock] = found
    if clock == .wall, estimate.tokens.contains(tokens) { costsInside += 1 }
  }

  private func found(_ clock: EstimateBench.Clock) -> Times { times[clock, default: Times()] }

  var isGood: Bool {
    let wall = found(.wall)
    return runs > 0 && Double(wall.inside) >= Floors.inside * Double(runs) && wall.halfWidth <= Floors.halfWidth
      && wall.error <= Floors.error
  }

  func report(_ console: Console) {
    let (wall, processor) = (found(.wall), found(.processor))
    func text(_ times: Times) -> String {
      "\(times.inside) inside, half-width \(percent(times.halfWidth)) %, error \(percent(times.error)) % at the median"
    }
    console.result(
      """
      estimate: \(runs) runs of different shape, \(hundredths(wall.spent)) s
        time       \(text(wall))
        of CPU     \(text(processor))
        cost       \(costsInside) inside
      """,
      json: [
        "op": "estimate", "runs": .integer(runs), "seconds": .number(hundredths(wall.spent)),
        "inside": .integer(wall.inside), "half_width": .number(wall.halfWidth), "error": .number(wall.error),
        "cpu_inside": .integer(processor.inside), "cpu_half_width": .number(processor.halfWidth),
        "cpu_error": .number(processor.error), "cost_inside": .integer(costsInside),
      ])
  }

  private func percent(_ share: Double) -> Double { (share * 1e3).rounded() / 10 }
  private func hundredths(_ number: Double) -> Double { (number * 100).rounded() / 100 }
}
