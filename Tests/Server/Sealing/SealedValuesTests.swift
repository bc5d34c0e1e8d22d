import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Values of a hub that seals.
@Suite struct SealedValuesTests {
  private let secret = "the secret that nobody should read"

  @Test func `what is stored is read again, and lies nowhere in the data`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let client = hub.client()
    try await client.put("a", secret)
    try await client.put("a", secret + ", twice")
    _ = try await client.put(PutRequest(space: "notes", key: "b", content: Array(secret.utf8), subject: "ann"))
    #expect(try await client.text("a") == secret + ", twice")
    #expect(try await client.text("b") == secret)
    #expect(try await client.exists(GetRequest(space: "notes", key: "b")).size == UInt64(secret.utf8.count))
    #expect(!contains(try hub.dataBytes(), secret))
    #expect(contains(try hub.dataBytes(), "notes"), "the bytes are those of the data")
  }

  @Test func `lists, downloads, watches and transactions open it`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let client = hub.client()
    try await client.put("a", secret)
    let page = try await client.list(ListRequest(space: "notes"))
    #expect(page.values.map(\.content) == [Array(secret.utf8)])
    let bare = try await client.list(ListRequest(space: "notes", bare: true))
    #expect(bare.values.map(\.content) == [[]])
    let read = try await client.transaction(
      BatchRequest(space: "notes", operations: [.get("a"), .put(Put(key: "c", content: [1]))]))
    #expect(read.outcomes.first?.value?.content == Array(secret.utf8))
    var watched: [[UInt8]] = []
    for try await change in client.watch(WatchRequest(space: "notes", fromStart: true)) {
      if change.kind == .caughtUp { break }
      watched.append(change.value?.content ?? [])
    }
    #expect(watched == [Array(secret.utf8), [1]])
  }

  @Test func `it counts what was given, not what it keeps`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    try await hub.client().put("abc", "12345")
    try await hub.client().put("abc", "1234567")
    let space = try #require(try await hub.calls.listSpaces().first)
    #expect(space.bytes == 10)
    _ = try await hub.client().delete("abc")
    #expect(try await hub.calls.listSpaces().first?.bytes == 0)
  }

  @Test func `a call that is sent twice is done once, and recognised as the same`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let options = CallOptions(idempotencyKey: [1, 2, 3])
    let first = try await hub.client().put("a", secret, options: options)
    #expect(try await hub.client().put("a", secret, options: options) == first)
    await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await hub.client().put("a", "another", options: options)
    }
  }

  @Test func `what a call has read is sealed in its outcome, too`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    try await hub.client().put("a", secret)
    let batch = BatchRequest(space: "notes", operations: [.get("a"), .put(Put(key: "b", content: [1]))])
    let options = CallOptions(idempotencyKey: [1, 2, 3])
    let first = try await hub.client().transaction(batch, options: options)
    try await hub.client().put("a", "another")
    #expect(try await hub.client().transaction(batch, options: options) == first)
    #expect(first.outcomes.first?.value?.content == Array(secret.utf8))
    #expect(!contains(try hub.dataBytes(), secret))
  }

  @Test func `a content in another's place is damage, and never returned`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let client = hub.client()
    try await client.put("a", secret)
    try await client.put("b", "another")
    _ = try await client.put(PutRequest(space: "other", key: "b", content: [1]))
    _ = try await hub.store.write { transaction in
      try transaction.execute(
        """
        UPDATE value SET (content, seal) = (SELECT content, seal FROM value WHERE key = CAST('a' AS BLOB))
        WHERE key = CAST('b' AS BLOB)
        """)
    }
    for space in ["notes", "other"] {
      let error = await #expect(throws: CallError<PersistenceMethods.GetFailure>.self) {
        try await client.get(GetRequest(space: space, key: "b"))
      }
      #expect(error?.status == .dataLoss)
    }
    #expect(try await client.text("a") == secret)
  }

  @Test func `a flipped bit is damage`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    try await hub.client().put("a", secret)
    _ = try await hub.store.write { transaction in
      try transaction.execute(
        "UPDATE value SET content = CAST(substr(content, 1, 80) || x'00' || substr(content, 82) AS BLOB)")
    }
    await #expect(throws: (any Error).self) { try await hub.client().text("a") }
  }

  @Test func `what was stored before is read as it is, and what is written is sealed`() async throws {
    let place = try TemporaryDirectory()
    try await fillPlain(place)
    let hub = try await PersistenceFixture(sealed: true, in: place)
    try await hub.client().put("new", secret)
    #expect(try await hub.client().text("old") == "plain")
    #expect(try await hub.client().text("new") == secret)
    #expect(!contains(try hub.dataBytes(), secret))
    hub.close()
  }

  private func fillPlain(_ place: TemporaryDirectory) async throws {
    let plain = try await PersistenceFixture(in: place)
    try await plain.client().put("old", "plain")
    plain.close()
  }

  @Test func `the trail is checked without keys`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    for number in 0..<10 { try await hub.client().put("\(number % 4)", "\(secret) \(number)") }
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    let trail = try AuditTrail(of: HubDirectory(path: place.path))
    #expect(try trail.verify().values == 4)
    _ = try await hub.store.write { transaction in
      try transaction.execute(
        "UPDATE value SET content = (SELECT content FROM value WHERE key = x'30') WHERE key = x'31'")
    }
    let problems = try trail.verify().findings.map(\.problem)
    #expect(problems.contains("the value is not the one that was written"))
    hub.close()
  }
}

/// Whether some bytes are among others.
func contains(_ bytes: [UInt8], _ text: String) -> Bool {
  let wanted = Array(text.utf8)
  return bytes.indices.dropLast(wanted.count - 1).contains { start in
    bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
  }
}
