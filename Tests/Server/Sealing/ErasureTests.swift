import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Subjects that are erased.
@Suite struct ErasureTests {
  private let secret = "the secret that nobody should read"

  private func put(_ hub: PersistenceFixture, _ key: String, subject: String) async throws {
    _ = try await hub.client().put(
      PutRequest(space: "notes", key: key, content: Array("\(secret) of \(subject)".utf8), subject: subject))
  }

  private func fill(_ hub: PersistenceFixture) async throws {
    for number in 0..<100 {
      try await put(hub, "a\(number)", subject: "ann")
      try await put(hub, "b\(number)", subject: "bob")
    }
  }

  @Test(arguments: [false, true])
  func `all that is about them goes, and nothing else`(_ isSealed: Bool) async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: isSealed, in: place)
    try await fill(hub)
    let read = BatchRequest(space: "notes", operations: [.get("a1"), .put(Put(key: "c", content: [1]))])
    _ = try await hub.client().transaction(read, options: CallOptions(idempotencyKey: [1]))
    let reply = try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin")
    #expect(reply.values == 100)
    #expect(reply.keys == (isSealed ? 2 : 0))
    #expect(try await hub.client().text("a1") == nil)
    #expect(try await hub.client().text("b1") == "\(secret) of bob")
    #expect(!contains(try hub.dataBytes(), "\(secret) of ann"))
    #expect(try await hub.keys(orNone: isSealed).allSatisfy { $0.subject != "ann" })
    #expect(try await hub.calls.listSpaces().first?.values == 101)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    #expect(try AuditTrail(of: HubDirectory(path: place.path)).verify().values == 101)
    #expect(try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin").values == 0)
    // The call is known still, and is not done again.
    let error = await #expect(throws: CallError<PersistenceMethods.TransactionFailure>.self) {
      try await hub.client().transaction(read, options: CallOptions(idempotencyKey: [1]))
    }
    #expect(error?.status == .failedPrecondition)
  }

  @Test func `watches are told, and what comes later stays under another key`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    try await put(hub, "a", subject: "ann")
    let before = try await hub.keys()
    _ = try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin")
    try await put(hub, "a", subject: "ann")
    var kinds: [ChangeKind] = []
    var who: [String] = []
    for try await change in hub.client().watch(WatchRequest(space: "notes", fromStart: true)) {
      if change.kind == .caughtUp { break }
      kinds.append(change.kind)
      who.append(change.by)
    }
    #expect(kinds == [.put, .erased, .put])
    #expect(who[1] == "admin")
    #expect(try await hub.client().text("a") == "\(secret) of ann")
    let own = { (keys: [KeyInfo]) in keys.filter { $0.subject == "ann" }.map(\.id) }
    #expect(own(before).count == 1)
    #expect(try await Set(own(hub.keys())).isDisjoint(with: own(before)))
  }

  @Test func `a backup of before cannot be read with the keys of today, and is cleared`() async throws {
    let place = try TemporaryDirectory()
    let aside = try TemporaryDirectory()
    let database = HubDirectory(path: place.path).database
    try await running(place) { hub in
      try await fill(hub)
      try await hub.store.emptyLog()
      try FileManager.default.copyItem(atPath: database, toPath: aside.path("backup"))
      _ = try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin")
    }
    for file in [database, database + "-wal", database + "-shm"] { try LocalFile.remove(file) }
    try FileManager.default.copyItem(atPath: aside.path("backup"), toPath: database)
    try await running(place) { hub in
      #expect(try await hub.client().text("a1") == nil)
      #expect(try await hub.client().text("b1") == "\(secret) of bob")
      try await hub.sealAnew()
      let left = try await hub.client().list(ListRequest(space: "notes", limit: 1_000, bare: true))
      #expect(left.values.count == 100)
      #expect(left.values.allSatisfy { $0.key.hasPrefix("b") })
      #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    }
  }

  @Test func `what an interruption has left is gone on with`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await fill(hub)
    _ = try await hub.store.write { transaction in
      try transaction.execute("INSERT INTO erasure (space, subject, who) VALUES ('notes', 'ann', 'admin')")
    }
    try await hub.calls.finishErasures()
    #expect(try await hub.client().text("a1") == nil)
    #expect(try await hub.client().text("b1") == "\(secret) of bob")
    let open = try await hub.store.scan { transaction in
      try transaction.first("SELECT count(*) FROM erasure") { $0.integer(0) }
    }
    #expect(open == 0)
  }

  /// Runs a sealed hub in a place, and ends it.
  private func running(_ place: TemporaryDirectory, _ body: (PersistenceFixture) async throws -> Void) async throws {
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await body(hub)
    hub.close()
  }
}

extension PersistenceFixture {
  fileprivate func keys(orNone isSealed: Bool) async throws -> [KeyInfo] { isSealed ? try await keys() : [] }
}
