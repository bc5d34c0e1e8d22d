import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Watches of context` {
  private static let day: Int64 = 86_400
  private let hub: PersistenceFixture
  private let context: ContextClient

  init() async throws {
    hub = try await PersistenceFixture()
    context = hub.contextClient()
  }

  private typealias Watch = ReplyStream<ContextChange, ContextMethods.WatchFailure>.AsyncIterator

  /// A watch from now on, with its cursor.
  private func watch(
    _ view: ContextView = .notes(), prefix: String = "", client: ContextClient? = nil
  ) async throws -> (Watch, [UInt8]) {
    var watch = (client ?? context).watch(.init(view: view, prefix: prefix)).makeAsyncIterator()
    let first = try #require(try await watch.next())
    #expect(first.kind == .caughtUp)
    return (watch, first.cursor)
  }

  /// The changes from a cursor until the watch has caught up.
  private func changes(
    after cursor: [UInt8], _ view: ContextView = .notes(), isBare: Bool = false
  ) async throws -> [ContextChange] {
    var found: [ContextChange] = []
    for try await change in context.watch(.init(view: view, cursor: cursor, bare: isBare)) {
      if change.kind == .caughtUp { break }
      found.append(change)
    }
    return found
  }

  @Test func `a watch tells what concerns its view, of all scopes`() async throws {
    var (watch, _) = try await watch(.notes(device: "phone"))
    try await context.set("a", "1", at: .global)
    #expect(try await watch.next()?.entry?.text == "global: 1")
    try await hub.client().put("a", "x")
    try await hub.contextClient("other").set("a", "2", at: .user)
    try await context.set("a", "3", at: .device("desk"))
    try await context.set("a", "4", at: .user)
    let change = try #require(try await watch.next())
    #expect((change.kind, change.name, change.scope, change.version) == (.set, "a", .user, 4))
    #expect(change.entry?.text == "user: 4")
    #expect((change.by, change.at) == ("tester", Timestamp(seconds: 1_800_000_000)))
    try await context.set("a", "5", at: .device("phone"))
    try await context.remove("a", at: .device("phone"))
    #expect(try await watch.next()?.entry?.text == "device: 5")
    let removal = try #require(try await watch.next())
    #expect((removal.kind, removal.entry) == (.removed, nil))
    try await context.set("a", "6")
    #expect(try await watch.next()?.entry?.text == "space: 6")
  }

  @Test func `values have no context, and context no values`() async throws {
    var values = hub.client().watch(WatchRequest(space: "notes", fromStart: true)).makeAsyncIterator()
    try await context.set("a", "1")
    try await hub.client().put("b", "2")
    #expect(try await values.next()?.key == "b")
  }

  @Test func `a watch goes on at its cursor without a gap or a repeat`() async throws {
    let (_, start) = try await watch()
    for number in 1...10 {
      try await context.set("k\(number % 3)", "\(number)")
      try await context.set("g", "\(number)", at: .global)
    }
    let all = try await changes(after: start)
    #expect(all.count == 20)
    for place in all.indices {
      let rest = try await changes(after: all[place].cursor)
      #expect(rest.map(\.version) == all[(place + 1)...].map(\.version))
      #expect(rest.map(\.scope) == all[(place + 1)...].map(\.scope))
    }
    #expect(try await changes(after: start, isBare: true).allSatisfy { $0.entry == nil })
    #expect(try await changes(after: start, .init(space: "notes", scopes: [.global])).count == 10)
  }

  @Test func `more than one page is told whole, with other changes in between`() async throws {
    let (_, start) = try await watch()
    for number in 0..<300 {
      try await context.set("k", "\(number)")
      try await hub.client().put("v", "x")
    }
    let found = try await changes(after: start)
    let versions = (0..<300).map { UInt64(2 * $0 + 1) }
    #expect(found.map(\.version) == versions)
    // What the history no longer has comes without its content.
    let kept = found.filter { $0.entry != nil }
    #expect(kept.map(\.version) == Array(versions[290...]))
  }

  @Test func `a watch of a space that does not exist yet begins with its first change`() async throws {
    var watch = context.watch(.init(view: .notes())).makeAsyncIterator()
    #expect(try await watch.next()?.kind == .caughtUp)
    _ = try await hub.client().put(PutRequest(space: "other", key: "a"))
    try await context.set("g", "1", at: .global)
    #expect(try await watch.next()?.name == "g")
    try await context.set("a", "1")
    #expect(try await watch.next()?.version == 1)
  }

  @Test func `a watch of the scope global alone needs no space`() async throws {
    var (watch, _) = try await watch(.init(scopes: [.global]), prefix: "b")
    try await context.set("a", "1")
    try await context.set("a", "2", at: .global)
    try await context.set("b", "3", at: .global)
    #expect(try await watch.next()?.entry?.text == "global: 3")
  }

  @Test func `expiry reaches watches, and what is over comes without content`() async throws {
    let (_, start) = try await watch()
    try await context.set("a", "1", expiresIn: .seconds(5))
    hub.advance(seconds: 5)
    #expect(try await changes(after: start).map { $0.entry != nil } == [false])
    #expect(try await hub.calls.purgeExpiredContext() == 1)
    let found = try await changes(after: start)
    #expect(found.map(\.kind) == [.set, .expired])
    #expect(found[1].by == "holdfast")
  }

  @Test(arguments: [ContextPlace.space, .global])
  func `a cursor that the log no longer reaches is told so`(place: ContextPlace) async throws {
    let (_, start) = try await watch()
    for number in 1...5 { try await context.set("a", "\(number)", at: place) }
    let later = try await changes(after: start)[2].cursor
    hub.advance(seconds: 31 * Self.day)
    try await context.set("a", "6", at: place)
    try await hub.calls.tendLogs()
    for cursor in [start, later] {
      let error = await #expect(throws: CallError<ContextMethods.WatchFailure>.self) {
        try await changes(after: cursor)
      }
      #expect(error?.declared == .cursorExpired(CursorExpired(floor: 5)))
    }
    #expect(try await context.look("a") == ["\(place.scope): 6"])
    #expect(try await context.past("a", at: place).count == 6)
  }

  @Test func `what is removed is forgotten when its removal is cut off the log`() async throws {
    for name in ["a", "b", "c"] { try await context.set(name, "1") }
    try await context.set("b", "2")
    try await context.remove("a")
    try await context.remove("b")
    try await context.set("b", "3")
    hub.advance(seconds: 31 * Self.day)
    try await context.remove("c")
    try await hub.calls.tendLogs()
    #expect(try await context.past("a").isEmpty)
    #expect(try await context.past("b").count == 4)
    #expect(try await context.past("c") == ["8 removed", "3 set space: 1"])
    // Three letters and two bytes of place for each row, and a byte for each that set something.
    #expect(try await hub.usage() == (3 * 4 + 3 + 4 + 3, 1))
  }

  @Test func `a cursor of another history, space or kind is refused`() async throws {
    try await context.set("a", "1")
    let (_, cursor) = try await watch()
    let foreign = ContextCursor(
      epoch: [UInt8](repeating: 7, count: 8), space: "notes", ContextPosition(space: 1, global: 0)
    ).bytes
    let expired = await #expect(throws: CallError<ContextMethods.WatchFailure>.self) {
      try await changes(after: foreign)
    }
    #expect(expired?.declared == .cursorExpired(CursorExpired(floor: 0)))
    let other = WatchCursor(epoch: hub.calls.epoch, space: "notes", sequence: 1).at(1)
    for (space, bytes) in [("other", cursor), ("notes", [1, 2, 3]), ("notes", cursor + [0]), ("notes", other)] {
      let error = await #expect(throws: CallError<ContextMethods.WatchFailure>.self) {
        try await changes(after: bytes, .init(space: space))
      }
      #expect(error?.status == .invalidArgument)
    }
    #expect(try await changes(after: cursor).isEmpty)
  }

  @Test func `under concurrent changes a watch sees each once, in order`() async throws {
    let (_, start) = try await watch()
    async let watched = {
      var found: [ContextChange] = []
      for try await change in context.watch(.init(view: .notes(), prefix: "k", cursor: start, bare: true)) {
        if change.kind != .caughtUp { found.append(change) }
        if found.count == 200 { break }
      }
      return found
    }()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask { [context, hub] in
          for number in 0..<50 {
            try await context.set("k\(writer)", "\(number)", at: writer == 0 ? .global : .space)
            try await hub.client().put("other", "x")
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await watched
    for writer in 0..<4 { #expect(found.count { $0.name == "k\(writer)" } == 50) }
    for scope in [ContextScope.global, .space] {
      let versions = found.filter { $0.scope == scope }.map(\.version)
      #expect(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 })
    }
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }
}
