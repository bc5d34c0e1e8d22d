import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What replicas do, measured: in files of their own in a temporary directory, which is removed.
struct ReplicaBench: Sendable {
  let folder: String
  let space: String
  /// The text of each note.
  let text: String
  let hasRandomKeys: Bool

  init(payload: Int, space: String, hasRandomKeys: Bool) throws {
    self.space = space
    self.hasRandomKeys = hasRandomKeys
    text = BenchFolder.text(bytes: payload)
    folder = try BenchFolder.make()
  }

  func cleanUp() { BenchFolder.remove(folder) }

  // MARK: Kinds

  /// Durable changes without a hub, each a new note with the operation that will tell of it, by several writers.
  func enqueue(writers: Int, seconds: Double) async throws -> BenchResult {
    let replica = try await open("enqueue")
    _ = await makeNotes(on: replica, writers: writers, until: .now() + .milliseconds(200))
    let began = Beginning()
    let total = await makeNotes(on: replica, writers: writers, until: .now() + .seconds(seconds))
    let result = began.result(total)
    await replica.close()
    return result
  }

  /// Brings a queue of so many operations to the hub.
  func drain(_ operations: Int, to hub: Hub) async throws -> BenchResult {
    let replica = try await open("drain")
    let before = try await checksum(hub).entities
    let queued = await makeNotes(on: replica, writers: 64, count: operations)
    guard queued.errors == 0 else { return Beginning().result(queued) }
    let began = Beginning()
    try await bringInStep(replica, with: hub)
    let result = began.result(calls: operations)
    guard try await checksum(hub).entities == before + UInt64(operations), try await replica.verify() == true else {
      throw WrongReply()
    }
    await replica.close()
    return result
  }

  /// Brings a new replica up to what the hub's space holds.
  func bootstrap(from hub: Hub) async throws -> BenchResult {
    let wanted = try await checksum(hub)
    let replica = try await open("bootstrap")
    let began = Beginning()
    try await bringInStep(replica, with: hub)
    let result = began.result(calls: Int(wanted.entities))
    guard try await replica.verify() == true else { throw WrongReply() }
    await replica.close()
    return result
  }

  /// Changes a note on one device until another has seen it, over and over; each is durable on both and on the hub.
  func propagation(from hub: Hub, to other: Hub, seconds: Double) async throws -> BenchResult {
    let (one, two) = (try await open("one"), try await open("two"))
    let note = UUID()
    try await one.notes.create(Note(id: note, text: text))
    try await bringInStep(one, with: hub)
    try await bringInStep(two, with: other)
    var seen = two.notes.observe(note).makeAsyncIterator()
    _ = try await seen.next()
    var total = LaneResult()
    let began = Beginning()
    var edits: Int64 = 0
    while began.elapsed < .seconds(seconds) {
      let start = MonotonicTime.now()
      edits += 1
      try await one.notes.update(note) { $0.edits += 1 }
      guard let found = try await seen.next(), found?.edits == edits else { throw WrongReply() }
      total.histogram.record(MonotonicTime.now().nanoseconds - start.nanoseconds)
    }
    let result = began.result(total)
    await one.close()
    await two.close()
    return result
  }

  // MARK: Tools

  private func open(_ name: String) async throws -> Replica {
    try await Replica.open(file: "\(folder)/\(name).replica", space: space, entities: [Note.self])
  }

  private func checksum(_ hub: Hub) async throws -> ChecksumReply {
    try await hub.sync.checksum(ChecksumRequest(space: space))
  }

  /// Devices that share a network spread their coming; this one is alone.
  private func bringInStep(_ replica: Replica, with hub: Hub) async throws {
    await replica.connect(by: HubTransport(hub.sync), timing: SyncTiming(reconnectSpread: .zero))
    for await status in replica.status where status.phase == .synced { return }
    throw WrongReply()
  }

  private func makeNotes(
    on replica: Replica, writers: Int, until end: MonotonicTime = .distantFuture, count: Int = .max
  ) async -> LaneResult {
    await withTaskGroup(of: LaneResult.self) { group in
      for writer in 0..<writers {
        let share = count == .max ? count : count / writers + (writer < count % writers ? 1 : 0)
        group.addTask { await makeNotes(on: replica, until: end, count: share) }
      }
      return await group.reduce(into: LaneResult()) { $0.merge($1) }
    }
  }

  private func makeNotes(on replica: Replica, until end: MonotonicTime, count: Int) async -> LaneResult {
    var result = LaneResult()
    var last: OperationID?
    var began = MonotonicTime.now()
    // At least one, however late its turn comes.
    while began < end || result.histogram.count == 0, result.histogram.count < count, result.errors == 0 {
      do {
        let key = hasRandomKeys ? UUID() : .timeOrdered()
        let id = try await replica.notes.create(Note(id: key, text: text)).id
        guard let id, last.map({ $0 < id }) ?? true else { throw WrongReply() }
        last = id
        let ended = MonotonicTime.now()
        result.histogram.record(ended.nanoseconds - began.nanoseconds)
        began = ended
      } catch {
        result.fail(error)
      }
    }
    return result
  }
}
