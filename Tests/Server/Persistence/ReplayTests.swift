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
      let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
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
    try await hub.calls.tendLogs()
    #expect(try await hub.store.ends(of: "notes")?.forgotten == 0)
    #expect(try await notes.put("a", "1", options: options) == 2)
    hub.advance(seconds: 2)
    #expect(try await notes.put("a", "1", options: options) == 3)
    try await hub.calls.tendLogs()
    #expect(try await hub.store.ends(of: "notes")?.forgotten == 2)
    #expect(try await notes.put("a", "1", options: options) == 3)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `copies among other calls are one mutation each, and the others happen all`() async throws {
    let versions = try await withThrowingTaskGroup(of: (Int, UInt64).self) { group in
      for call in 0..<200 {
        group.addTask {
          let name = call % 50
          let options = CallOptions(idempotencyKey: call < 100 ? [UInt8(name)] : [UInt8(call), 1])
          return (call, try await notes.put("k\(name)", "1", options: options))
        }
      }
      return try await group.reduce(into: [Int: UInt64]()) { $0[$1.0] = $1.1 }
    }
    for name in 0..<50 { #expect(versions[name] == versions[name + 50]) }
    #expect(Set(versions.values) == Set(1...150))
    #expect(try await hub.store.countChanges() == (150, 150))
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `a copy that a rule refuses gets the outcome of the first, which waits in the same group`() async throws {
    let versions = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for _ in 0..<40 { group.addTask { try await notes.put("a", "1", expected: 0, options: options) } }
      return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
    }
    #expect(versions == [1])
    #expect(try await hub.store.countChanges() == (1, 1))
  }

  @Test func `many copies of one call at once are one mutation`() async throws {
    let versions = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for _ in 0..<40 { group.addTask { try await notes.put("a", "1", options: options) } }
      return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
    }
    #expect(versions == [1])
  }
}
