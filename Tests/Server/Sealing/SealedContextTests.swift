import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Context of a hub that seals.
struct `Sealed context` {
  private let secret = "the secret that nobody should read"
  private let places: [ContextPlace] = [.global, .space, .user, .device("phone")]

  /// Sets a name twice in each place.
  private func fill(_ hub: PersistenceFixture) async throws {
    for place in places {
      try await hub.contextClient().set("a", "\(secret), once", at: place)
      try await hub.contextClient().set("a", "\(secret) of \(place.scope)", at: place)
    }
  }

  private func check(_ hub: PersistenceFixture) async throws {
    let context = hub.contextClient()
    #expect(try await context.look("a", view: .notes(device: "phone")) == ["device: \(secret) of device"])
    #expect(try await context.look("a") == ["user: \(secret) of user"])
    for place in places {
      let past = try await context.past("a", at: place)
      #expect(past.count == 2)
      #expect(past.allSatisfy { $0.contains(secret) }, "\(past)")
      let page = try await context.list(ContextListRequest(place: place))
      #expect(page.entries.map(\.text) == ["\(place.scope): \(secret) of \(place.scope)"])
      let bare = try await context.list(ContextListRequest(place: place, bare: true))
      #expect(bare.entries.map(\.content) == [[]])
    }
    #expect(!contains(try hub.dataBytes(), secret))
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  /// Runs a hub in a place, and ends it.
  private func run(
    _ place: TemporaryDirectory, sealed: Bool = true, _ body: (PersistenceFixture) async throws -> Void
  ) async throws {
    let hub = try await PersistenceFixture(sealed: sealed, in: place)
    try await body(hub)
    hub.close()
  }

  private func audit(_ place: TemporaryDirectory) throws -> AuditTrail.Report {
    try AuditTrail(of: HubDirectory(path: place.path)).verify()
  }

  @Test func `what is set is read again, and lies nowhere in the data`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await fill(hub)
    try await check(hub)
    #expect(try audit(place).values == 8)
    #expect(try await hub.keys().map(\.subject).sorted() == ["", "", "tester"])
    let plain = try await PersistenceFixture()
    try await fill(plain)
    #expect(try await hub.usage() == plain.usage(), "what was given is counted, not what is kept")
  }

  @Test func `watches open it`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    try await fill(hub)
    let watch = hub.contextClient().watch(.init(view: .notes(device: "phone")))
    var seen: [String] = []
    var isCaughtUp = false
    for try await change in watch {
      if change.kind == .caughtUp {
        isCaughtUp = true
        try await hub.contextClient().set("b", "later \(secret)")
        try await hub.contextClient().set("b", "for all \(secret)", at: .global)
      } else if isCaughtUp {
        seen.append(change.entry?.text ?? "")
        if seen.count == 2 { break }
      }
    }
    #expect(seen.sorted() == ["global: for all \(secret)", "space: later \(secret)"])
  }

  @Test func `what was there before is sealed, under its version, and no watch hears of it`() async throws {
    let place = try TemporaryDirectory()
    var versions: [String] = []
    try await run(place, sealed: false) { plain in
      try await fill(plain)
      try await plain.contextClient().set("gone", secret)
      try await plain.contextClient().remove("gone")
      versions = try await plain.contextClient().past("a", at: .user)
    }
    let hub = try await PersistenceFixture(sealed: true, in: place)
    #expect(contains(try hub.dataBytes(), secret))
    #expect(try await hub.contextClient().past("a", at: .user) == versions)
    try await hub.sealAnew()
    try await check(hub)
    #expect(try await hub.contextClient().past("a", at: .user) == versions)
    #expect(try await hub.contextClient().past("gone").first?.contains("removed") == true)
    let report = try audit(place)
    #expect(report.findings.filter { $0.sequence != nil && $0.problem.contains("context") }.isEmpty)
    #expect(report.values == 10)
    var told: [ContextChangeKind] = []
    for try await change in hub.contextClient().watch(.init(view: .notes())) {
      told.append(change.kind)
      if change.kind == .caughtUp { break }
    }
    #expect(told == [.caughtUp])
  }

  @Test func `the keys are replaced, and the trail stays true`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await fill(hub)
    let before = try await hub.keys().map(\.id)
    _ = try await hub.calls.rotateKeys(RotateKeysRequest())
    try await hub.sealAnew()
    #expect(try await Set(hub.keys().map(\.id)).isDisjoint(with: before))
    try await check(hub)
    #expect(try audit(place).values == 8)
  }

  @Test func `a call that is sent twice is done once`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let options = CallOptions(idempotencyKey: [1, 2, 3])
    let first = try await hub.contextClient().set("a", secret, at: .user, options: options)
    #expect(try await hub.contextClient().set("a", secret, at: .user, options: options) == first)
    await #expect(throws: (any Error).self) {
      try await hub.contextClient().set("a", "another", at: .user, options: options)
    }
  }

  @Test func `a content in the place of another, or of its own past, is damage`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await hub.contextClient().set("a", "old")
    try await hub.contextClient().set("a", "new")
    _ = try await hub.store.write { transaction in
      try transaction.execute(
        """
        UPDATE context SET (content, seal) = (SELECT content, seal FROM context WHERE is_latest = 0) WHERE is_latest = 1
        """)
    }
    await #expect(throws: (any Error).self) { try await hub.contextClient().look("a") }
    #expect(try audit(place).findings.contains { $0.problem == "the context is not what was written" })
  }

  @Test func `a backup of before an erasure has nothing of the user, and is cleared`() async throws {
    let place = try TemporaryDirectory()
    let aside = try TemporaryDirectory()
    let database = HubDirectory(path: place.path).database
    try await run(place) { hub in
      for user in ["ann", "bob"] {
        try await hub.contextClient().set("a", "\(secret), once", at: .user(user))
        try await hub.contextClient().set("a", "\(secret) of \(user)", at: .user(user))
      }
      try await hub.store.emptyLog()
      try FileManager.default.copyItem(atPath: database, toPath: aside.path("backup"))
      let reply = try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin")
      #expect(reply.context == 1)
      #expect(reply.keys == 1)
    }
    for file in [database, database + "-wal", database + "-shm"] { try LocalFile.remove(file) }
    try FileManager.default.copyItem(atPath: aside.path("backup"), toPath: database)
    try await run(place) { hub in
      let past = { (user: String) in try await hub.contextClient().past("a", at: .user(user)) }
      #expect(try await past("ann").allSatisfy { !$0.contains(secret) })
      #expect(try await past("bob").allSatisfy { $0.contains(secret) })
      try await hub.sealAnew()
      #expect(try await past("ann").count == 1)
      #expect(try await past("ann").first?.contains("removed") == true)
      #expect(try await past("bob").count == 2)
      let list = try await hub.contextClient().list(ContextListRequest(place: .user("bob")))
      #expect(list.entries.map(\.text) == ["user: \(secret) of bob"])
      #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
      #expect(try await hub.usage().values == 1)
    }
  }
}
