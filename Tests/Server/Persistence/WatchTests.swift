import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Watches of a space` {
  private let hub: PersistenceFixture
  private let notes: PersistenceClient

  init() async throws {
    hub = try await PersistenceFixture()
    notes = hub.client()
  }

  /// Reads changes until there are `count`, leaving out `caught_up`.
  private func changes(_ count: Int, _ request: WatchRequest) async throws -> [Change] {
    var found: [Change] = []
    for try await change in notes.watch(request) {
      if change.kind != .caughtUp { found.append(change) }
      if found.count == count { break }
    }
    return found
  }

  @Test func `a watch from the start sends every change in order, with what was written`() async throws {
    try await notes.put("a", "1")
    try await notes.put("b", "2")
    try await notes.put("a", "3")
    _ = try await notes.delete("b")
    let found = try await changes(4, WatchRequest(space: "notes", fromStart: true))
    #expect(found.map(\.sequence) == [1, 2, 3, 4])
    #expect(found.map(\.kind) == [.put, .put, .put, .delete])
    #expect(found.map(\.key) == ["a", "b", "a", "b"])
    #expect(found.map { $0.value?.content } == [nil, nil, Array("3".utf8), nil])
    #expect(found.allSatisfy { $0.by == "tester" && $0.at == Timestamp(seconds: 1_800_000_000) })
  }

  @Test func `a watch from now on tells when it has caught up, then what comes`() async throws {
    try await notes.put("a", "1")
    var watch = notes.watch(WatchRequest(space: "notes")).makeAsyncIterator()
    let first = try #require(try await watch.next())
    #expect(first.kind == .caughtUp)
    #expect(first.sequence == 1)
    try await notes.put("b", "2")
    let second = try #require(try await watch.next())
    #expect(second.key == "b")
    #expect(second.value?.content == Array("2".utf8))
  }

  @Test func `a watch goes on at its cursor without a gap or a repeat`() async throws {
    for number in 1...10 { try await notes.put("k\(number)", "x") }
    var cursor: [UInt8] = []
    var seen: [UInt64] = []
    for count in [1, 2, 3, 4] {
      let found = try await changes(
        count, WatchRequest(space: "notes", cursor: cursor, fromStart: cursor.isEmpty, bare: true))
      seen += found.map(\.sequence)
      cursor = found.last?.cursor ?? []
      #expect(found.allSatisfy { $0.value == nil })
    }
    #expect(seen == Array(1...10))
  }

  @Test func `under concurrent writes a watch sees each change once, in order`() async throws {
    async let watched = changes(400, WatchRequest(space: "notes", prefix: "k", fromStart: true, bare: true))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for number in 0..<50 {
            try await notes.put("k\(writer)", "\(number)")
            try await notes.put("other", "x")
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await watched
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    for writer in 0..<8 { #expect(found.count { $0.key == "k\(writer)" } == 50) }
    #expect(try await hub.calls.listSpaces().first?.sequence == 800)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `a watch of a space that does not exist yet begins with its first change`() async throws {
    var watch = notes.watch(WatchRequest(space: "notes", fromStart: false)).makeAsyncIterator()
    async let first = watch.next()
    _ = try await notes.put(PutRequest(space: "other", key: "a"))
    try await notes.put("a", "1")
    #expect(try await first != nil)
  }

  @Test func `expiry reaches watches as a change of its own`() async throws {
    try await notes.put("a", "1", expiresIn: .seconds(5))
    hub.advance(seconds: 5)
    #expect(try await hub.calls.purgeExpired() == 1)
    let found = try await changes(2, WatchRequest(space: "notes", fromStart: true))
    #expect(found.map(\.kind) == [.put, .expired])
    #expect(found[1].by == "holdfast")
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `a cursor of another history or another space is refused`() async throws {
    try await notes.put("a", "1")
    let epoch = [UInt8](repeating: 7, count: 8)
    let foreign = WatchCursor(epoch: epoch, space: "notes", sequence: 1).at(1)
    let expired = await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) {
      for try await _ in notes.watch(WatchRequest(space: "notes", cursor: foreign)) {}
    }
    #expect(expired?.declared == .cursorExpired(CursorExpired(floor: 0)))
    let cursor = try await changes(1, WatchRequest(space: "notes", fromStart: true))[0].cursor
    for (space, bytes) in [("other", cursor), ("notes", [1, 2, 3]), ("notes", cursor + [0])] {
      let error = await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) {
        for try await _ in notes.watch(WatchRequest(space: space, cursor: bytes)) {}
      }
      #expect(error?.status == .invalidArgument)
    }
  }

  @Test func `a hub that shuts down ends its watches and says that they may go on later`() async throws {
    try await notes.put("a", "1")
    var watch = notes.watch(WatchRequest(space: "notes")).makeAsyncIterator()
    #expect(try await watch.next()?.kind == .caughtUp)
    hub.calls.endWatches()
    await #expect(throws: CallError<PersistenceMethods.WatchFailure>.self) { _ = try await watch.next() }
  }
}
