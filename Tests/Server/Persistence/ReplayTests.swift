import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Calls that are sent twice` {
  private let hub: PersistenceFixture
  private let notes: PersistenceClient
  private let options = CallOptions(idempotencyKey: [1, 2, 3])

  init() async throws {
    hub = try await PersistenceFixture()
    notes = hub.client()
  }

  @Test func `a put that is sent again happens once and returns the first outcome`() async throws {
    let first = try await notes.put("a", "1", expected: 0, options: options)
    let other = try await notes.put("a", "2")
    #expect(try await notes.put("a", "1", expected: 0, options: options) == first)
    #expect(try await notes.text("a") == "2")
    #expect(other == first + 1)
  }

  @Test func `a delete and a transaction are replayed whole`() async throws {
    try await notes.put("a", "1")
    let delete = DeleteRequest(space: "notes", key: "a")
    let first = try await notes.delete(delete, options: options)
    #expect(first == DeleteReply(existed: true, version: 2))
    #expect(try await notes.delete(delete, options: options) == first)
    let batch = BatchRequest(space: "notes", operations: [.put(Put(key: "b", content: [1])), .get("b")])
    let other = CallOptions(idempotencyKey: [9])
    let outcome = try await notes.transaction(batch, options: other)
    #expect(try await notes.transaction(batch, options: other) == outcome)
    #expect(outcome.outcomes[1].value?.content == [1])
  }

  @Test func `the same identity with another request is refused`() async throws {
    try await notes.put("a", "1", options: options)
    for request in [
      PutRequest(space: "notes", key: "a", content: [50]), PutRequest(space: "notes", key: "b", content: [49]),
      PutRequest(space: "other", key: "a", content: [49]),
      PutRequest(space: "notes", key: "a", content: [49], expected: 0),
      PutRequest(space: "notes", key: "a", content: [49], expiresIn: .seconds(1)),
    ] {
      let error = await #expect(throws: CallError<Persistence.PutFailure>.self) {
        try await notes.put(request, options: options)
      }
      guard case .operationMismatch = error?.declared else {
        Issue.record("\(request) must not pass as the first request: \(String(describing: error))")
        return
      }
    }
    #expect(try await notes.text("a") == "1")
  }

  @Test func `identities of two clients have nothing to do with each other`() async throws {
    try await notes.put("a", "1", options: options)
    let other = hub.client("somebody else")
    #expect(try await other.put("a", "2", options: options) == 2)
  }

  @Test func `what failed has no outcome: sent again it is judged anew`() async throws {
    await #expect(throws: (any Error).self) { try await notes.put("a", "1", expected: 1, options: options) }
    try await notes.put("a", "0")
    #expect(try await notes.put("a", "1", expected: 1, options: options) == 2)
  }

  @Test func `outcomes are forgotten after their time, and the audit chain stays whole`() async throws {
    try await notes.put("b", "1", options: CallOptions(idempotencyKey: [4]))
    try await notes.put("a", "1", options: options)
    hub.advance(seconds: 7 * 86_400 - 1)
    #expect(try await hub.calls.forgetOutcomes() == 0)
    #expect(try await notes.put("a", "1", options: options) == 2)
    hub.advance(seconds: 2)
    #expect(try await notes.put("a", "1", options: options) == 3)
    #expect(try await hub.calls.forgetOutcomes() == 1)
    #expect(try await hub.calls.forgetOutcomes() == 0)
    #expect(try await notes.put("a", "1", options: options) == 3)
    #expect(try await Audit.brokenLink(in: hub, space: "notes") == nil)
  }

  @Test func `many copies of one call at once are one mutation`() async throws {
    let versions = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for _ in 0..<40 { group.addTask { try await notes.put("a", "1", options: options) } }
      return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
    }
    #expect(versions == [1])
  }
}

/// Reads the log as an auditor would.
enum Audit {
  /// The first sequence whose digest does not follow from the one before and its row; nil when the chain is whole.
  static func brokenLink(in hub: PersistenceFixture, space: String) async throws -> Int64? {
    try await hub.store.scan { transaction -> Int64? in
      let found = try transaction.first(
        "SELECT id, digest FROM space WHERE name = $1", [.text(space)]
      ) { ($0.integer(0), $0.bytes(1)) }
      guard let (id, head) = found else { return nil }
      let base = ChangeID(space: id, sequence: 0).rawValue
      var digest = ChangeLog.firstDigest
      var broken: Int64?
      var sequence: Int64 = 0
      try transaction.forEach(
        """
        SELECT id - $1, at, who, kind, key, content, digest FROM change WHERE id > $1 AND id <= $2 ORDER BY id
        """, [.integer(base), .integer(base + ChangeID.lastSequence)]
      ) { row in
        sequence += 1
        digest = ChangeLog.digest(
          after: digest, sequence: sequence, at: Moment(microseconds: row.integer(1)), who: row.text(2),
          LogEntry(
            kind: ChangeKind(rawValue: Int32(row.integer(3))), key: row.bytes(4), content: row.bytes(5)))
        if row.integer(0) != sequence || row.bytes(6) != digest { broken = sequence }
        return broken == nil
      }
      return broken ?? (digest == head ? nil : sequence + 1)
    }
  }
}
