import Foundation
import HoldfastStore
import TestSupport
import Testing

@Suite struct StoreTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `what is written is read, and is there after closing and opening`() async throws {
    do {
      let store = try directory.openStore()
      try await store.write { try $0.note(1, [7]) }
      #expect(try await store.read { try $0.body(of: 1) } == [7])
    }
    let store = try directory.openStore()
    #expect(try await store.read { try $0.body(of: 1) } == [7])
  }

  @Test func `a store that is closed has let go of its file, though others still hold the store`() async throws {
    let store = try directory.openStore()
    try await store.write { try $0.note(1, [7]) }
    let log = directory.path("holdfast.sqlite-wal")
    try #require(FileManager.default.fileExists(atPath: log))
    store.close()
    // The last connection to be closed puts the file into one part.
    #expect(!FileManager.default.fileExists(atPath: log))
    let error = await #expect(throws: StoreError.self) { try await store.write { try $0.note(2) } }
    #expect(error?.code == .closed)
    let reading = await #expect(throws: StoreError.self) { try await store.read { try $0.body(of: 1) } }
    #expect(reading?.code == .closed)
    store.close()
  }

  @Test func `many callers at once are all answered, each with its own outcome`() async throws {
    let store = try directory.openStore()
    let results = await withTaskGroup { group in
      for number in 0..<500 {
        group.addTask {
          try? await store.write { transaction in
            try transaction.note(number)
            if number % 7 == 0 { throw Refusal() }
            return number
          }
        }
      }
      var results: Set<Int> = []
      for await result in group { if let result { results.insert(result) } }
      return results
    }
    let expected = (0..<500).filter { $0 % 7 != 0 }
    #expect(results == Set(expected))
    #expect(try await store.scan { try $0.numbers() } == expected)
  }

  @Test func `a write sees the ones before it, and their order is that of submission`() async throws {
    let store = try directory.openStore()
    for number in 0..<20 {
      let count = try await store.write { transaction in
        try transaction.note(number)
        return try transaction.numbers().count
      }
      #expect(count == number + 1)
    }
  }

  @Test func `writes beyond the queue's capacity are refused as overloaded`() async throws {
    var options = StoreOptions()
    options.queuedWrites = 2
    let store = try directory.openStore(options)
    let gate = Monitor(false)
    let entered = Monitor(false)
    let blocking = Task {
      try await store.write { _ in
        entered.withLock { $0 = true }
        entered.signal()
        gate.wait { $0 ? () : nil }
      }
    }
    await Task.detached { entered.wait { $0 ? () : nil } }.value
    let outcomes = await withTaskGroup { group in
      for number in 0..<5 {
        group.addTask {
          do {
            try await store.write { try $0.note(number) }
            return StoreError.Code?.none
          } catch {
            // The first refusal opens the gate: until then the queue stays as it is.
            gate.withLock { $0 = true }
            gate.signal()
            return (error as? StoreError)?.code
          }
        }
      }
      var outcomes: [StoreError.Code?] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    try await blocking.value
    #expect(outcomes.contains(.overloaded))
    #expect(outcomes.contains(nil))
    #expect(outcomes.allSatisfy { $0 == nil || $0 == .overloaded })
  }

  @Test func `a closed store refuses politely`() async throws {
    let store = try directory.openStore()
    store.close()
    store.close()
    for operation in [{ try await store.write { _ in } }, { try await store.scan { _ in } }]
      as [() async throws -> Void]
    {
      let error = await #expect(throws: StoreError.self) { try await operation() }
      #expect(error?.code == .closed)
    }
  }

  @Test func `observers hear of what was committed, in order, before the caller goes on`() async throws {
    let store = try directory.openStore()
    let heard = Monitor<[CommitNotice]>([])
    let observation = try store.observeCommits { notices in heard.withLock { $0 += notices } }
    for sequence in 1...3 as ClosedRange<Int64> {
      try await store.write { $0.announce(space: 5, sequence: sequence) }
      #expect(heard.withLock { $0.last } == CommitNotice(space: 5, sequence: sequence))
    }
    await #expect(throws: Refusal.self) {
      try await store.write { transaction in
        transaction.announce(space: 5, sequence: 4)
        throw Refusal()
      }
    }
    try await store.write { transaction in
      transaction.announce(space: 6, sequence: 1)
      transaction.announce(space: 5, sequence: 5)
      transaction.announce(space: 6, sequence: 2)
    }
    observation.cancel()
    try await store.write { $0.announce(space: 5, sequence: 9) }
    let expected = [(5, 1), (5, 2), (5, 3), (6, 2), (5, 5)]
    #expect(heard.withLock { $0 } == expected.map { CommitNotice(space: Int64($0.0), sequence: Int64($0.1)) })
  }
}
