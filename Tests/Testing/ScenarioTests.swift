import HoldfastContract
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A scenario, and what has to be seen of it.
struct Storm: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let scenario: FaultScenario
  /// Whether the calls have gone through what the scenario says.
  let isSeen: @Sendable ([NetworkEvent]) -> Bool

  private init(_ name: String, _ scenario: FaultScenario, _ isSeen: @escaping @Sendable ([NetworkEvent]) -> Bool) {
    (testDescription, self.scenario, self.isSeen) = (name, scenario, isSeen)
  }

  static let all = [
    Storm("flapping", .flapping(up: .seconds(4), down: .seconds(3))) { events in
      let cut = events.filter { $0.faults == [.cut] }
      return cut.count > 3 && cut.allSatisfy { $0.arrived.isEmpty && $0.failure != nil }
    },
    Storm("partition", .partition(for: .seconds(40))) { events in
      let lost = events.filter { $0.faults == [.loseRequest] }
      // Whoever asks waits for as long as there is patience, and hears nothing.
      return lost.contains { event in
        event.call != .hints && event.ended.map { $0 - event.sent == .seconds(6) } ?? false
      }
        && lost.allSatisfy { $0.arrived.isEmpty }
    },
    Storm("slow", .slow(.milliseconds(300)...Duration.seconds(2))) { events in
      let calls = events.filter { $0.call != .hints && $0.ended != nil && $0.failure == nil }
      return calls.count > 10 && calls.allSatisfy { ($0.ended ?? .zero) - $0.sent >= .milliseconds(600) }
    },
    Storm("lost replies", .lostReplies(share: 0.5)) { events in
      let lost = events.filter { $0.faults == [.loseReply] && $0.call == .push }
      return lost.count > 1 && lost.allSatisfy { $0.arrived.count == 1 && ($0.ended == nil) == ($0.failure == nil) }
    },
    Storm("duplicates", .duplicates(share: 0.7, after: .zero...Duration.seconds(8))) { events in
      events.contains { $0.call == .push && $0.arrived.count == 2 && $0.failure == nil }
    },
    Storm("reordering", .reordering(share: 0.5, within: .seconds(12))) { events in
      events.contains { early in
        events.contains { late in
          late.device == early.device && late.sent > early.sent
            && (late.arrived.first ?? .seconds(1 << 30)) < (early.arrived.first ?? .zero)
        }
      }
    },
    Storm("kill", .kill(afterPushes: 1, down: .seconds(6))) { events in
      let killers = events.filter { $0.faults.contains(.kill(down: .seconds(6))) }
      return killers.count == 2 && killers.allSatisfy { $0.arrived.count == 1 && $0.failure != nil }
    },
    Storm("a bad day", .badDay) { events in Set(events.flatMap(\.faults)).count > 10 },
  ]
}

struct `Networks on which things go wrong` {
  @Test(arguments: Storm.all)
  func `what devices do is done once, whatever happens on the way`(_ storm: Storm) async throws {
    let hub = try await FakeHub.start()
    let network = hub.network(seed: 11, timeout: .seconds(6))
    let devices = ["phone", "tablet"]
    var replicas: [Replica] = []
    for device in devices {
      replicas.append(try await hub.replica(of: device, entities: [Note.self], through: network))
    }
    let ids = (0..<3).map { _ in UUID() }
    for id in ids { try await hub.create(Note(id: id, title: "tent")) }
    try await hub.settle(replicas[0], replicas[1])
    let before = network.events.count

    network.begin(storm.scenario)
    var handles: [OperationHandle] = []
    for round in 0..<12 {
      for (device, replica) in zip(devices, replicas) {
        handles.append(
          try await replica.notes.update(ids[round % 3]) { note in
            note.likes += 1
            note.tags.insert("\(device) \(round)")
            note.log.append("\(device) \(round)")
          })
      }
      try await hub.clock.advance(by: .seconds(5))
    }
    let seen = Array(network.events.dropFirst(before))
    #expect(storm.isSeen(seen), "\(seen)")

    network.heal()
    try await hub.settle(replicas[0], replicas[1])
    var versions: [OperationID: UInt64] = [:]
    for (replica, part) in zip(replicas, [0, 1]) {
      for handle in stride(from: part, to: handles.count, by: 2).map({ handles[$0] }) {
        let outcome = try await handle.outcome()
        guard case .applied(let version) = outcome, let id = handle.id else {
          Issue.record("\(outcome)")
          continue
        }
        versions[OperationID(rawValue: id.rawValue << 1 | UInt64(part))] = version
      }
      #expect(replica.currentStatus.pending == 0)
      #expect(try await replica.verify() == true)
    }
    // Each operation has its place in the log, and no other has one.
    let log = try await hub.log()
    #expect(Set(versions.values).count == versions.count)
    #expect(log.dropFirst(3).map(\.sequence) == versions.values.sorted())
    let notes = try await hub.all(Note.self)
    #expect(notes.reduce(0) { $0 + $1.likes } == 24)
    #expect(notes.reduce(0) { $0 + $1.tags.count } == 24)
    let words = notes.flatMap(\.log)
    #expect(words.count == 24 && Set(words).count == 24)
    for device in devices {
      for note in notes {
        let own = note.log.filter { $0.hasPrefix(device) }
        #expect(own == own.sorted { Int($0.split(separator: " ")[1]) ?? 0 < Int($1.split(separator: " ")[1]) ?? 0 })
      }
    }
    for replica in replicas {
      #expect(try await replica.notes.query().sorted { $0.id < $1.id } == notes.sorted { $0.id < $1.id })
      await replica.close()
    }
    await hub.close()
  }

  @Test func `how long pushes take is measured on the device's clock`() async throws {
    let hub = try await FakeHub.start()
    let network = hub.network(seed: 1)
    let phone = try await hub.replica(of: "phone", entities: [Note.self], through: network)
    try await hub.settle(phone)
    network.begin(.slow(.seconds(2)...Duration.seconds(2)))
    let note = Note(id: UUID())
    let create = try await phone.notes.create(note)
    _ = try await hub.clock.running { try await create.outcome() }
    try await phone.notes.update(note.id) { $0.likes = 1 }
    try await hub.clock.running { for await status in phone.status where status.metrics.pushes == 2 { return } }
    // Two seconds there and two back.
    #expect(phone.currentStatus.metrics.meanPushTime == .seconds(4))
    await phone.close()
    await hub.close()
  }

  @Test func `a rule counts for its calls, its devices, its times and so often`() async throws {
    let hub = try await FakeHub.start()
    let network = hub.network(seed: 3)
    let transports = ["phone", "tablet"].map { network.transport(to: hub.client(of: $0).transport, of: $0) }
    let checksum = ChecksumRequest(space: hub.space)
    let refusal = Fault.refuse(.resourceExhausted, retryAfter: .seconds(9))
    network.begin(
      FaultScenario([
        FaultRule(
          refusal, calls: [.checksum], devices: ["phone"], skipping: 1, limit: 2,
          times: .between(.seconds(5), .seconds(50)))
      ]))
    // Before its time none counts as skipped.
    for _ in 0..<3 { _ = try await transports[0].checksum(checksum) }
    try await hub.clock.advance(by: .seconds(5))
    for _ in 0..<5 {
      _ = try? await transports[0].checksum(checksum)
      _ = try await transports[1].checksum(checksum)
    }
    let faults = network.events(of: "phone", .checksum).map(\.faults)
    #expect(faults == [[], [], [], [], [refusal], [refusal], [], []])
    #expect(network.events(of: "tablet", .checksum).allSatisfy { $0.faults.isEmpty && $0.failure == nil })
    #expect(network.events(of: "phone", .checksum)[4].sent == .seconds(5))
    await hub.close()
  }

  @Test func `what is under way breaks off when the network is cut`() async throws {
    let hub = try await FakeHub.start()
    let network = hub.network(seed: 3)
    let transport = network.transport(to: hub.client(of: "phone").transport, of: "phone")
    let space = hub.space
    network.begin(.slow(.seconds(60)...Duration.seconds(60)))
    let call = Task { try await transport.checksum(ChecksumRequest(space: space)) }
    while network.events.isEmpty { await Task.yield() }
    try await hub.clock.advance(by: .seconds(1))
    network.begin(FaultScenario([FaultRule(.cut, times: .between(.seconds(10), .seconds(20)))]))
    try await hub.clock.advance(by: .seconds(15))
    await #expect(throws: SyncTransportError.self) { try await call.value }
    let event = try #require(network.events.first)
    #expect(event.arrived.isEmpty && event.ended == .seconds(11), "\(event)")
    await hub.close()
  }
}

extension UUID {
  fileprivate static func < (left: UUID, right: UUID) -> Bool { left.uuidString < right.uuidString }
}
