import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Batches and transactions` {
  private let hub: PersistenceFixture
  private let notes: PersistenceClient

  init() async throws {
    hub = try await PersistenceFixture()
    notes = hub.client()
  }

  @Test func `each operation of a batch has an outcome of its own`() async throws {
    try await notes.put("a", "1")
    let reply = try await notes.batch(
      BatchRequest(
        space: "notes",
        operations: [
          .put(Put(key: "b", content: [2])), .put(Put(key: "a", expected: 9)), .get("a"), .get("none"),
          .delete(Delete(key: "a")), .delete(Delete(key: "a")), .check(Check(key: "b", expected: 2)),
        ]))
    #expect(reply.outcomes.map(\.status) == [0, 9, 0, 0, 0, 0, 0])
    #expect(reply.outcomes.map(\.version) == [2, 1, 1, 0, 3, 0, 2])
    #expect(reply.outcomes.map(\.existed) == [false, false, false, false, true, false, false])
    #expect(reply.outcomes[2].value?.content == Array("1".utf8))
    #expect(reply.outcomes[3].value == nil)
  }

  @Test func `a transaction sees its own writes`() async throws {
    let reply = try await notes.transaction(
      BatchRequest(
        space: "notes",
        operations: [
          .check(Check(key: "a", expected: 0)), .put(Put(key: "a", content: [1])),
          .put(Put(key: "a", content: [2], expected: 1)), .get("a"),
        ]))
    #expect(reply.outcomes.map(\.version) == [0, 1, 2, 2])
    #expect(reply.outcomes[3].value?.content == [2])
  }

  @Test func `a transaction whose precondition fails leaves nothing, not even a number in the sequence`() async throws {
    try await notes.put("a", "1")
    let error = await #expect(throws: CallError<PersistenceMethods.TransactionFailure>.self) {
      try await notes.transaction(
        BatchRequest(
          space: "notes",
          operations: [.put(Put(key: "b")), .delete(Delete(key: "a")), .check(Check(key: "a", expected: 1))]))
    }
    #expect(error?.declared == .conflict(Conflict(key: "a", expected: 1, actual: 0)))
    #expect(try await notes.text("a") == "1")
    #expect(try await notes.text("b") == nil)
    #expect(try await notes.put("c", "1") == 2)
    #expect(try await hub.calls.listSpaces().map(\.values) == [2])
  }

  @Test func `an operation that the hub does not know refuses the whole request`() async throws {
    let error = await #expect(throws: CallError<PersistenceMethods.BatchFailure>.self) {
      try await notes.batch(BatchRequest(space: "notes", operations: [.put(Put(key: "b")), Operation()]))
    }
    #expect(error?.status == .invalidArgument)
    #expect(try await notes.text("b") == nil)
  }

  @Test func `quotas hold to the byte, and what shrinks is always allowed`() async throws {
    _ = try await hub.calls.setQuota(SpaceQuota(space: "notes", bytes: 20, values: 2))
    try await notes.put("a", "123456789")
    let bytes = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await notes.put(PutRequest(space: "notes", key: "b", content: [UInt8](repeating: 0, count: 10)))
    }
    #expect(
      bytes?.declared == .quotaExceeded(QuotaExceeded(space: "notes", resource: "bytes", limit: 20, used: 10)))
    try await notes.put("b", "123456789")
    try await notes.put("b", "1")
    let values = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await notes.put(PutRequest(space: "notes", key: "c"))
    }
    #expect(
      values?.declared == .quotaExceeded(QuotaExceeded(space: "notes", resource: "values", limit: 2, used: 2)))
    _ = try await hub.calls.setQuota(SpaceQuota(space: "notes", bytes: 1, values: 1))
    try await notes.put("a", "1")
    _ = try await notes.delete("a")
    let status = try await hub.calls.listSpaces()
    #expect(
      status
        == [
          SpaceStatus(
            space: "notes", bytes: 2, values: 1, sequence: 5, quota: SpaceQuota(space: "notes", bytes: 1, values: 1))
        ])
  }

  @Test func `accounts are right after a long random history`() async throws {
    var random = SystemRandomNumberGenerator()
    var expected: [String: Int] = [:]
    for _ in 0..<300 {
      let key = "k\(Int.random(in: 0..<20, using: &random))"
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        _ = try await notes.delete(key)
        expected[key] = nil
      case 1:
        // Fails as a whole: the accounts must forget it.
        _ = try? await notes.transaction(
          BatchRequest(
            space: "notes",
            operations: [.put(Put(key: key, content: [1, 2, 3])), .check(Check(key: "none", expected: 1))]))
      default:
        let size = Int.random(in: 0..<50, using: &random)
        try await notes.put(key, String(repeating: "x", count: size))
        expected[key] = size
      }
    }
    let status = try #require(try await hub.calls.listSpaces().first)
    #expect(status.values == UInt64(expected.count))
    #expect(status.bytes == UInt64(expected.reduce(0) { $0 + $1.key.utf8.count + $1.value }))
  }
}
