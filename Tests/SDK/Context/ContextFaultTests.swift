import HoldfastRPC
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastSDK

/// What goes wrong at the edges: times that cannot be, sources that refuse, values that end while they are fetched.
@Suite struct ContextFaultTests {
  private let clock = TestClock()
  private let source: MemorySource
  private let key = ContextKey<Int>("key")

  init() { source = MemorySource(clock) }

  private func provider(
    ahead: Duration = .zero, _ change: (inout NetworkContextProvider.Settings) -> Void = { _ in }
  ) -> NetworkContextProvider {
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device(ahead: ahead)
    settings.retry = .none
    change(&settings)
    return NetworkContextProvider(source, settings)
  }

  @Test func `those who try again do so at different times, within bounds that grow`() {
    let retry = ContextRetry.exponential(Backoff(first: .seconds(1), longest: .seconds(8)), attempts: 10)
    let error = ContextError(.network, "it fails", provider: "test")
    for (attempt, ceiling) in [(1, 1), (2, 2), (3, 4), (4, 8), (9, 8)] {
      let pauses = (0..<100).compactMap { _ in retry.pause(after: attempt, error) }
      #expect(pauses.count == 100)
      #expect(Set(pauses).count > 90)
      #expect(pauses.allSatisfy { (.zero...Duration.seconds(ceiling)).contains($0) }, "attempt \(attempt)")
    }
    #expect(retry.pause(after: 10, error) == nil)
  }

  @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(-1), .nanoseconds(Int64.max), .zero])
  func `no duration traps, whoever gives it`(_ duration: Duration) async throws {
    let retries: [ContextRetry] = [
      .fixed(duration, attempts: 3), .exponential(Backoff(first: duration, longest: duration), attempts: 3),
      .custom { attempt, _ in attempt < 3 ? duration : nil },
    ]
    for retry in retries {
      source.script { names, _ throws(ContextError) in
        names.map { .failed(ContextError(.network, "it fails", key: $0, provider: "test", retryAfter: duration)) }
      }
      let context = provider { settings in
        settings.retry = retry
        settings.failureLifetime = duration
        (settings.refreshInterval, settings.staleLimit, settings.absentLifetime) = (duration, duration, duration)
      }
      let error = try await clock.running { [key] () async throws -> ContextError? in
        do throws(ContextError) {
          _ = try await context.resolve(key)
          return nil
        } catch {
          return error
        }
      }
      #expect(error?.code == .network)
      source.script { names, _ in names.map { _ in .value(ContextContent([49], lifetime: duration)) } }
      let other = provider { settings in
        (settings.refreshInterval, settings.staleLimit, settings.absentLifetime) = (duration, duration, duration)
      }
      #expect(try await other.resolve(key)?.value == 1)
      await other.refresh()
    }
    let memory = try PersistentContextProvider(MemoryAdapter())
    try await memory.set(1, for: key, lifetime: duration)
    _ = try await memory.resolve(key)
  }

  @Test func `what could not be set is an error, and not found as if it were`() async throws {
    let refusing = RefusingSource()
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device()
    let context = NetworkContextProvider(refusing, settings)
    for call in [{ [key] in try await context.set(2, for: key) }, { [key] in try await context.remove(key) }] {
      let error = await #expect(throws: ContextError.self) { try await call() }
      #expect(error?.code == .network)
      #expect(try await context.resolve(key)?.value == 1)
    }
    let unsettable = await #expect(throws: ContextError.self) {
      try await context.set(Double.nan, for: ContextKey<Double>("key"))
    }
    #expect(unsettable?.code == .invalidValue)
  }

  @Test func `a value that ends while it is fetched anew is not given again, and is fetched once`() async throws {
    let device = clock.device()
    source.script { names, question throws(ContextError) in
      if question > 1 {
        // Longer than the value holds.
        do { try await device.sleep(device.monotonic() + .seconds(20)) } catch { return nil }
      }
      return names.map { _ in .value(ContextContent(Array("\(question)".utf8), lifetime: .seconds(10))) }
    }
    let context = provider { ($0.deadline, $0.requestTimeout) = (.seconds(60), .seconds(60)) }
    #expect(try await context.resolve(key)?.value == 1)
    try await clock.advance(by: .seconds(5))
    let refreshing = Task { await context.refresh() }
    try await clock.running { [source] in
      while source.questions.count < 2 { await Task.yield() }
    }
    try await clock.advance(by: .seconds(6))
    let found = try await clock.running { [key] in
      async let one = context.resolve(key)
      async let other = context.resolve(key)
      return try await [one, other]
    }
    #expect(found.map { $0?.value } == [2, 2])
    await refreshing.value
    #expect(source.questions.count == 2)
  }

  @Test func `a date that jumps neither ends what is remembered nor makes it older`() async throws {
    source.put("1", for: "key")
    for ahead in [Duration.seconds(86_400 * 400), .seconds(-86_400 * 400)] {
      let context = provider(ahead: ahead)
      _ = try await context.resolve(key)
      try await clock.advance(by: .seconds(1))
      let found = try #require(try await context.resolve(key))
      #expect((found.age, found.reason) == (.seconds(1), .cached))
    }
  }
}

/// Has a value, and lets nobody set another.
private struct RefusingSource: ContextSource {
  let name = "refusing"

  func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    names.map { _ in .value(ContextContent([49])) }
  }

  func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    throw ContextError(.network, "it refuses", key: name, provider: self.name, isPassing: false)
  }
}
