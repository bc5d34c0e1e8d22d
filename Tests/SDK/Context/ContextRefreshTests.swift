import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

/// What happens to remembered values while nobody looks at them.
@Suite struct ContextRefreshTests {
  private let clock = TestClock()
  private let source: MemorySource

  init() { source = MemorySource(clock) }

  private func provider(
    _ change: (inout NetworkContextProvider.Settings) -> Void = { _ in }
  ) -> NetworkContextProvider {
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device()
    settings.retry = .none
    change(&settings)
    return NetworkContextProvider(source, settings)
  }

  /// Runs it as long as `body` does, and then ends it.
  private func running(_ context: NetworkContextProvider, _ body: () async throws -> Void) async throws {
    let running = Task { await context.run() }
    defer { running.cancel() }
    try await body()
  }

  @Test func `each remembered value is fetched again before it is too old, in one question`() async throws {
    for number in 0..<50 { source.put("\(number)", for: "key\(number)") }
    let context = provider()
    let keys = (0..<50).map { ContextKey<Int>("key\($0)") }
    _ = await context.resolveAll(keys)
    // Every value is known at each moment: no lookup has to wait for the source.
    try await refreshing(context) {
      for minute in 1...20 {
        try await clock.advance(by: .seconds(60))
        for key in keys {
          guard case .known(let found) = context.atHand(key) else {
            Issue.record("\(key.name) is too old after \(minute) minutes")
            return
          }
          #expect((found?.age ?? .zero) < .seconds(300))
        }
      }
    }
    #expect(source.questions.count > 3)
    #expect(source.questions.allSatisfy { $0.count == 50 })
  }

  /// As `running`, once the clock has somebody to wake: a clock that moves before would not be seen.
  private func refreshing(_ context: NetworkContextProvider, _ body: () async throws -> Void) async throws {
    try await running(context) {
      await source.followed.wait()
      try await body()
    }
  }

  @Test func `a refresh asks the source, and not what it has fetched before`() async throws {
    source.put("1", for: "key")
    let (context, key) = (provider(), ContextKey<Int>("key"))
    _ = try await context.resolve(key)
    source.put("2", for: "key")
    await context.refresh()
    let found = try #require(try await context.resolve(key))
    #expect((found.value, found.reason) == (2, .cached))
    #expect(source.questions.count == 2)
  }

  @Test func `a refresh that fails leaves what there was`() async throws {
    source.put("1", for: "key")
    let (context, key) = (provider(), ContextKey<Int>("key"))
    _ = try await context.resolve(key)
    source.fail()
    await context.refresh()
    let found = try #require(try await context.resolve(key))
    #expect((found.value, found.reason) == (1, .cached))
  }

  @Test func `who watches is told when a value cannot be kept fresh, and when it can again`() async throws {
    source.put("1", for: "key")
    let (context, key) = (provider(), ContextKey<Int>("key"))
    try await refreshing(context) {
      var updates = context.watch(key).makeAsyncIterator()
      #expect(try await updates.next()?.get()?.problem == nil)
      source.fail()
      for _ in 0..<6 { try await clock.advance(by: .seconds(60)) }
      let stale = try await updates.next()?.get()
      #expect(stale?.value == 1 && stale?.reason == .stale && stale?.problem != nil)
      source.script(nil)
      try await clock.advance(by: .seconds(60))
      let fresh = try await updates.next()?.get()
      #expect(fresh?.value == 1 && fresh?.problem == nil)
    }
  }

  @Test func `what the source says has changed is asked for anew, and who watches is told`() async throws {
    source.put("1", for: "key")
    let (context, key) = (provider(), ContextKey<Int>("key"))
    try await refreshing(context) {
      var updates = context.watch(key).makeAsyncIterator()
      let update1 = try await updates.next()?.get()
      #expect(update1?.value == 1)
      source.put("2", for: "key")
      let update2 = try await updates.next()?.get()
      #expect(update2?.value == 2)
      source.fail()
      context.invalidate(key)
      guard case .failure(let error)? = await updates.next() else {
        Issue.record("a failure is not told")
        return
      }
      #expect(error.code == .network)
    }
  }

  @Test func `news of what is known already asks nobody`() async throws {
    source.put("1", for: "key")
    let (context, key) = (provider(), ContextKey<Int>("key"))
    try await refreshing(context) {
      _ = try await context.resolve(key)
      let questions = source.questions.count
      source.tell(.changed("key", version: 1))
      #expect(try await context.resolve(key)?.reason == .cached)
      #expect(source.questions.count == questions)
      source.tell(.changed("key", version: 0))
      #expect(try await context.resolve(key)?.reason == .fresh)
    }
  }

  @Test func `who watches ends when its task is cancelled`() async throws {
    let context = provider()
    let watching = Task { for await _ in context.watch(ContextKey<Int>("key")) {} }
    watching.cancel()
    await watching.value
  }
}
