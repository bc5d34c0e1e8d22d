import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Who may do what with context` {
  private let hub: PersistenceFixture
  private let admin: ContextClient

  init() async throws {
    hub = try await PersistenceFixture()
    admin = hub.contextClient("admin")
  }

  /// What a client lacks for each of the calls at a place: for a reader's, then for a writer's.
  private func lacks(_ client: ContextClient, _ place: ContextPlace) async throws -> [String?] {
    var found: [String?] = []
    found.append(try await need { try await client.list(.init(place: place)) })
    found.append(try await need { try await client.history(.init(place: place, name: "theme")) })
    found.append(try await need { try await client.set(.init(place: place, name: "theme")) })
    found.append(try await need { try await client.remove(.init(place: place, name: "theme")) })
    return found
  }

  private func need(_ call: () async throws -> some Sendable) async throws -> String? {
    do {
      _ = try await call()
      return nil
    } catch let error as CallError<ContextMethods.ListFailure> {
      return try #require(error.declared?.error as? Forbidden).need
    } catch let error as CallError<ContextMethods.HistoryFailure> {
      return try #require(error.declared?.error as? Forbidden).need
    } catch let error as CallError<ContextMethods.SetFailure> {
      return try #require(error.declared?.error as? Forbidden).need
    } catch let error as CallError<ContextMethods.RemoveFailure> {
      return try #require(error.declared?.error as? Forbidden).need
    } catch let error as CallError<ContextMethods.LookupFailure> {
      return try #require(error.declared?.error as? Forbidden).need
    }
  }

  @Test(arguments: [ContextPlace.space, .user, .device("phone")])
  func `readers of a space read its context, and writers set it`(place: ContextPlace) async throws {
    let none = hub.contextClient("none", scope: Scope(spaces: [SpacePattern("other")], canWrite: true))
    #expect(try await lacks(hub.contextClient("r", scope: .reader), place) == [nil, nil, "write", "write"])
    #expect(try await lacks(hub.contextClient("w", scope: .writer), place) == [nil, nil, nil, nil])
    #expect(try await lacks(none, place) == ["read", "read", "write", "write"])
    #expect(try await lacks(hub.contextClient("n", scope: .nothing), place) == ["read", "read", "write", "write"])
  }

  @Test func `the scope global is the administrators', and read by whoever reads a space`() async throws {
    let writer = hub.contextClient("w", scope: .writer)
    #expect(try await lacks(admin, .global) == [nil, nil, nil, nil])
    #expect(try await lacks(writer, .global) == Array(repeating: "administrator", count: 4))
    let within = ContextPlace(scope: .global, space: "notes")
    #expect(try await lacks(writer, within) == [nil, nil, "administrator", "administrator"])
    let other = ContextPlace(scope: .global, space: "other")
    #expect(try await lacks(writer, other) == ["read", "read", "administrator", "administrator"])
    // Administering is enough, also without any space.
    #expect(try await lacks(hub.contextClient("a", scope: Scope(isAdmin: true)), .global) == [nil, nil, nil, nil])
  }

  @Test func `a user is who calls, and only an administrator names another`() async throws {
    let ann = hub.contextClient("ann", scope: .writer)
    try await ann.set("theme", "dark", at: .user)
    #expect(try await ann.look("theme") == ["user: dark"])
    #expect(try await hub.contextClient("bob", scope: .writer).look("theme") == [nil])
    #expect(try await lacks(ann, .user("ann")) == [nil, nil, nil, nil])
    #expect(try await lacks(ann, .user("bob")) == Array(repeating: "administrator", count: 4))
    try await admin.set("theme", "light", at: .user("ann"))
    #expect(try await ann.look("theme") == ["user: light"])
    #expect(try await admin.look("theme", view: .init(space: "notes", user: "ann")) == ["user: light"])
    let view = ContextView(space: "notes", user: "bob")
    #expect(try await need { try await ann.lookup(.init(view: view, names: ["theme"])) } == "administrator")
    // Who administers still needs the space.
    let limited = hub.contextClient("l", scope: Scope(isAdmin: true))
    #expect(try await lacks(limited, .user("ann")) == ["read", "read", "write", "write"])
  }

  @Test func `a view needs its space, or an administrator who looks at the scope global alone`() async throws {
    let reader = hub.contextClient("r", scope: .reader)
    try await admin.set("theme", "1", at: .global)
    #expect(try await reader.look("theme") == ["global: 1"])
    #expect(try await need { try await reader.look("theme", view: .init(space: "other")) } == "read")
    let global = ContextView(scopes: [.global])
    #expect(try await admin.look("theme", view: global) == ["global: 1"])
    #expect(try await need { try await reader.look("theme", view: global) } == "administrator")
    for view in [ContextView(), ContextView(scopes: [.global, .space]), ContextView(space: "@global")] {
      let error = await #expect(throws: CallError<ContextMethods.LookupFailure>.self) {
        try await admin.lookup(.init(view: view, names: ["theme"]))
      }
      #expect(error?.status == .invalidArgument)
    }
    let watched = await #expect(throws: CallError<ContextMethods.WatchFailure>.self) {
      for try await _ in reader.watch(.init(view: .init(space: "other"))) {}
    }
    #expect(watched?.declared == .forbidden(Forbidden(space: "other", need: "read")))
  }

  @Test func `a token that is not for the service has no context`() async throws {
    let scope = Scope(
      spaces: [SpacePattern("*")], services: ["Persistence"], canWrite: true, isAdmin: true)
    let client = hub.contextClient("p", scope: scope)
    #expect(try await lacks(client, .space) == ["read", "read", "write", "write"])
    #expect(try await lacks(client, .global) == Array(repeating: "administrator", count: 4))
  }

  @Test func `nobody reaches the hub's own space as a space`() async throws {
    let values = hub.client()
    let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await values.put(PutRequest(space: "@global", key: "a"))
    }
    #expect(error?.status == .invalidArgument)
    #expect(try await hub.calls.listSpaces().isEmpty)
    try await admin.set("theme", "1", at: .global)
    #expect(try await hub.calls.listSpaces().map(\.space) == ["@global"])
    #expect(try await hub.calls.setQuota(SpaceQuota(space: "@global", bytes: 10)).quota.bytes == 10)
    await #expect(throws: CallError<ContextMethods.SetFailure>.self) {
      try await admin.set("theme", "much too much", at: .global)
    }
  }

  @Test func `a place that makes no sense is refused`() async throws {
    let long = String(repeating: "x", count: 129)
    for place in [
      ContextPlace(), ContextPlace(scope: ContextScope(rawValue: 7), space: "notes"), ContextPlace(scope: .space),
      ContextPlace(scope: .space, space: "notes", user: "ann"), ContextPlace(scope: .user, space: "notes", device: "d"),
      ContextPlace(scope: .global, device: "d"), ContextPlace(scope: .device, space: "notes"), .device(long),
      .user(long), ContextPlace(scope: .space, space: "@global"), ContextPlace(scope: .space, space: long),
    ] {
      let error = await #expect(throws: CallError<ContextMethods.SetFailure>.self) {
        try await admin.set("theme", "1", at: place)
      }
      #expect(error?.status == .invalidArgument, "\(place)")
    }
  }
}
