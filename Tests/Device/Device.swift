import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastSync
import HoldfastTesting
import HoldfastWire

/// What a device has to give up about, with what there is to know.
struct DeviceError: Error, CustomStringConvertible {
  let description: String
}

/// A replica and whoever works with it.
final class Device: Sendable {
  private let options: DeviceOptions
  private let replica: Replica
  private let hub: Hub

  /// For how long what has to come about by itself may come no nearer.
  private static let patience = Duration.seconds(60)

  static func open(_ options: DeviceOptions) async throws -> Device {
    guard let address = SocketAddress(options.hub) else { throw DeviceError(description: "no address: \(options.hub)") }
    let replica = try await Replica.open(
      file: options.replica, space: DeviceOptions.space, entities: [Tally.self, Sheet.self, Slip.self])
    if try await replica.overview().filters != options.filters { try await replica.setFilters(options.filters) }
    let token = try String(contentsOfFile: options.token, encoding: .utf8)
    var settings = ClientSettings()
    settings.token = { token.trimmingCharacters(in: .whitespacesAndNewlines) }
    settings.connectTimeout = .seconds(3)
    settings.timing = SessionTiming(hello: .seconds(3), idle: .seconds(2), answer: .seconds(2))
    let trust = TLSClientConfiguration(trust: .certificateAuthority(.file(options.authority)))
    let hub = Hub(RPCClient(to: address, tls: try TLSClientContext(trust), settings))
    return Device(options, replica, hub)
  }

  private init(_ options: DeviceOptions, _ replica: Replica, _ hub: Hub) {
    (self.options, self.replica, self.hub) = (options, replica, hub)
  }

  /// Works until it is told otherwise.
  func run() async throws {
    try await replica.resolveConflicts(of: Sheet.self) { DeviceWork.decision($0) }
    await replica.connect(by: HubTransport(hub.sync, timeout: .seconds(5)), timing: .impatient)
    let isSettling = Lock(false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let seen = Lock<[Tally]>([])
      group.addTask { [replica] in
        for try await tallies in replica.tallies.observe() { seen.withLock { $0 = tallies } }
      }
      let work = Task { try await self.work(until: { isSettling.withLock { $0 } }) }
      for await line in Self.input() {
        switch DeviceCommand(rawValue: line) {
        case .settle:
          isSettling.withLock { $0 = true }
          try await settle(try await work.value)
          say(.settled)
        case .report:
          say(try await compare())
          try await watch { seen.withLock { $0 } }
          group.cancelAll()
          await replica.close()
          return
        case nil: throw DeviceError(description: "nothing is known of the command \(line)")
        }
      }
      throw DeviceError(description: "whoever started it is gone")
    }
  }

  // MARK: Steps

  /// Changes this and that, and compares with the hub now and then. Returns the handles of what was accepted last.
  private func work(until isOver: () -> Bool) async throws -> [OperationHandle] {
    var generator = SeededGenerator(seed: options.seed)
    var work = DeviceWork(replica, name: options.name, seed: generator.next())
    var handles: [OperationHandle] = []
    while !isOver() {
      if Int.random(in: 0..<50, using: &generator) == 0 { _ = try await isEqual() }
      if let change = try await work.change() {
        for handle in change.handles { if let id = handle.id { say(change.line(id)) } }
        handles = (handles + change.handles).suffix(200)
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0..<80, using: &generator)))
    }
    return handles
  }

  private func settle(_ handles: [OperationHandle]) async throws {
    try await wait(for: "the outcome of every operation") { [replica] in
      for conflict in try await replica.conflicts(of: Sheet.self) {
        await self.attempt { try await replica.resolve(conflict, conflict.id.rawValue % 8 == 7 ? .mine : .server) }
      }
      for conflict in try await replica.conflicts(of: Slip.self) {
        await self.attempt { try await replica.resolve(conflict, .server) }
      }
      for operation in try await replica.parked() {
        if case .rejected = operation.outcome { throw DeviceError(description: "refused: \(operation.exported)") }
        if operation.type == Tally.entityDescription.type {
          throw DeviceError(description: "a conflict where there is none: \(operation.exported)")
        }
      }
      return try await replica.overview().pending
    }
    // Nothing waits, so each of these returns.
    for handle in handles { try await handle.outcome() }
  }

  /// Somebody else, another process or the hub, may be faster.
  private func attempt(_ body: () async throws -> Void) async {
    do { try await body() } catch { complain("\(error)") }
  }

  private func compare() async throws -> DeviceLine {
    let line = Lock(DeviceLine.equal)
    try await wait(for: "the replica to be as the hub is") { [replica] in
      if replica.currentStatus.phase == .elsewhere {
        line.withLock { $0 = .elsewhere }
        return 0
      }
      return try await self.isEqual() == true ? 0 : 1
    }
    return line.withLock { $0 }
  }

  /// Whether hub and replica hold the same; nil when that cannot be told now.
  private func isEqual() async throws -> Bool? {
    do {
      guard let isEqual = try await replica.verify() else { return nil }
      if !isEqual { throw DeviceError(description: "hub and replica say they are at the same change, and differ") }
      return true
    } catch let error as ReplicaError where error.code == .notPossible {
      return nil
    }
  }

  /// Who watches has been told of all that there is.
  private func watch(_ seen: @Sendable () -> [Tally]) async throws {
    try await wait(for: "who watches to see what there is") { [replica] in
      let tallies = try await replica.tallies.query()
      return seen() == tallies ? 0 : 1
    }
  }

  // MARK: Waiting

  /// Waits until nothing is left of something.
  private func wait(for what: String, until left: () async throws -> Int) async throws {
    var (least, deadline) = (Int.max, MonotonicTime.now())
    while true {
      let count = try await left()
      if count == 0 { return }
      if count < least { (least, deadline) = (count, MonotonicTime.now() + Self.patience) }
      guard MonotonicTime.now() < deadline else {
        throw DeviceError(description: "waited in vain for \(what): \(try await situation())")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func situation() async throws -> String {
    let (status, overview) = (replica.currentStatus, try await replica.overview())
    var lines = ["\(status)", "\(overview)"]
    for operation in try await replica.operations(after: nil, limit: 5) {
      let why = try await replica.explain(operation.id)?.description ?? "\(operation.id) has gone meanwhile"
      lines.append("\(why) (\(operation.kind) \(operation.type), tried \(operation.attempts) times)")
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Lines

  private func say(_ line: DeviceLine) { FileHandle.standardOutput.write(Data((line.text + "\n").utf8)) }

  private func complain(_ text: String) { FileHandle.standardError.write(Data("\(options.name): \(text)\n".utf8)) }

  /// What it is told, line by line; a thread of its own waits for it.
  private static func input() -> AsyncStream<String> {
    AsyncStream { lines in
      Thread.detachNewThread {
        while let line = readLine() { lines.yield(line) }
        lines.finish()
      }
    }
  }
}

extension SyncTiming {
  /// Somebody waits for the end, and few devices need not spare the hub.
  fileprivate static let impatient = SyncTiming(
    backoff: Backoff(first: .milliseconds(20), longest: .milliseconds(500)), reconnectSpread: .milliseconds(20),
    look: .seconds(2), poll: .seconds(5), pollWithoutHints: .seconds(1))
}
