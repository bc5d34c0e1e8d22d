import HoldfastWire

/// What befalls which call: a function of the seed, the rules, the calls so far and the time.
///
/// Each call draws from numbers of its own, which the seed, the rule, the device, and the call's kind and number give: so
/// it does not matter in which order the calls of different devices come.
struct FaultPlan {
  /// What befalls a call.
  struct Judgement {
    /// How many calls of its kind the device has made, with this.
    var number: UInt64
    /// How much longer the request takes, and the reply.
    var requestDelay = Duration.zero
    var replyDelay = Duration.zero
    /// Other than a delay. Its range is what was drawn.
    var fault: Fault?

    /// As they are recorded.
    var faults: [Fault] {
      let delay = requestDelay + replyDelay
      return (delay > .zero ? [.delay(delay...delay)] : []) + (fault.map { [$0] } ?? [])
    }
  }

  fileprivate struct Setting {
    let number: UInt64
    let rule: FaultRule
    let since: MonotonicTime
    /// By device: the calls that it was for, and those that it befell.
    var met: [String: Int] = [:]
    var befallen: [String: Int] = [:]
  }

  private struct Kind: Hashable {
    let device: String
    let call: NetworkCall
  }

  private let seed: UInt64
  private var settings: [Setting] = []
  private var lastSetting: UInt64 = 0
  private var calls: [Kind: UInt64] = [:]
  /// The hub is not there until then.
  private var downUntil = MonotonicTime(nanoseconds: 0)

  init(seed: UInt64) { self.seed = seed }

  mutating func add(_ scenario: FaultScenario, at now: MonotonicTime) {
    for rule in scenario.rules {
      lastSetting += 1
      settings.append(Setting(number: lastSetting, rule: rule, since: now))
    }
  }

  /// From now on nothing goes wrong.
  mutating func clear() {
    settings = []
    downUntil = MonotonicTime(nanoseconds: 0)
  }

  mutating func kill(until time: MonotonicTime) { downUntil = max(downUntil, time) }

  /// What befalls the next call of a kind.
  mutating func judge(_ call: NetworkCall, of device: String, at now: MonotonicTime) -> Judgement {
    let kind = Kind(device: device, call: call)
    calls[kind, default: 0] += 1
    var judgement = Judgement(number: calls[kind] ?? 0)
    if isCut(call, of: device, at: now) { judgement.fault = .cut }
    for index in settings.indices where settings[index].rule.isFor(call, of: device) {
      var random = SeededGenerator(seed: seed ^ hash("\(settings[index].number) \(device) \(call) \(judgement.number)"))
      guard settings[index].befalls(device, at: now, &random) else { continue }
      switch settings[index].rule.fault {
      case .delay(let range):
        judgement.requestDelay += draw(range, &random)
        judgement.replyDelay += draw(range, &random)
      case let fault where judgement.fault == nil: judgement.fault = drawn(fault, &random)
      case .cut, .loseRequest, .loseReply, .duplicate, .overtake, .refuse, .kill: break
      }
    }
    return judgement
  }

  /// Whether connections are broken for all calls of a kind.
  func isCut(_ call: NetworkCall, of device: String, at now: MonotonicTime) -> Bool {
    nextCut(call, of: device, from: now).map { $0 <= now } ?? false
  }

  /// When connections break that are there, or are about to be; nil: never, as far as is known.
  func nextCut(_ call: NetworkCall, of device: String, from now: MonotonicTime) -> MonotonicTime? {
    if now < downUntil { return now }
    return settings.lazy.filter { setting in
      // Where it takes only some calls, or is used up, connections do not break as such.
      let rule = setting.rule
      return rule.fault == .cut && rule.share >= 1 && rule.skipping == 0 && rule.limit == nil
        && rule.isFor(call, of: device)
    }.compactMap { setting in setting.rule.times.next(from: now - setting.since).map { setting.since + $0 } }.min()
  }

  private func drawn(_ fault: Fault, _ random: inout SeededGenerator) -> Fault {
    switch fault {
    case .duplicate(let range):
      let time = draw(range, &random)
      return .duplicate(after: time...time)
    case .overtake(let range):
      let time = draw(range, &random)
      return .overtake(after: time...time)
    case .cut, .loseRequest, .loseReply, .delay, .refuse, .kill: return fault
    }
  }

  private func draw(_ range: ClosedRange<Duration>, _ random: inout SeededGenerator) -> Duration {
    let (low, high) = (range.lowerBound.saturatingNanoseconds, range.upperBound.saturatingNanoseconds)
    return .nanoseconds(Int64.random(in: low...high, using: &random))
  }

  /// The same in every process: FNV-1a.
  private func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension FaultPlan.Setting {
  fileprivate mutating func befalls(
    _ device: String, at now: MonotonicTime, _ random: inout SeededGenerator
  ) -> Bool {
    guard rule.times.holds(now - since) else { return false }
    met[device, default: 0] += 1
    guard met[device] ?? 0 > rule.skipping, rule.limit.map({ befallen[device] ?? 0 < $0 }) ?? true,
      Double.random(in: 0..<1, using: &random) < rule.share
    else { return false }
    befallen[device, default: 0] += 1
    return true
  }
}
