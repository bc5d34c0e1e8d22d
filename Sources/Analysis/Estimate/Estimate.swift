/// What a run will take and cost, before it begins and while it goes on.
///
/// A `SamplePlan` says which rows to try; the times of those are a `Sample`; a `CostEstimator` makes an `Estimate` of
/// it, set right by how earlier runs came out (`RunHistory`); `LiveEstimate` goes on from there with what the run
/// shows. Nothing here reads a clock: times are given.
public struct Estimate: Sendable, Equatable, Codable {
  public var workload: Workload
  /// From the first text to the last.
  public var seconds: Bounds<Double>
  public var tokens: Bounds<Int>
  /// The rule by which tokens were counted.
  public var tokenRule: String
  public var cost: Bounds<Amount>
  /// The share of runs that end between the bounds, 0…1.
  public var coverage: Double
  /// Texts that were tried, and past runs that counted.
  public var sampledTexts: Int
  public var pastRuns: Int
  /// By what the seconds were reckoned.
  public var pace: Pace
  /// How far off the seconds may be: deviation of their logarithm, and the degrees of freedom with which it is known.
  public var deviation: Double
  public var freedom: Double

  /// Seconds by the pace alone, before past runs set it right: what a `PastRun` is to be remembered with.
  public var expectedSeconds: Double {
    pace.seconds(texts: workload.texts, bytes: workload.bytes) + pace.secondsToWarmUp
  }
}

/// A value and what it lies between.
public struct Bounds<Value: Sendable & Comparable & Codable>: Sendable, Equatable, Codable {
  public var value: Value
  public var lower: Value
  public var upper: Value

  public init(_ value: Value, lower: Value, upper: Value) {
    self.value = value
    self.lower = min(lower, value)
    self.upper = max(upper, value)
  }

  public func contains(_ value: Value) -> Bool { lower <= value && value <= upper }
}

/// What one text takes: something for being a text, and something for each of its bytes.
public struct Pace: Sendable, Equatable, Codable {
  public var secondsPerText: Double
  public var secondsPerByte: Double
  /// Once for each run.
  public var secondsToWarmUp: Double

  public init(secondsPerText: Double, secondsPerByte: Double = 0, secondsToWarmUp: Double = 0) {
    self.secondsPerText = secondsPerText
    self.secondsPerByte = secondsPerByte
    self.secondsToWarmUp = secondsToWarmUp
  }

  /// Seconds for so much, without warming up.
  func seconds(texts: Int, bytes: Int?) -> Double {
    secondsPerText * Double(texts) + secondsPerByte * Double(bytes ?? 0)
  }
}
