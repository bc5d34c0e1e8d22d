import HoldfastWire

@testable import HoldfastSync

/// A sync machine on a clock of its own; what it wants done is told in words.
final class MachineDesk {
  private var machine: SyncMachine
  private(set) var now: MonotonicTime
  private(set) var wake: MonotonicTime
  /// How long was waited for each join that time brought.
  private(set) var waits: [Duration] = []

  static let timing = SyncTiming(
    backoff: Backoff(first: .seconds(1), longest: .seconds(64)), reconnectSpread: .milliseconds(250),
    look: .seconds(30), poll: .seconds(900), pollWithoutHints: .seconds(60))

  /// With a queue, and a cursor.
  init(_ units: [PushUnit] = [], sent: Set<UInt64> = [], pulledTo: UInt64 = 0, seed: UInt64 = 1) {
    now = time(1_000)
    wake = now
    machine = SyncMachine(
      units: units, sent: sent, pulledTo: pulledTo, timing: Self.timing, seed: seed, now: now)
  }

  var status: SyncStatus { machine.status }
  var plan: PushPlan { machine.plan }

  /// Brings it into touch with a hub whose newest sequence this is. The stream of hints is opened as well.
  @discardableResult
  func open(hub sequence: UInt64 = 0, isNewHistory: Bool = false) -> [String] {
    _ = network(true)
    _ = sleep()
    return joined(sequence, isNewHistory: isNewHistory).filter { $0 != "open hints" }
  }

  func network(_ isUp: Bool) -> [String] { tell(machine.network(isUp: isUp, at: now)) }
  func granted(_ need: SyncNeed) -> [String] { tell(machine.granted(need, at: now)) }
  func enqueue(_ unit: PushUnit) -> [String] { tell(machine.enqueue(unit, at: now)) }
  func update(_ unit: PushUnit) -> [String] { tell(machine.update(unit, at: now)) }
  func remove(_ position: UInt64) -> [String] { tell(machine.remove(position: position, at: now)) }

  func reload(_ units: [PushUnit], sent: Set<UInt64> = []) -> [String] {
    tell(machine.reload(units, sent: sent, at: now))
  }

  func joined(_ sequence: UInt64, isNewHistory: Bool = false) -> [String] {
    tell(machine.joined(hub: sequence, isNewHistory: isNewHistory, at: now))
  }

  func pulled(_ sequence: UInt64, hub: UInt64, more: Bool = false) -> [String] {
    tell(machine.pulled(to: sequence, hub: hub, more: more, at: now))
  }

  /// All of a push's operations have this result.
  func pushed(_ id: UInt64, _ result: PushResult = .done, hub: UInt64 = 0) -> [String] {
    let id = PushPlan.PushID(rawValue: id)
    let operations = plan.units(in: id).flatMap { $0.operations.map(\.number) }
    let results = Dictionary(uniqueKeysWithValues: operations.map { ($0, result) })
    return tell(machine.pushed(id, results, hub: hub, at: now))
  }

  func pushed(_ id: UInt64, _ results: [UInt64: PushResult], hub: UInt64 = 0) -> [String] {
    tell(machine.pushed(PushPlan.PushID(rawValue: id), results, hub: hub, at: now))
  }

  func hinted(_ sequence: UInt64, isUrgent: Bool = false) -> [String] {
    tell(machine.hinted(sequence, isUrgent: isUrgent, at: now))
  }

  func failed(_ call: SyncCall, _ fault: SyncFault = .unreachable(retryAfter: nil)) -> [String] {
    tell(machine.failed(call, fault, at: now))
  }

  func failedPush(_ id: UInt64, _ fault: SyncFault = .unreachable(retryAfter: nil)) -> [String] {
    failed(.push(PushPlan.PushID(rawValue: id)), fault)
  }

  /// Sleeps until the machine wants to be woken, and on until something is to be done.
  func sleep() -> [String] {
    let start = now
    for _ in 0..<1_000 {
      now = max(now, wake)
      let actions = tell(machine.tick(at: now))
      if actions.contains("join") { waits.append(now - start) }
      if !actions.isEmpty { return actions }
    }
    return ["nothing for ever"]
  }

  /// Lets time pass; all that is wanted meanwhile.
  func pass(_ duration: Duration) -> [String] {
    let end = now + duration
    var actions: [String] = []
    while wake <= end {
      now = max(now, wake)
      actions += tell(machine.tick(at: now))
    }
    now = end
    return actions
  }

  private func tell(_ step: SyncStep) -> [String] {
    wake = step.wake
    return step.actions.map { action in
      switch action {
      case .join: "join"
      case .pull: "pull"
      case .push(let push): "\(push.id): \(push.operations.map(String.init).joined(separator: " "))"
      case .openHints: "open hints"
      case .closeHints: "close hints"
      case .look: "look"
      case .ask(let need): "ask for \(need)"
      case .park(let operations, let status): "park \(operations.map(String.init).joined(separator: " ")): \(status)"
      }
    }
  }
}
