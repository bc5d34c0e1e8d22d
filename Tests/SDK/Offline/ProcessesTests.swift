import HoldfastContract
import HoldfastRPC
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

/// Several that have one file open. Locks and notices are those of processes, though here one process has all.
struct ReplicaProcessesTests {
  private let directory: TemporaryDirectory
  private let place = ModelTransport.Place()

  init() throws { directory = try TemporaryDirectory() }

  private func open() async throws -> Replica {
    try await Replica.open(file: directory.path("shared"), space: "s", entities: [Note.self])
  }

  private func wait(_ replica: Replica, until isThere: (ReplicaStatus) -> Bool) async {
    for await status in replica.status where isThere(status) { return }
  }

  @Test func `one syncs for all, and another takes over when it ends`() async throws {
    let (one, two) = (try await open(), try await open())
    let transport = ModelTransport(place)
    await one.connect(by: transport, timing: .standard)
    await wait(one) { $0.phase == .synced }
    await two.connect(by: ModelTransport(place), timing: .standard)
    await wait(two) { $0.phase == .elsewhere }
    let id = UUID()
    var seen = one.notes.observe(id).makeAsyncIterator()
    #expect(try await seen.next() == .some(nil))
    // What the other queues is noticed, sent, and known there again.
    let handle = try await two.notes.create(Note(id: id, title: "milk"))
    #expect(try await handle.outcome() == .applied(version: 1))
    #expect(try await seen.next()??.title == "milk")
    await one.close()
    let next = try await two.notes.update(id) { $0.likes = 1 }
    #expect(try await next.outcome() == .applied(version: 2))
    await wait(two) { $0.phase == .synced }
    await two.close()
    #expect(place.hub.withLock { $0.sequence } == 2)
  }

  @Test func `what another has done before it was looked for is noticed as well`() async throws {
    let (one, two) = (try await open(), try await open())
    // One that nobody looks after yet.
    let core = ReplicaCore(one.core.store, file: one.core.file, book: one.core.book, clock: .system)
    let watch = core.watchers.watch(.queue)
    try await two.notes.create(Note(id: UUID()))
    let neighbours = Task { await Neighbours(core: core).watch() }
    await watch.bell.wait()
    neighbours.cancel()
    await neighbours.value
    await one.close()
    await two.close()
  }

  @Test func `numbers that several give out never meet`() async throws {
    let replicas = [try await open(), try await open(), try await open()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for replica in replicas {
        group.addTask { for _ in 0..<40 { try await replica.notes.create(Note(id: UUID())) } }
      }
      try await group.waitForAll()
    }
    let queue = try await replicas[0].core.read { book, transaction in
      try book.queue(at: DeviceClock.system.moment, in: transaction)
    }
    #expect(queue.units.count == 120)
    #expect(Set(queue.units.flatMap { $0.operations.map(\.number) }) == Set(1...120))
    for replica in replicas { await replica.close() }
  }
}
