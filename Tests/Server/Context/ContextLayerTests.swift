import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Layers of context` {
  private let hub: PersistenceFixture
  private let context: ContextClient

  init() async throws {
    hub = try await PersistenceFixture()
    context = hub.contextClient()
  }

  @Test func `the narrowest scope that has a value counts`() async throws {
    let view = ContextView.notes(device: "phone")
    #expect(try await context.look("theme", view: view) == [nil])
    for (place, text) in [
      (ContextPlace.global, "global: 1"), (.space, "space: 2"), (.user, "user: 3"), (.device("phone"), "device: 4"),
    ] {
      try await context.set("theme", String(try #require(text.last)), at: place)
      #expect(try await context.look("theme", view: view) == [text])
    }
    #expect(try await context.look("theme") == ["user: 3"])
    #expect(try await context.look("theme", view: .notes(device: "desk")) == ["user: 3"])
    #expect(try await hub.contextClient("other").look("theme", view: view) == ["device: 4"])
    #expect(try await hub.contextClient("other").look("theme") == ["space: 2"])
    for text in ["user: 3", "space: 2", "global: 1", nil] {
      let scope = try #require(try await context.lookup(.init(view: view, names: ["theme"])).findings[0].entry?.scope)
      try await context.remove("theme", at: ContextPlace.all(of: scope))
      #expect(try await context.look("theme", view: view) == [text])
    }
  }

  @Test func `an entry says all of where it comes from`() async throws {
    let version = try await context.set("theme", "dark", at: .device("phone"), expiresIn: .seconds(60))
    let found = try await context.lookup(.init(view: .notes(device: "phone"), names: ["theme", "other"])).findings
    #expect(found.count == 2)
    #expect(found[1].entry == nil)
    #expect(
      found[0].entry
        == ContextEntry(
          name: "theme", scope: .device, version: version, content: Array("dark".utf8), type: "text/plain",
          written: Timestamp(seconds: 1_800_000_000), expires: Timestamp(seconds: 1_800_000_060), by: "tester"))
  }

  @Test func `only the scopes that are asked for are looked in`() async throws {
    try await context.set("theme", "1", at: .global)
    try await context.set("theme", "3", at: .user)
    let all: [(scopes: [ContextScope], text: String?)] = [
      ([.global], "global: 1"), ([.global, .space], "global: 1"), ([.space], nil), ([.global, .user], "user: 3"),
    ]
    for (scopes, text) in all {
      #expect(try await context.look("theme", view: .init(space: "notes", scopes: scopes)) == [text])
    }
    for scope in [ContextScope.unknown, ContextScope(rawValue: 9), .device] {
      let error = await #expect(throws: CallError<ContextMethods.LookupFailure>.self) {
        try await context.look("theme", view: .init(space: "notes", scopes: [scope]))
      }
      #expect(error?.status == .invalidArgument)
    }
  }

  @Test func `many names are answered in their order, also from layers of which some are empty`() async throws {
    for number in 0..<200 { try await context.set("k\(number)", "\(number)") }
    try await context.set("k7", "mine", at: .user)
    let names = (0..<256).map { "k\($0)" }
    let found = try await context.lookup(.init(view: .notes(device: "phone"), names: names)).findings.map {
      $0.entry?.text
    }
    var expected: [String?] = (0..<200).map { "space: \($0)" }
    expected[7] = "user: mine"
    expected += Array(repeating: nil, count: 56)
    #expect(found == expected)
  }

  @Test func `a lookup is bounded in names, and its reply in bytes`() async throws {
    let error = await #expect(throws: CallError<ContextMethods.LookupFailure>.self) {
      try await context.lookup(.init(view: .notes(), names: (0...256).map { "\($0)" }))
    }
    #expect(error?.declared == .tooLarge(TooLarge(what: "names", limit: 256, size: 257)))
    let large = String(repeating: "x", count: Limits.contextBytes / 4)
    for number in 0..<6 { try await context.set("k\(number)", large) }
    let names = (0..<6).map { "k\($0)" }
    #expect(try await context.lookup(.init(view: .notes(), names: names)).findings.count == 4)
    #expect(try await context.lookup(.init(view: .notes(), names: Array(names[4...]))).findings.count == 2)
    #expect(try await context.lookup(.init(view: .notes())).findings.isEmpty)
    try await context.set("k1", String(repeating: "x", count: Limits.contextBytes))
    #expect(try await context.lookup(.init(view: .notes(), names: ["k1", "none", "k2"])).findings.count == 2)
  }

  @Test func `one place is listed by prefix, a page at a time`() async throws {
    for name in ["a", "b1", "b2", "b3", "c"] { try await context.set(name, name) }
    try await context.set("b9", "mine", at: .user)
    try await context.remove("b2")
    var request = ContextListRequest(place: .space, prefix: "b", limit: 1)
    var reply = try await context.list(request)
    #expect(reply.entries.map(\.text) == ["space: b1"])
    #expect(reply.more)
    request.after = "b1"
    request.bare = true
    reply = try await context.list(request)
    #expect(reply.entries.map(\.name) == ["b3"])
    #expect(reply.entries.map(\.content) == [[]])
    #expect(!reply.more)
    #expect(try await context.list(.init(place: .user)).entries.map(\.name) == ["b9"])
    #expect(try await context.list(.init(place: .device("none"))).entries.isEmpty)
  }

  @Test(arguments: ["/", "..", "a/../b", "nul\0inside", "\0", "🦊 fox", "Ä", "A\u{308}", "a", "A", " "])
  func `a name is any text, and no other`(name: String) async throws {
    try await context.set("beside", "0")
    try await context.set(name, "1", at: .device(name))
    let found = try await context.lookup(.init(view: .notes(device: name), names: [name, name + "x", "beside"]))
      .findings
    #expect(found.map { $0.entry?.text } == ["device: 1", nil, "space: 0"])
    #expect(Array(try #require(found[0].entry).name.utf8) == Array(name.utf8))
    #expect(try await context.look(name) == [nil])
    #expect(try await context.past(name, at: .device(name)).count == 1)
    #expect(try await context.remove(name, at: .device(name)).existed)
  }

  @Test func `the empty content is a value`() async throws {
    try await context.set("theme", "")
    #expect(try await context.look("theme") == ["space: "])
  }
}

extension ContextPlace {
  /// The places of this test's caller.
  fileprivate static func all(of scope: ContextScope) -> ContextPlace {
    switch scope {
    case .global: .global
    case .user: .user
    case .device: .device("phone")
    default: .space
    }
  }
}
