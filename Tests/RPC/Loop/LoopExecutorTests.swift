import HoldfastWire
import Testing

@testable import HoldfastRPC

struct `Tasks on a loop` {
  @Test(arguments: PollerKind.allCases)
  func `a task that prefers the loop runs there, and so do its children`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let places = await Task(executorPreference: loop.executor) {
        var places = [loop.isCurrent]
        await Task.yield()
        places.append(loop.isCurrent)
        async let child = isOn(loop)
        places.append(await child)
        await withTaskGroup(of: Bool.self) { group in
          for _ in 0..<3 { group.addTask { await isOn(loop) } }
          for await place in group { places.append(place) }
        }
        places.append(await Task.detached { loop.isCurrent }.value)
        places.append(loop.isCurrent)
        return places
      }.value
      #expect(places == [true, true, true, true, true, true, false, true])
    }
  }

  @Test func `a task comes back to its loop from a sleep and from another loop`() async throws {
    try await withLoop { first in
      try await withLoop { second in
        let places = try await Task(executorPreference: first.executor) {
          try await Task.sleep(for: .nanoseconds(1))
          var places = [first.isCurrent]
          places.append(await withTaskExecutorPreference(second.executor) { await isOn(second) })
          places.append(first.isCurrent)
          return places
        }.value
        #expect(places == [true, true, true])
      }
    }
  }

  @Test func `jobs and tasks take turns in the order in which they came`() async throws {
    try await withLoop { loop in
      let log = Log()
      try await loop.call {
        loop.execute { log.add("1") }
        Task(executorPreference: loop.executor) { log.add("2") }
        loop.execute { log.add("3") }
        Task(executorPreference: loop.executor) { log.add("4") }
      }
      _ = try await loop.call {}
      #expect(log.all == ["1", "2", "3", "4"])
    }
  }

  @Test func `an actor called from the loop hands back to it`() async throws {
    actor Counter {
      var count = 0
      func add() -> Int {
        count += 1
        return count
      }
    }
    try await withLoop { loop in
      let counter = Counter()
      let result = await withTaskExecutorPreference(loop.executor) {
        var sum = 0
        for _ in 0..<100 { sum += await counter.add() }
        return loop.isCurrent ? sum : -1
      }
      #expect(result == 5050)
    }
  }

  @Test func `loops of a group take turns`() throws {
    let group = try EventLoopGroup(loopCount: 3)
    defer { group.shutdown() }
    let names = (0..<6).map { _ in group.next().name }
    #expect(names == ["hf-loop-0", "hf-loop-1", "hf-loop-2", "hf-loop-0", "hf-loop-1", "hf-loop-2"])
  }

  @Test func `the shared group is there without being started`() async throws {
    let loop = EventLoopGroup.shared.next()
    #expect(try await loop.call { loop.isCurrent })
  }
}

@concurrent private func isOn(_ loop: EventLoop) async -> Bool { loop.isCurrent }
