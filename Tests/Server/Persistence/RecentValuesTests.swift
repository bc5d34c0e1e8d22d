import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import Testing

@testable import HoldfastServer

struct `Recent values` {
  @Test func `a call that was undone after it had written leaves versions and sizes as they were`() async throws {
    let hub = try await PersistenceFixture()
    let notes = hub.client()
    try await notes.put("a", "1")
    try await notes.put("a", "22")
    await #expect(throws: CallError<PersistenceMethods.TransactionFailure>.self) {
      try await notes.transaction(
        BatchRequest(
          space: "notes",
          operations: [
            .put(Put(key: "a", content: [1, 2, 3, 4])), .delete(Delete(key: "a")), .put(Put(key: "a", content: [1])),
            .put(Put(key: "a", content: [1, 2, 3, 4])), .check(Check(key: "a", expected: 1)),
          ]))
    }
    #expect(try await notes.put("a", "333", expected: 2) == 3)
    #expect(try await hub.calls.listSpaces().map(\.bytes) == [4])
    #expect(try await notes.text("a") == "333")
  }

  @Test func `after a commit that failed the values are as before`() async throws {
    let disk = LosingDisk(seed: 1)
    var options = StoreOptions()
    options.vfs = disk.name
    let store = try Store(Database(path: "hub", options: options, migrations: Schema.migrations), options: options)
    defer { store.close() }
    let calls = try await PersistenceCalls.open(store)
    func put(_ content: [UInt8], expected: UInt64? = nil) async throws -> UInt64 {
      let value = NewValue(key: [1], content: content, contentHash: [2], type: "", expected: expected)
      return try await store.write { transaction in
        let account = try transaction.shared(SpaceLedger.self).openAccount(named: "notes", transaction)
        var mutation = Mutation(
          of: account, now: calls.now, by: "tester", defaultQuota: calls.defaultQuota, sealing: nil)
        let version = try mutation.put(value, transaction)
        try mutation.finish(nil, outcome: [], transaction)
        return version
      }
    }
    _ = try await put([1])
    _ = try await put([1, 2])
    disk.inject { $0.syncFails = true }
    await #expect(throws: StoreError.self) { try await put([1, 2, 3, 4]) }
    disk.inject { $0.syncFails = false }
    #expect(try await put([1, 2, 3], expected: 2) == 3)
    #expect(try await calls.listSpaces().map(\.bytes) == [4])
  }

  @Test func `values that were removed are found to be gone, and new ones under their keys begin anew`() async throws {
    let hub = try await PersistenceFixture()
    let notes = hub.client()
    for _ in 0..<2 {
      try await notes.put("a", "1", expected: 0)
      try await notes.put("a", "22")
      #expect(try await notes.delete("a").existed)
      #expect(try await notes.delete("a").existed == false)
      try await notes.put("b", "1", expected: 0)
      try await notes.put("b", "22", expiresIn: .seconds(5))
      hub.advance(seconds: 5)
      #expect(try await hub.calls.purgeExpired() == 1)
    }
    #expect(try await hub.calls.listSpaces().map(\.bytes) == [0])
  }

  @Test(arguments: [UInt64(1), 2, 3]) func `what is known of more names than there is room for is never out of date`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    let recent = RecentValues()
    var rows: [[UInt8]: Int64] = [:]
    var found = 0
    for version in Int64(1)...6_000 {
      var before: [[UInt8]: Int64] = [:]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Some names again and again, so that they meet others in their places.
        let name = Int.random(in: 0..<(Bool.random(using: &random) ? 100 : 30_000), using: &random)
        let key = Array("key/\(name)".utf8)
        if before[key] == nil { before[key] = rows[key] ?? 0 }
        let known = recent.find(space: 7, key: key)
        #expect(known == nil || known?.version == rows[key])
        found += known == nil ? 0 : 1
        rows[key] = Int.random(in: 0..<4, using: &random) == 0 ? nil : version
        let record = rows[key].map { ValueRecord(id: Int64(name), version: $0, size: 1) }
        recent.note(record, space: 7, key: key)
        #expect(recent.find(space: 7, key: key)?.version == rows[key])
        #expect(recent.find(space: 8, key: key) == nil)
      }
      let isKept = Int.random(in: 0..<5, using: &random) > 0
      recent.jobEnded(kept: isKept)
      if !isKept { for (key, version) in before { rows[key] = version == 0 ? nil : version } }
    }
    #expect(found > 1_000)
  }
}
