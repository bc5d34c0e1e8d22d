import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Replicas as programs use them, with an engine, against a model hub.
struct ReplicaTests {
  private let directory: TemporaryDirectory
  private let place = ModelTransport.Place()
  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(20)), reconnectSpread: .zero,
    look: .seconds(30), poll: .seconds(900), pollWithoutHints: .seconds(60))

  init() throws { directory = try TemporaryDirectory() }

  private func open(_ name: String = "a") async throws -> Replica {
    try await Replica.open(file: directory.path(name), space: "s", entities: [Note.self])
  }

  private func connect(_ replica: Replica) async -> ModelTransport {
    let transport = ModelTransport(place)
    await replica.connect(by: transport, timing: Self.timing)
    return transport
  }

  /// Waits until the replica stands like this.
  private func wait(_ replica: Replica, until isThere: (ReplicaStatus) -> Bool) async {
    for await status in replica.status where isThere(status) { return }
  }

  @Test func `what one replica does the other sees`() async throws {
    let (one, two) = (try await open("one"), try await open("two"))
    _ = await connect(one)
    _ = await connect(two)
    let id = UUID()
    var seen = two.notes.observe(id).makeAsyncIterator()
    #expect(try await seen.next() == .some(nil))
    let handle = try await one.notes.create(Note(id: id, title: "milk"))
    #expect(try await one.notes.get(id)?.title == "milk")
    #expect(try await handle.outcome() == .applied(version: 1))
    #expect(try await seen.next() == Note(id: id, title: "milk"))
    let update = try await two.notes.update(id) { $0.likes += 2 }
    #expect(try await seen.next()??.likes == 2)
    #expect(try await update.outcome() == .applied(version: 2))
    var own = one.notes.observe(id).makeAsyncIterator()
    while let note = try await own.next(), note?.likes != 2 {}
    await wait(one) { $0.phase == .synced }
    await one.close()
    await two.close()
  }

  @Test func `work without a hub is kept over a restart and goes when there is one`() async throws {
    let id = UUID()
    do {
      let replica = try await open()
      let handle = try await replica.notes.create(Note(id: id, title: "milk"), priority: .high)
      try await replica.notes.update(id) { $0.tags.insert("cold") }
      #expect(handle.id == OperationID(rawValue: 1))
      #expect(replica.currentStatus.phase == .offline)
      await replica.close()
    }
    let replica = try await open()
    #expect(try await replica.notes.get(id)?.tags == ["cold"])
    _ = await connect(replica)
    #expect(try await replica.handle(of: OperationID(rawValue: 1)).outcome() == .applied(version: 1))
    await wait(replica) { $0.phase == .synced }
    #expect(place.hub.withLock { $0.sequence } == 1)
    await replica.close()
  }

  @Test func `what is queued before the engine runs is not overlooked`() async throws {
    let replica = try await open()
    let transport = ModelTransport(place)
    // Nothing is found by looking from time to time.
    var timing = Self.timing
    timing.look = .seconds(86_400)
    let engine = try await SyncEngine.start(replica.core, transport, SyncEngine.Settings(timing: timing))
    let handle = try await replica.notes.create(Note(id: UUID()))
    let running = Task {
      await engine.network(.up)
      await engine.run()
    }
    #expect(try await handle.outcome() == .applied(version: 1))
    running.cancel()
    await running.value
    await replica.close()
  }

  @Test func `lost replies double nothing, and status is not synced before all is`() async throws {
    let replica = try await open()
    let transport = await connect(replica)
    let id = UUID()
    try await replica.notes.create(Note(id: id)).outcome()
    for _ in 0..<20 {
      transport.network.withLock { network in
        network.lostPushes = 1
        network.lostReplies = 2
      }
      let handle = try await replica.notes.update(id) { $0.likes += 1 }
      _ = try await handle.outcome()
    }
    await wait(replica) { status in
      #expect(status.phase != .synced || status.pending == 0)
      return status.phase == .synced
    }
    #expect(try await replica.notes.get(id)?.likes == 20)
    #expect(place.hub.withLock { $0.sequence } == 21)
    await replica.close()
  }

  @Test func `what is seen never goes back while changes are on their way`() async throws {
    let replica = try await open()
    let transport = await connect(replica)
    let id = UUID()
    try await replica.notes.create(Note(id: id))
    let observed = Task {
      var all: [Int64] = []
      for try await note in replica.notes.observe(id) {
        all.append(note?.likes ?? -1)
        if note?.likes == 60 { break }
      }
      return all
    }
    for number in 0..<60 {
      if number % 7 == 0 { transport.network.withLock { $0.lostReplies = 1 } }
      try await replica.notes.update(id) { $0.likes += 1 }
    }
    let all = try await observed.value
    #expect(all == all.sorted() && Set(all).count == all.count)
    await wait(replica) { $0.phase == .synced }
    #expect(try await replica.notes.get(id)?.likes == 60)
    await replica.close()
  }

  @Test func `a conflict waits for a decision`() async throws {
    let (one, two) = (try await open("one"), try await open("two"))
    let ids = (0..<3).map { _ in UUID() }
    _ = await connect(one)
    for id in ids { try await one.notes.create(Note(id: id, title: "milk")).outcome() }
    _ = await connect(two)
    await wait(two) { $0.phase == .synced }
    await two.disconnect()
    for id in ids {
      try await one.notes.update(id) { $0.title = "oat milk" }.outcome()
      try await two.notes.update(id) {
        $0.title = "soy milk"
        $0.likes += 1
      }
    }
    _ = await connect(two)
    await wait(two) { $0.parked == 3 }
    #expect(two.currentStatus.phase == .pending || two.currentStatus.phase == .syncing)
    var conflicts = try await two.conflicts(of: Note.self)
    #expect(conflicts.map(\.fields) == [[.title], [.title], [.title]])
    #expect(conflicts.map(\.base?.title) == ["milk", "milk", "milk"])
    #expect(conflicts.map(\.mine?.title) == ["soy milk", "soy milk", "soy milk"])
    #expect(conflicts.map(\.server?.title) == ["oat milk", "oat milk", "oat milk"])
    #expect(conflicts.first?.delta.title?.after == "soy milk")
    let explanation = try #require(try await two.explain(conflicts[0].id))
    #expect(explanation.reasons.contains(.parked(.conflict)))
    #expect(try await two.parked().map(\.outcome) == [.conflict, .conflict, .conflict])
    conflicts.sort { ids.firstIndex(of: $0.mine?.id ?? UUID()) ?? 0 < ids.firstIndex(of: $1.mine?.id ?? UUID()) ?? 0 }
    try await two.resolve(conflicts[0], .mine)
    try await two.resolve(conflicts[1], .server)
    try await two.resolve(conflicts[2], .merged(Note(id: ids[2], title: "oat or soy milk")))
    await wait(two) { $0.phase == .synced }
    #expect(try await two.notes.get(ids[0]).map { [$0.title, "\($0.likes)"] } == ["soy milk", "1"])
    #expect(try await two.notes.get(ids[1]).map { [$0.title, "\($0.likes)"] } == ["oat milk", "0"])
    #expect(try await two.notes.get(ids[2])?.title == "oat or soy milk")
    await one.close()
    await two.close()
  }

  @Test func `the program's own resolver decides what it can`() async throws {
    let (one, two) = (try await open("one"), try await open("two"))
    let id = UUID()
    _ = await connect(one)
    try await one.notes.create(Note(id: id, drawing: .path("a"))).outcome()
    _ = await connect(two)
    await wait(two) { $0.phase == .synced }
    await two.disconnect()
    try await one.notes.update(id) { $0.drawing = .path("b") }.outcome()
    try await two.notes.update(id) { $0.drawing = .path("c") }
    try await two.resolveConflicts(of: Note.self) { conflict in
      guard var merged = conflict.server else { return .later }
      merged.drawing = .path("both")
      return .merged(merged)
    }
    _ = await connect(two)
    await wait(two) { $0.phase == .synced && $0.metrics.conflicts == 1 }
    #expect(try await two.notes.get(id)?.drawing == .path("both"))
    await one.close()
    await two.close()
  }

  @Test func `a credential that is refused is asked for anew, and nothing is lost`() async throws {
    let replica = try await open()
    let transport = ModelTransport(place)
    transport.network.withLock {
      $0.refusal = SyncTransportError(.needs(.credential), cause: ModelTransport.Lost())
    }
    let asked = Happening()
    var settings = SyncSettings()
    settings.refreshCredential = {
      asked.pass()
      if asked.count > 1 { transport.network.withLock { $0.refusal = nil } }
    }
    let handle = try await replica.notes.create(Note(id: UUID(), title: "milk"))
    await replica.connect(by: transport, settings: settings, timing: Self.timing)
    #expect(try await handle.outcome() == .applied(version: 1))
    await replica.close()
  }

  @Test func `without access nothing is seen but what is not synced`() async throws {
    let replica = try await open()
    let transport = await connect(replica)
    let (kept, lost) = (UUID(), UUID())
    try await replica.notes.create(Note(id: lost)).outcome()
    try await replica.notes.create(Note(id: kept)).outcome()
    await replica.disconnect()
    try await replica.notes.update(kept) { $0.title = "mine" }
    transport.network.withLock {
      $0.refusal = SyncTransportError(.needs(.access), isForbidden: true, cause: ModelTransport.Lost())
    }
    await replica.connect(by: transport, timing: Self.timing)
    await wait(replica) { $0.phase == .needs(.access) }
    var seen = replica.notes.observe(lost).makeAsyncIterator()
    while let note = try await seen.next(), note != nil {}
    #expect(try await replica.notes.get(kept)?.title == "mine")
    transport.network.withLock { $0.refusal = nil }
    await replica.disconnect()
    await replica.connect(by: transport, timing: Self.timing)
    await wait(replica) { $0.phase == .synced }
    #expect(try await replica.notes.get(lost) == Note(id: lost))
    #expect(try await replica.notes.get(kept)?.title == "mine")
    await replica.close()
  }

  @Test func `changes of a batch take effect together or not at all`() async throws {
    let replica = try await open()
    let (folder, id) = (UUID(), UUID())
    await #expect(throws: ReplicaError.self) {
      try await replica.batch { batch in
        batch.create(Folder(id: folder, name: "home"))
        batch.update(Note.self, id) { $0.title = "there is none" }
      }
    }
    #expect(try await replica.folders.get(folder) == nil)
    let handles = try await replica.batch { batch in
      batch.create(Folder(id: folder, name: "home"))
      batch.create(Note(id: id, title: "milk", folder: folder))
      batch.update(Note.self, id) { $0.likes = 2 }
    }
    #expect(handles.count == 2)
    let transport = await connect(replica)
    for handle in handles {
      guard case .applied = try await handle.outcome() else {
        Issue.record("\(handle) was not applied")
        return
      }
    }
    let operations = transport.network.withLock { $0.pushes.flatMap(\.operations) }
    #expect(operations.map(\.group) == [1, 1])
    #expect(try await replica.notes.get(id)?.likes == 2)
    await #expect(throws: ReplicaError.self) {
      try await replica.batch { batch in for _ in 0..<129 { batch.create(Folder(id: UUID())) } }
    }
    await replica.close()
  }

  @Test func `a replica that holds something else than the hub pulls everything anew`() async throws {
    let replica = try await open()
    await #expect(throws: ReplicaError.self) { try await replica.verify() }
    _ = await connect(replica)
    let id = UUID()
    try await replica.notes.create(Note(id: id, title: "milk")).outcome()
    await wait(replica) { $0.phase == .synced }
    // Its own change has to come back before it knows where the hub is.
    #expect(try await replica.sync() != .failed)
    #expect(try await replica.verify() == true)
    try await replica.core.write { _, transaction in
      try transaction.execute("UPDATE entity SET server = $1", [.bytes([10, 1, 0x78])])
      return ((), ReplicaBook.Touched())
    }
    #expect(try await replica.notes.get(id)?.title == "x")
    #expect(try await replica.verify() == false)
    var seen = replica.notes.observe(id).makeAsyncIterator()
    while let note = try await seen.next(), note?.title != "milk" {}
    await replica.close()
  }

  @Test func `what was decided at the hub is asked for when the entity changes`() async throws {
    let (one, two) = (try await open("one"), try await open("two"))
    let id = UUID()
    _ = await connect(one)
    try await one.notes.create(Note(id: id, title: "milk")).outcome()
    _ = await connect(two)
    await wait(two) { $0.phase == .synced }
    await two.disconnect()
    try await one.notes.update(id) { $0.title = "oat milk" }.outcome()
    try await two.notes.update(id) { $0.title = "soy milk" }
    _ = await connect(two)
    await wait(two) { $0.parked == 1 }
    let conflict = try #require(try await two.conflicts(of: Note.self).first)
    place.hub.withLock { $0.decide(EntityRef(type: "note", key: Note.entityKey(of: id))) }
    try await one.notes.update(id) { $0.likes = 1 }.outcome()
    #expect(try await two.handle(of: conflict.id).settled() == .superseded)
    await wait(two) { $0.phase == .synced }
    #expect(try await two.notes.get(id).map { [$0.title, "\($0.likes)"] } == ["oat milk", "1"])
    await one.close()
    await two.close()
  }
}

extension OperationHandle {
  /// The outcome, once it is more than that somebody has to decide.
  fileprivate func settled() async throws -> SyncOutcome {
    let watch = core.watchers.watch(.operation(try #require(id).rawValue))
    while true {
      let outcome = try await outcome()
      if outcome != .conflict { return outcome }
      await watch.bell.wait()
    }
  }
}
