import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Replicas with their engine, on a disk that has no space left and then has some again.
struct `Replicas on a full disk` {
  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(20)), reconnectSpread: .zero,
    look: .seconds(30), poll: .seconds(900), pollWithoutHints: .seconds(60))
  private let directory: TemporaryDirectory
  private let place = ModelTransport.Place()

  init() throws { directory = try TemporaryDirectory() }

  private func open(_ name: String, on disk: LosingDisk) throws -> Replica { Replica(try core(name, on: disk)) }

  private func core(
    _ name: String, on disk: LosingDisk, _ clock: DeviceClock = .system
  ) throws -> ReplicaCore {
    var options = StoreOptions()
    options.vfs = disk.name
    let database = try Database(path: name, options: options, migrations: ReplicaSchema.migrations)
    let book = try database.write { transaction in
      try ReplicaBook.open(
        space: "s", types: [EntityType(of: Note.self)], place: Array(name.utf8), fresh: (UUID(), UUID()), at: 0,
        in: transaction)
    }
    let store = try Store(database, options: options)
    return ReplicaCore(store, file: directory.path(name), book: book, clock: clock)
  }

  private func wait(_ replica: Replica, until isThere: (ReplicaStatus) -> Bool) async {
    for await status in replica.status where isThere(status) { return }
  }

  private func note(_ number: Int) -> Note {
    Note(id: UUID(), title: "\(number)", body: String(repeating: "b", count: 4_000))
  }

  @Test func `they say so, lose nothing, and go on by themselves when there is room`() async throws {
    let (disk, other) = (LosingDisk(seed: 1), LosingDisk(seed: 2))
    let (one, two) = (try open("one", on: disk), try open("two", on: other))
    await two.connect(by: ModelTransport(place), timing: Self.timing)
    var stored: [Note] = []
    disk.inject { $0.capacity = 1_500_000 }
    let refusal = await #expect(throws: ReplicaError.self) {
      for number in 0..<1_000 {
        let note = note(number)
        try await one.notes.create(note)
        stored.append(note)
      }
    }
    #expect(refusal?.code == .storage && refusal?.isRecoverable == true)
    #expect(refusal?.message.contains("disk is full") == true)
    #expect(stored.count > 20)
    for note in stored { #expect(try await one.notes.get(note.id) == note) }

    // What others do cannot be kept now, nor can it be noted that something is sent.
    for number in 0..<20 {
      let note = note(number)
      try await two.notes.create(note)
      stored.append(note)
    }
    await wait(two) { $0.phase == .synced }
    disk.inject { $0.capacity = 0 }
    await one.connect(by: ModelTransport(place), timing: Self.timing)
    await wait(one) { $0.lastError?.remedy == .freeSpace }
    #expect(one.currentStatus.phase != .synced)

    disk.inject { $0.capacity = .max }
    await wait(one) { $0.phase == .synced }
    #expect(place.hub.withLock { $0.rows.count } == stored.count)
    for note in stored { #expect(try await one.notes.get(note.id) == note) }
    await one.close()
    await two.close()
  }

  @Test func `a visit to the hub that cannot be kept ends with the reason`() async throws {
    let (disk, clock) = (LosingDisk(seed: 1), TestClock())
    let core = try core("one", on: disk, clock.device())
    disk.inject { $0.capacity = 0 }
    let error = await #expect(throws: ReplicaError.self) {
      try await clock.running { [place] in
        var visit = try await SyncErrand.prepare(core, ModelTransport(place), .both) { _ in }
        return try await visit.run(patience: .seconds(30))
      }
    }
    #expect(error?.code == .storage && error?.isRecoverable == true)
    // Once is enough.
    #expect(error?.description.components(separatedBy: "disk is full").count == 2)
    core.store.close()
  }
}
