import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Changes of context` {
  private let hub: PersistenceFixture
  private let context: ContextClient

  init() async throws {
    hub = try await PersistenceFixture { $0.spaceBytes = 100_000 }
    context = hub.contextClient()
  }

  private func conflict(_ call: () async throws -> some Sendable) async throws -> Conflict? {
    do {
      _ = try await call()
      return nil
    } catch let error as CallError<ContextMethods.SetFailure> {
      return error.declared?.error as? Conflict
    } catch let error as CallError<ContextMethods.RemoveFailure> {
      return error.declared?.error as? Conflict
    }
  }

  @Test func `versions are the space's sequence, shared with its values`() async throws {
    #expect(try await context.set("a", "1") == 1)
    try await hub.client().put("v", "x")
    #expect(try await context.set("a", "2", at: .user) == 3)
    #expect(try await context.set("a", "3", at: .global) == 1)
    #expect(try await context.remove("a") == ContextRemoveReply(existed: true, version: 4))
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    #expect(try await Audit.brokenLink(in: hub.store, space: "@global") == nil)
  }

  @Test func `an expected version is that of the same place`() async throws {
    let first = try await context.set("a", "1", expected: 0)
    try await context.set("a", "2", at: .user, expected: 0)
    #expect(
      try await conflict { try await context.set("a", "3", expected: 0) }
        == Conflict(key: "a", expected: 0, actual: first))
    #expect(
      try await conflict { try await context.remove("a", expected: 9) }
        == Conflict(key: "a", expected: 9, actual: first))
    #expect(try await conflict { try await context.set("b", "1", expected: 4) }?.actual == 0)
    let second = try await context.set("a", "4", expected: first)
    #expect(try await conflict { try await context.set("a", "5", expected: first) }?.actual == second)
    #expect(try await context.remove("a", expected: second).existed)
    #expect(try await conflict { try await context.remove("a", expected: second) }?.actual == 0)
    #expect(try await context.remove("a") == ContextRemoveReply())
    #expect(try await context.set("a", "6", expected: 0) > second)
  }

  @Test func `a value is over when its time is, and the hub removes it`() async throws {
    try await context.set("a", "1", at: .user, expiresIn: .seconds(5))
    try await context.set("a", "2", at: .global, expiresIn: .seconds(9))
    hub.advance(seconds: 4)
    #expect(try await hub.calls.purgeExpiredContext() == 0)
    #expect(try await context.look("a") == ["user: 1"])
    hub.advance(seconds: 1)
    // Whether it is purged or not.
    #expect(try await context.look("a") == ["global: 2"])
    #expect(try await context.list(.init(place: .user)).entries.isEmpty)
    #expect(try await conflict { try await context.remove("a", at: .user, expected: 1) }?.actual == 0)
    #expect(try await context.past("a", at: .user) == ["1 set"])
    #expect(try await hub.usage().values == 1)
    #expect(try await hub.calls.purgeExpiredContext() == 1)
    #expect(try await hub.calls.purgeExpiredContext() == 0)
    #expect(try await hub.usage().values == 0)
    #expect(try await context.past("a", at: .user) == ["2 expired", "1 set"])
    let last = try await context.history(.init(place: .user, name: "a")).changes[0]
    #expect((last.by, last.at) == ("holdfast", Timestamp(seconds: 1_800_000_005)))
    hub.advance(seconds: 4)
    #expect(try await hub.calls.purgeExpiredContext() == 1)
    #expect(try await context.look("a") == [nil])
    #expect(try await Audit.brokenLink(in: hub.store, space: "@global") == nil)
  }

  @Test func `an expired value counts as none for whoever comes before the hub has removed it`() async throws {
    try await context.set("a", "1", expiresIn: .seconds(5))
    hub.advance(seconds: 5)
    #expect(try await context.remove("a") == ContextRemoveReply())
    #expect(try await context.past("a") == ["2 expired", "1 set"])
    try await context.set("a", "3", expiresIn: .seconds(5), expected: 0)
    hub.advance(seconds: 5)
    #expect(try await context.set("a", "4", expected: 0) == 4)
    #expect(try await hub.calls.purgeExpiredContext() == 0)
    #expect(try await hub.usage().values == 1)
  }

  @Test func `the history is what a name was, the newest first, removals among it`() async throws {
    try await context.set("a", "1")
    try await context.set("a", "2")
    try await context.remove("a")
    try await context.set("b", "other")
    try await hub.contextClient("bob").set("a", "3")
    #expect(try await context.past("a") == ["5 set space: 3", "3 removed", "2 set space: 2", "1 set space: 1"])
    #expect(try await context.past("a", before: 3) == ["2 set space: 2", "1 set space: 1"])
    let page = try await context.history(.init(place: .space, name: "a", before: 5, limit: 1))
    #expect(page.changes.map(\.version) == [3])
    #expect(page.more)
    #expect(try await context.past("a", before: UInt64.max).count == 4)
    #expect(try await context.past("a", at: .user) == [])
    let changes = try await context.history(.init(place: .space, name: "a")).changes
    #expect(changes.map(\.by) == ["bob", "tester", "tester", "tester"])
    #expect(changes.allSatisfy { $0.at == Timestamp(seconds: 1_800_000_000) && $0.name == "a" && $0.scope == .space })
  }

  @Test func `the history keeps ten changes of each name`() async throws {
    for number in 1...25 { try await context.set("a", "\(number)") }
    let kept = try await context.history(.init(place: .space, name: "a")).changes.map(\.version)
    #expect(kept == Array((16...25).reversed()))
    try await context.remove("a")
    #expect(try await context.past("a").count == 10)
    #expect(try await context.past("a").first == "26 removed")
    #expect(try await hub.usage() == (9 * 5 + 3, 0))
  }

  @Test func `how much is kept can be set, and one is the least`() async throws {
    for kept in [3, 1, 0] {
      let hub = try await PersistenceFixture { $0.contextHistory = kept }
      let context = hub.contextClient()
      for number in 1...5 { try await context.set("a", "\(number)") }
      #expect(try await context.past("a").count == max(1, kept))
      #expect(try await context.look("a") == ["space: 5"])
      try await context.remove("a")
      #expect(try await context.past("a").first == "6 removed")
      #expect(try await context.look("a") == [nil])
      #expect(try await context.set("a", "7", expected: 0) == 7)
      #expect(try await hub.usage().values == 1)
    }
  }

  @Test func `what is removed with its history leaves only that`() async throws {
    try await context.set("a", "1")
    try await context.set("a", "2")
    try await context.remove("a")
    #expect(try await context.remove("a", forget: true) == ContextRemoveReply())
    #expect(try await context.past("a") == ["4 removed"])
    #expect(try await context.remove("a", forget: true) == ContextRemoveReply())
    #expect(try await context.set("b", "1") == 5)
    #expect(try await context.remove("b", forget: true) == ContextRemoveReply(existed: true, version: 6))
    #expect(try await hub.usage() == (6, 0))
  }

  @Test func `history counts, and a full space can be emptied`() async throws {
    let large = String(repeating: "x", count: 40_000)
    try await context.set("a", large)
    try await context.set("a", large)
    let error = await #expect(throws: CallError<ContextMethods.SetFailure>.self) {
      try await context.set("a", large)
    }
    guard case .quotaExceeded(let quota) = error?.declared else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect((quota.resource, quota.limit, quota.used) == ("bytes", 100_000, 80_006))
    #expect(try await context.past("a").count == 2)
    #expect(try await context.remove("a", forget: true).existed)
    #expect(try await hub.usage() == (3, 0))
    try await context.set("a", large)
  }

  @Test func `what is too large or makes no sense is refused, and nothing changes`() async throws {
    let long = String(repeating: "🦊", count: 2_500)
    for (name, content, type) in [
      (long, "", ""), ("a", String(repeating: "x", count: Limits.contextBytes + 1), ""),
      ("a", "", String(repeating: "x", count: Limits.typeBytes + 1)),
    ] {
      let error = await #expect(throws: CallError<ContextMethods.SetFailure>.self) {
        try await context.set(
          .init(place: .space, name: name, content: Array(content.utf8), type: type))
      }
      guard case .tooLarge = error?.declared else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    for request in [
      ContextSetRequest(place: .space), ContextSetRequest(place: .space, name: "a", expiresIn: .zero),
      ContextSetRequest(place: .space, name: "a", expiresIn: .seconds(-1)),
    ] {
      let error = await #expect(throws: CallError<ContextMethods.SetFailure>.self) { try await context.set(request) }
      #expect(error?.status == .invalidArgument)
    }
    for names in [[long], [""]] {
      await #expect(throws: CallError<ContextMethods.LookupFailure>.self) {
        try await context.lookup(.init(view: .notes(), names: names))
      }
    }
    #expect(try await context.past("a").isEmpty)
    #expect(try await hub.usage() == (0, 0))
  }

  @Test func `a change that is sent again happens once and returns the first outcome`() async throws {
    let options = CallOptions(idempotencyKey: [1])
    let first = try await context.set("a", "1", expected: 0, options: options)
    let other = try await context.set("a", "2")
    #expect(try await context.set("a", "1", expected: 0, options: options) == first)
    #expect(try await context.look("a") == ["space: 2"])
    #expect(try await context.past("a").count == 2)
    let removal = ContextRemoveRequest(place: .space, name: "a", expected: other)
    let again = CallOptions(idempotencyKey: [2])
    let reply = try await context.remove(removal, options: again)
    #expect(try await context.remove(removal, options: again) == reply)
    for place in [ContextPlace.user, .global, .device("a")] {
      let error = await #expect(throws: CallError<ContextMethods.SetFailure>.self) {
        try await context.set("a", "1", at: place, expected: 0, options: options)
      }
      guard case .operationMismatch = error?.declared else {
        Issue.record("\(place) must not pass as the first request: \(String(describing: error))")
        return
      }
    }
  }
}
