import HoldfastContract
import HoldfastWire

@testable import HoldfastSync

/// A replica in a few lines, run by the sync machine; what it keeps survives a crash.
final class ModelDevice {
  /// What the network does to a call.
  enum Fate { case fine, lost, replyLost, twice }

  struct Stored {
    var position: UInt64
    var operation: EntityOperation
    var lanes: [Lane]
    var wasSent = false
    var isParked = false
  }

  let replica: UInt64
  private let shape: EntityShape
  /// The hub's state as far as it is known here, with its version; without fields what is deleted.
  private(set) var server: [[UInt8]: (fields: EntityFields?, version: UInt64)] = [:]
  private(set) var queue: [Stored] = []
  private var numbers: UInt64 = 0
  private var positions: UInt64 = 0
  private var epoch: UInt64 = 1
  private(set) var cursor: UInt64 = 0
  /// Keys that a pass from the start has not mentioned yet; nil when there is none under way.
  private var unmentioned: Set<[UInt8]>?
  private var clock = HybridClock()
  private var machine: SyncMachine
  private var wake: MonotonicTime
  /// Actions that are still to be done.
  private var waiting: [SyncAction] = []

  init(_ replica: UInt64, shape: EntityShape) {
    self.replica = replica
    self.shape = shape
    machine = SyncMachine(units: [], sent: [], pulledTo: 0, seed: replica, now: time(0))
    wake = time(0)
  }

  var isIdle: Bool { machine.status == .synced && waiting.isEmpty }

  func local(_ key: [UInt8]) throws -> EntityFields? {
    try Rebase.local(
      server: server[key]?.fields, pending: queue.map(\.operation).filter { $0.key == key }, shape: shape)
  }

  // MARK: The user

  /// The note becomes this one, or goes.
  func edit(_ key: [UInt8], to new: EntityFields?, at now: MonotonicTime, wallTime: Int64) throws {
    let old = try local(key)
    if old == nil && new == nil { return }
    let kind: OperationKind = old == nil ? .create : new == nil ? .delete : .update
    let changes = try new.map { try Difference.changes(from: old ?? EntityFields(), to: $0, shape: shape) } ?? []
    if kind == .update && changes.isEmpty { return }
    var operation = Note.operation(0, kind, base: server[key]?.version ?? 0, key: key, changes)
    operation.clock = clock.tick(at: wallTime)
    let lanes = try shape.lanes(of: operation, on: old)
    if let last = queue.indices.last(where: { !Set(queue[$0].lanes).isDisjoint(with: lanes) }), !queue[last].wasSent,
      !queue[last].isParked, Set(queue[last].lanes) == Set(lanes)
    {
      switch try Coalescing(queue[last].operation, operation, shape: shape) {
      case .merged(let both):
        queue[last].operation = both
        return perform(machine.update(unit(queue[last]), at: now))
      case .nothing:
        let position = queue.remove(at: last).position
        return perform(machine.remove(position: position, at: now))
      case .separate: break
      }
    }
    numbers += 1
    positions += 1
    operation.number = numbers
    queue.append(Stored(position: positions, operation: operation, lanes: lanes))
    perform(machine.enqueue(unit(queue[queue.count - 1]), at: now))
  }

  /// Decides about what is parked: once more, on what the hub has now, or not at all.
  func decide(at now: MonotonicTime, keeping: Bool) {
    for index in queue.indices.reversed() where queue[index].isParked {
      var stored = queue[index]
      // A part of what is no longer there cannot be kept.
      if keeping, stored.operation.kind != .update || server[stored.operation.key]?.fields != nil {
        numbers += 1
        stored.operation.number = numbers
        stored.operation.base = server[stored.operation.key]?.version ?? 0
        (stored.isParked, stored.wasSent) = (false, false)
        queue[index] = stored
        perform(machine.update(unit(stored), at: now))
      } else {
        queue.remove(at: index)
        perform(machine.remove(position: stored.position, at: now))
      }
    }
  }

  func network(isUp: Bool, at now: MonotonicTime) {
    perform(machine.network(isUp: isUp, at: now))
  }

  /// A hint.
  func hear(of hub: ModelHub, at now: MonotonicTime) {
    perform(machine.hinted(hub.desk.sequence, isUrgent: false, at: now))
  }

  /// Only what is stored is left.
  func crash(at now: MonotonicTime) {
    let sent = Set(queue.filter(\.wasSent).map(\.operation.number))
    machine = SyncMachine(
      units: queue.map(unit), sent: sent, pulledTo: cursor, seed: replica ^ now.nanoseconds, now: now)
    waiting = []
    wake = now
  }

  // MARK: The engine

  private func unit(_ stored: Stored) -> PushUnit {
    PushUnit(
      position: stored.position, operations: [.init(number: stored.operation.number, bytes: 100)], lanes: stored.lanes,
      isParked: stored.isParked)
  }

  private func perform(_ step: SyncStep) {
    waiting += step.actions
    wake = step.wake
  }

  func tick(at now: MonotonicTime) {
    if now >= wake { perform(machine.tick(at: now)) }
  }

  /// Does one of the actions that wait, not always the oldest.
  func act(
    on hub: inout ModelHub, at now: MonotonicTime, fate: Fate, random: inout SeededGenerator
  ) throws {
    guard let index = waiting.indices.randomElement(using: &random) else { return }
    let action = waiting.remove(at: index)
    let fault = SyncFault.unreachable(retryAfter: nil)
    switch action {
    case .join:
      if fate == .lost || fate == .replyLost { return perform(machine.failed(.join, fault, at: now)) }
      perform(machine.joined(hub: hub.desk.sequence, isNewHistory: isNewHistory(hub), at: now))
    case .pull:
      if fate == .lost || fate == .replyLost { return perform(machine.failed(.pull, fault, at: now)) }
      pull(from: hub, at: now)
    case .push(let push):
      let operations = push.operations.compactMap { number in queue.first { $0.operation.number == number } }
      for index in queue.indices where push.operations.contains(queue[index].operation.number) {
        queue[index].wasSent = true
      }
      if fate == .lost { return perform(machine.failed(.push(push.id), fault, at: now)) }
      var outcomes = try hub.push(operations.map(\.operation), from: replica)
      if fate == .twice { outcomes = try hub.push(operations.map(\.operation), from: replica) }
      if fate == .replyLost { return perform(machine.failed(.push(push.id), fault, at: now)) }
      try settle(outcomes)
      let results = outcomes.map { ($0.number, PushResult($0)) }
      perform(
        machine.pushed(push.id, Dictionary(uniqueKeysWithValues: results), hub: hub.desk.sequence, at: now))
    case .look:
      let sent = Set(queue.filter(\.wasSent).map(\.operation.number))
      perform(machine.reload(queue.map(unit), sent: sent, at: now))
    case .openHints, .closeHints: break
    case .ask, .park: throw SyncError(.malformed, "the model knows nothing of \(action)")
    }
  }

  private func isNewHistory(_ hub: ModelHub) -> Bool {
    if hub.epoch == epoch { return false }
    let shared = hub.shared(with: epoch)
    for index in queue.indices { queue[index].operation.base = min(queue[index].operation.base, shared) }
    epoch = hub.epoch
    cursor = 0
    unmentioned = Set(server.keys)
    return true
  }

  private func pull(from hub: ModelHub, at now: MonotonicTime) {
    // A page of another history than the cursor's: join first.
    guard hub.epoch == epoch else {
      return perform(machine.failed(.pull, .unreachable(retryAfter: nil), at: now))
    }
    let (rows, more) = hub.pull(after: cursor, limit: 3)
    for (key, row) in rows {
      server[key] = (row.isDeleted ? nil : row.fields, row.version)
      unmentioned?.remove(key)
      clock.hear(row.marks.clock, at: row.marks.clock.time)
    }
    cursor = more ? rows.last?.row.version ?? cursor : hub.desk.sequence
    if !more, let gone = unmentioned {
      for key in gone { server[key] = nil }
      unmentioned = nil
    }
    perform(machine.pulled(to: cursor, hub: hub.desk.sequence, more: more, at: now))
  }

  /// What an outcome says of an entity counts if it is newer than what is known.
  private func settle(_ outcomes: [Outcome]) throws {
    for outcome in outcomes {
      guard let index = queue.firstIndex(where: { $0.operation.number == outcome.number }) else { continue }
      let operation = queue[index].operation
      switch outcome.kind {
      case .applied, .superseded, .gone:
        let known = server[operation.key]
        queue.remove(at: index)
        guard outcome.version >= known?.version ?? 0 else { continue }
        if let state = outcome.state {
          server[operation.key] = (outcome.isDeleted ? nil : try EntityFields(state), outcome.version)
        } else if outcome.kind == .applied {
          let fields = try Rebase.local(server: known?.fields, pending: [operation], shape: shape)
          server[operation.key] = (fields, outcome.version)
        }
      case .conflict, .rejected: queue[index].isParked = true
      default: break
      }
    }
  }
}
