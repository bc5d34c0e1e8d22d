/// Faults that belong together. There are ready ones; a program's own is a list of rules.
public struct FaultScenario: Hashable, Sendable {
  /// Delays add up; of all others, the first that befalls a call counts.
  public var rules: [FaultRule]

  /// A scenario of one's own.
  public init(_ rules: [FaultRule]) { self.rules = rules }

  /// Both of them.
  public static func + (left: FaultScenario, right: FaultScenario) -> FaultScenario {
    FaultScenario(left.rules + right.rules)
  }

  /// The network comes and goes.
  public static func flapping(
    up: Duration = .seconds(4), down: Duration = .seconds(2), devices: Set<String>? = nil
  ) -> FaultScenario {
    FaultScenario([FaultRule(.cut, devices: devices, times: .turns(good: up, bad: down))])
  }

  /// Nothing arrives, and nobody is told. A duration of nil lasts until it is healed.
  public static func partition(for duration: Duration? = nil, devices: Set<String>? = nil) -> FaultScenario {
    FaultScenario([
      FaultRule(.loseRequest, devices: devices, times: duration.map { .between(.zero, $0) } ?? .always)
    ])
  }

  /// All takes long, some of it very long.
  public static func slow(
    _ delay: ClosedRange<Duration> = .milliseconds(200)...Duration.seconds(3), devices: Set<String>? = nil
  ) -> FaultScenario {
    FaultScenario([FaultRule(.delay(delay), devices: devices)])
  }

  /// What was asked for is done, and its caller does not hear of it.
  public static func lostReplies(share: Double = 0.3, devices: Set<String>? = nil) -> FaultScenario {
    FaultScenario([FaultRule(.loseReply, devices: devices, share: share)])
  }

  /// What is sent arrives twice.
  public static func duplicates(
    share: Double = 0.5, after: ClosedRange<Duration> = .zero...Duration.seconds(5), devices: Set<String>? = nil
  ) -> FaultScenario {
    FaultScenario([FaultRule(.duplicate(after: after), devices: devices, share: share)])
  }

  /// What is sent is overtaken by what is sent later, other things by less than that.
  public static func reordering(
    share: Double = 0.3, within time: Duration = .seconds(5), devices: Set<String>? = nil
  ) -> FaultScenario {
    FaultScenario([
      FaultRule(.delay(.zero...(time / 4)), devices: devices, share: share),
      FaultRule(.overtake(after: .zero...time), devices: devices, share: share),
    ])
  }

  /// The hub is killed when it has done the push after so many others of a device, before it can answer, and comes back.
  public static func kill(
    afterPushes count: Int = 0, down: Duration = .seconds(5), devices: Set<String>? = nil
  ) -> FaultScenario {
    FaultScenario([
      FaultRule(.kill(down: down), calls: [.push], devices: devices, skipping: count, limit: 1)
    ])
  }

  /// A bit of everything.
  public static let badDay =
    flapping(up: .seconds(20), down: .seconds(5))
    + FaultScenario([FaultRule(.delay(.zero...Duration.seconds(1)), share: 0.5)]) + lostReplies(share: 0.1)
    + FaultScenario([FaultRule(.loseRequest, share: 0.1)]) + duplicates(share: 0.2) + reordering(share: 0.2)
}
