import HoldfastRPC
import HoldfastTesting
import Testing

@testable import HoldfastSDK

/// Values that are here and there, whether there can be reached or not.
@Suite struct CompositeAdapterTests {
  private let local = FailingAdapter(MemoryAdapter())
  private let remote = FailingAdapter(MemoryAdapter())

  private func composite(_ policy: @escaping CompositeAdapter.Policy = { _ in .stop }) -> CompositeAdapter {
    CompositeAdapter(local: local, remote: remote, policy: policy)
  }

  private func values(_ adapter: any StorageAdapter) async throws -> [String: [UInt8]] {
    var values: [String: [UInt8]] = [:]
    for key in try await Persistence(adapter).list() where !key.hasPrefix(CompositeQueue.reserved) {
      values[key] = try await adapter.read(key)?.bytes
    }
    return values
  }

  @Test func `it is an adapter like others`() async {
    let broken = await StorageConformance(keyBytes: CompositeAdapter.keyBytes, valueBytes: 1 << 20) { adapter in
      guard let adapter = adapter as? CompositeAdapter else { return adapter }
      return CompositeAdapter(local: adapter.local, remote: adapter.remote)
    } _: {
      CompositeAdapter(local: MemoryAdapter(), remote: MemoryAdapter())
    }.run()
    #expect(broken == [])
  }

  @Test func `what is changed while nothing can be reached arrives later, in order`() async throws {
    let composite = composite()
    try await composite.synchronize()
    remote.fail(from: 1)
    try await composite.write([1], for: "a")
    try await composite.apply([.write([2], for: "a"), .write([3], for: "b")])
    try await composite.delete("b")
    #expect(try await values(composite) == ["a": [2]])
    #expect(try await composite.read("never") == nil)
    #expect(try await composite.waiting() == 3)
    let error = await #expect(throws: StorageError.self) { try await composite.synchronize() }
    #expect(error?.code == .unavailable)
    remote.fail(from: nil)
    try await composite.synchronize()
    #expect(remote.applied.map { $0.map(\.key) } == [["a"], ["a", "b"], ["b"]])
    #expect(try await values(remote) == ["a": [2]])
    #expect(try await composite.waiting() == 0)
  }

  @Test func `what others change there comes here, and what they delete goes`() async throws {
    let composite = composite()
    try await remote.apply([.write([1], for: "a"), .write([1], for: "b")])
    try await composite.synchronize()
    let version = try await composite.version("a")
    try await remote.apply([.write([2], for: "a"), .delete("b"), .write([2], for: "c")])
    try await composite.synchronize()
    #expect(try await values(local) == ["a": [2], "c": [2]])
    #expect(try await composite.version("a") != version)
    let error = await #expect(throws: StorageError.self) { try await composite.write([3], for: "a", expected: version) }
    #expect(error?.code == .conflict)
  }

  @Test func `before everything has come once, what is not here is looked for there`() async throws {
    try await remote.write([1], for: "a")
    let composite = composite()
    #expect(try await composite.read("a")?.bytes == [1])
    remote.fail(from: 1)
    #expect(try await composite.read("a")?.bytes == [1])
    let error = await #expect(throws: StorageError.self) { try await composite.read("b") }
    #expect(error?.code == .unavailable)
    try await composite.write([2], for: "b")
    #expect(try await composite.read("b")?.bytes == [2])
    try await composite.delete("a")
    #expect(try await composite.read("a") == nil)
    remote.fail(from: nil)
    #expect(try await composite.keys(prefix: "", after: nil, limit: 9) == ["b"])
    #expect(try await values(remote) == ["b": [2]])
  }

  @Test func `a conflict is told, and waits for a decision`() async throws {
    let composite = composite()
    try await composite.write([1], for: "a")
    try await composite.synchronize()
    try await remote.write([2], for: "a")
    try await composite.apply([.write([3], for: "a"), .write([3], for: "b")])
    try await composite.write([4], for: "c")
    let error = await #expect(throws: StorageError.self) { try await composite.synchronize() }
    #expect(error?.code == .conflict)
    #expect(error?.key == "a")
    #expect(try await values(remote) == ["a": [2]])
    #expect(try await composite.waiting() == 2)

    let told = Lock<[CompositeAdapter.Conflict]>([])
    try await composite.synchronize { conflict in
      told.withLock { $0.append(conflict) }
      return .local
    }
    #expect(told.withLock { $0 } == [CompositeAdapter.Conflict(key: "a", local: [3], remote: [2])])
    #expect(try await values(remote) == ["a": [3], "b": [3], "c": [4]])
    #expect(try await values(local) == ["a": [3], "b": [3], "c": [4]])
  }

  @Test func `where the other side wins, changes made together are dropped together`() async throws {
    let composite = composite { _ in .remote }
    try await composite.apply([.write([1], for: "a"), .write([1], for: "b")])
    try await composite.synchronize()
    try await remote.delete("a")
    try await composite.apply([.write([2], for: "a"), .write([2], for: "b"), .write([2], for: "c")])
    // Made after it, on its own: stays.
    try await composite.write([3], for: "b")
    try await composite.synchronize()
    #expect(try await values(local) == ["b": [3]])
    #expect(try await values(remote) == ["b": [3]])
  }

  @Test func `two devices come to the same, whoever changes what`() async throws {
    let devices = [
      composite { _ in .local }, CompositeAdapter(local: MemoryAdapter(), remote: remote) { _ in .remote },
    ]
    var generator = SeededGenerator(seed: 7)
    for round in 0..<200 {
      let device = devices[Int.random(in: 0...1, using: &generator)]
      let key = "\(Int.random(in: 0..<8, using: &generator))"
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: try await device.synchronize()
      case 1: try await device.delete(key)
      default: try await device.apply([.write([UInt8(round)], for: key), .write([UInt8(round)], for: "last")])
      }
    }
    for device in devices + devices { try await device.synchronize() }
    let there = try await values(remote)
    for device in devices {
      #expect(try await values(device.local) == there)
      #expect(try await device.waiting() == 0)
    }
  }

  @Test(arguments: [true, false])
  func `wherever it stops, here or there, the next time ends it`(_ isHere: Bool) async throws {
    let failing = isHere ? local : remote
    var number = 1
    while true {
      local.fail(from: nil)
      remote.fail(from: nil)
      let composite = composite()
      try await composite.eraseAll()
      try await remote.write([9], for: "theirs")
      try await composite.synchronize()
      try await composite.apply([.write([1], for: "a"), .write([1], for: "b")])
      try await composite.write([2], for: "a")
      try await composite.delete("theirs")
      try await remote.write([8], for: "new")
      failing.fail(from: number)
      var isDone = false
      do {
        try await composite.synchronize()
        isDone = true
      } catch {
        #expect(error.code == .unavailable)
      }
      failing.fail(from: nil)
      try await composite.synchronize()
      for place in [local, remote] {
        #expect(try await values(place) == ["a": [2], "b": [1], "new": [8]], "stopped at operation \(number)")
      }
      if isDone { break }
      number += 1
    }
    #expect(number > 5)
  }

  @Test func `a reply that was lost is no conflict`() async throws {
    let composite = composite()
    try await composite.synchronize()
    try await composite.write([1], for: "a")
    // It arrived, and the process ended before it heard of that.
    try await remote.write([1], for: "a", expected: 0)
    try await composite.synchronize()
    #expect(try await composite.waiting() == 0)
    try await composite.write([2], for: "a")
    try await composite.synchronize()
    #expect(try await remote.read("a")?.bytes == [2])
  }

  @Test func `it synchronizes at intervals, and says what it failed with`() async throws {
    let clock = TestClock()
    let composite = CompositeAdapter(local: local, remote: remote, interval: .seconds(5), clock: clock.device())
    let failures = Lock<[StorageError.Code]>([])
    remote.fail(from: 1)
    let running = Task { await composite.run { error in failures.withLock { $0.append(error.code) } } }
    try await clock.running { while failures.withLock({ $0.count }) < 3 { await Task.yield() } }
    #expect(failures.withLock { Set($0) } == [.unavailable])
    #expect(clock.elapsed >= .seconds(10))
    try await composite.write([1], for: "a")
    remote.fail(from: nil)
    try await clock.running { [remote] in
      while remote.applied.isEmpty { await Task.yield() }
    }
    #expect(try await remote.read("a")?.bytes == [1])
    running.cancel()
    await running.value
  }
}
