import HoldfastCache
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

/// Values kept in memory in front of an adapter.
@Suite struct CachedAdapterTests {
  private let behind = FailingAdapter(MemoryAdapter())
  private let clock = TestClock()

  private func cached(
    bytes: Int = 1 << 20, lifetime: Duration? = nil, writing: CachedAdapter.Writing = .through
  ) -> CachedAdapter {
    CachedAdapter(over: behind, bytes: bytes, lifetime: lifetime, writing: writing, clock: clock.device())
  }

  private static let back = CachedAdapter.Writing.back(interval: .seconds(10), bytes: 1 << 16)

  /// Lets time pass until something holds.
  private func pass(until holds: @escaping @Sendable () -> Bool) async throws {
    try await clock.running { while !holds() { await Task.yield() } }
  }

  @Test(arguments: [CachedAdapter.Writing.through, back, .back(interval: .seconds(10), bytes: 1)])
  func `it is an adapter like others`(_ writing: CachedAdapter.Writing) async {
    let broken = await StorageConformance { adapter in
      try await (adapter as? CachedAdapter)?.close()
      guard let cached = adapter as? CachedAdapter else { return adapter }
      // What is written later has other versions behind, which nobody was told of.
      return writing == .through ? CachedAdapter(over: cached.adapter, bytes: 1 << 20) : cached
    } _: {
      CachedAdapter(over: MemoryAdapter(), bytes: 1 << 20, writing: writing)
    }.run()
    #expect(broken == [])
  }

  @Test func `what was read is not read again, and what is not there is not looked for again`() async throws {
    try await behind.write([1], for: "a")
    let cached = cached()
    let before = behind.calls
    for _ in 0..<5 {
      #expect(try await cached.read("a")?.bytes == [1])
      #expect(try await cached.version("a") != nil)
      #expect(try await cached.read("none") == nil)
    }
    #expect(behind.calls == before + 2)
    #expect(cached.counters.hits == 13)
    #expect(cached.counters.misses == 2)
  }

  @Test func `many who ask for what is not there ask once`() async throws {
    let cached = cached()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<1000 {
        group.addTask {
          let found = try await cached.read("none")
          #expect(found == nil)
        }
      }
      try await group.waitForAll()
    }
    #expect(behind.calls == 1)
  }

  @Test func `what others have written is read when the lifetime is over, or when somebody tells of it`() async throws {
    let cached = cached(lifetime: .seconds(60))
    try await cached.write([1], for: "a/1")
    try await cached.write([1], for: "a/2")
    func both() async throws -> [[UInt8]?] {
      [try await cached.read("a/1")?.bytes, try await cached.read("a/2")?.bytes]
    }
    _ = try await both()
    try await behind.apply([.write([2], for: "a/1"), .write([2], for: "a/2")])
    #expect(try await both() == [[1], [1]])
    cached.invalidate("a/1")
    #expect(try await both() == [[2], [1]])
    try await behind.apply([.write([3], for: "a/1"), .write([3], for: "a/2")])
    cached.invalidate(prefix: "a/")
    #expect(try await both() == [[3], [3]])
    try await behind.apply([.write([4], for: "a/1"), .write([4], for: "a/2")])
    try await clock.advance(by: .seconds(59))
    #expect(try await both() == [[3], [3]])
    try await clock.advance(by: .seconds(1))
    #expect(try await both() == [[4], [4]])
    try await behind.write([5], for: "a/1")
    let told = AsyncStream<String> { keys in
      keys.yield("a/1")
      keys.finish()
    }
    try await cached.invalidate(by: told)
    #expect(try await both() == [[5], [4]])
  }

  @Test func `an old value in memory never wins over a newer one behind`() async throws {
    let cached = cached()
    let persistence = Persistence(cached)
    try await persistence.save(1, as: "count")
    #expect(try await persistence.load(Int.self, "count") == 1)
    try await Persistence(behind).save(10, as: "count")
    try await persistence.transaction { place in
      try place.save(1 + (try await place.load(Int.self, "count") ?? 0), as: "count")
    }
    #expect(try await persistence.load(Int.self, "count") == 11)
  }

  @Test func `memory is bounded in bytes, and large values are compressed`() async throws {
    let cached = cached(bytes: 100_000)
    let large = [UInt8](repeating: 7, count: 1 << 20)
    try await cached.write(large, for: "large")
    #expect(try await cached.read("large")?.bytes == large)
    #expect(try await cached.read("large")?.bytes == large)
    #expect(cached.counters.hits == 1)
    #expect(cached.counters.weight < 20_000)
    for number in 0..<1000 {
      let noise = (0..<1000).map { _ in UInt8.random(in: 0...255) }
      try await cached.write(noise, for: "\(number)")
      #expect(try await cached.read("\(number)")?.bytes == noise)
      #expect(cached.counters.weight <= 100_000)
    }
    #expect(cached.counters.evictions > 0)
  }

  @Test func `a write that fails leaves nothing in memory`() async throws {
    let cached = cached()
    try await cached.write([1], for: "a")
    _ = try await cached.read("a")
    behind.fail(from: 1)
    await #expect(throws: StorageError.self) { try await cached.write([2], for: "a") }
    behind.fail(from: nil)
    try await behind.adapter.write([3], for: "a")
    #expect(try await cached.read("a")?.bytes == [3])
  }

  // MARK: Writing later

  @Test func `what is written later is read at once, and written together`() async throws {
    let cached = cached(writing: Self.back)
    try await cached.apply([.write([1], for: "a"), .write([2], for: "b")])
    try await cached.write([3], for: "a")
    #expect(try await cached.delete("b"))
    #expect(try await !cached.delete("c"))
    #expect(try await cached.read("a")?.bytes == [3])
    #expect(try await cached.read("b") == nil)
    #expect(behind.applied.isEmpty)
    #expect(cached.unsaved.count == 3)
    #expect(cached.unsaved.weight == 4)
    try await cached.flush()
    #expect(behind.applied == [[.write([3], for: "a"), .delete("b"), .delete("c")]])
    #expect(cached.unsaved.count == 0)
    #expect(try await cached.read("a")?.bytes == [3])
  }

  @Test func `what waits is written at intervals, and again when that fails`() async throws {
    let cached = cached(writing: Self.back)
    let running = Task { await cached.run() }
    try await cached.write([1], for: "a")
    try await pass { cached.unsaved.count == 0 }
    #expect(clock.elapsed >= .seconds(10))
    #expect(try await behind.read("a")?.bytes == [1])
    try await cached.write([2], for: "a")
    behind.fail(from: 1)
    try await pass { cached.unsaved.failure != nil }
    #expect(cached.unsaved.count == 1)
    behind.fail(from: nil)
    try await pass { cached.unsaved.count == 0 }
    #expect(cached.unsaved.failure == nil)
    #expect(try await behind.read("a")?.bytes == [2])
    running.cancel()
    await running.value
  }

  @Test func `what waits is bounded`() async throws {
    let cached = cached(writing: .back(interval: .seconds(10), bytes: 1000))
    for number in 0..<100 {
      try await cached.write([UInt8](repeating: 1, count: 99), for: "\(number % 10)")
      #expect(cached.unsaved.weight <= 1000)
    }
    try await cached.write([UInt8](repeating: 1, count: 5000), for: "large")
    #expect(cached.unsaved.count == 0)
    for number in 0..<9 { try await cached.write([UInt8](repeating: 2, count: 99), for: "\(number)") }
    #expect(try await cached.read("x") == nil)
    behind.fail(from: 1)
    await #expect(throws: StorageError.self) { try await cached.write([UInt8](repeating: 2, count: 999), for: "x") }
    #expect(cached.unsaved.count == 9)
  }

  @Test func `no more waits than can be written together`() async throws {
    let cached = cached(writing: .back(interval: .seconds(10), bytes: 1 << 20))
    let half = PersistenceLimits.changes / 2 + 1
    for part in 0..<2 { try await cached.apply((0..<half).map { .write([1], for: "\(part)/\($0)") }) }
    #expect(cached.unsaved.count == half)
    try await cached.flush()
    #expect(behind.applied.map(\.count) == [half, half])
  }

  @Test func `closing writes what waits, and can be tried again`() async throws {
    let cached = cached(writing: Self.back)
    try await cached.write([1], for: "a")
    behind.fail(from: 1)
    await #expect(throws: StorageError.self) { try await cached.close() }
    #expect(try await cached.read("a")?.bytes == [1])
    let error = await #expect(throws: StorageError.self) { try await cached.write([2], for: "a") }
    #expect(error?.code == .closed)
    behind.fail(from: nil)
    try await cached.close()
    #expect(try await behind.read("a")?.bytes == [1])
  }

  @Test func `a version that was told stays true after the value is written`() async throws {
    let cached = cached(writing: Self.back)
    let version = try await cached.write([1], for: "a")
    try await cached.flush()
    #expect(try await cached.read("a") == StoredValue([1], version: version))
    let next = try await cached.write([2], for: "a", expected: version)
    #expect(next > version)
    let error = await #expect(throws: StorageError.self) { try await cached.write([3], for: "a", expected: version) }
    #expect(error?.code == .conflict)
    #expect(try await behind.read("a")?.bytes == [2])
  }

  @Test func `erasing leaves nothing that waits`() async throws {
    let cached = cached(writing: Self.back)
    try await cached.write([1], for: "a")
    try await cached.flush()
    try await cached.write([2], for: "b")
    _ = try await cached.read("a")
    try await cached.eraseAll()
    try await cached.flush()
    #expect(try await cached.keys(prefix: "", after: nil, limit: 9).isEmpty)
    #expect(try await cached.read("a") == nil)
    #expect(try await cached.read("b") == nil)
  }

  @Test(arguments: [CachedAdapter.Writing.through, back])
  func `whoever reads never sees an older value than one written before`(_ writing: CachedAdapter.Writing) async throws
  {
    let cached = CachedAdapter(over: MemoryAdapter(), bytes: 4_000, writing: writing)
    let written = Lock(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 1...300 {
          try await cached.write(Array("\(number)".utf8), for: "a")
          written.withLock { $0 = number }
          if number % 50 == 0 { try await cached.flush() }
        }
      }
      for _ in 0..<3 {
        group.addTask {
          while written.withLock({ $0 }) < 300 {
            let least = written.withLock { $0 }
            let bytes = try await cached.read("a")?.bytes
            let seen = bytes.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            #expect(seen >= least)
            if Int.random(in: 0..<10) == 0 { cached.invalidate("a") }
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
