import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

/// What a network provider remembers, and how it does while the source cannot be asked.
@Suite struct NetworkContextTests {
  private let clock = TestClock()
  private let source: MemorySource
  private let limit = ContextKey("limit", default: 3)

  init() { source = MemorySource(clock) }

  private func provider(
    _ change: (inout NetworkContextProvider.Settings) -> Void = { _ in }
  ) -> NetworkContextProvider {
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device()
    settings.retry = .none
    settings.failureLifetime = .zero
    change(&settings)
    return NetworkContextProvider(source, settings)
  }

  @Test func `a value is fetched once, and then known with its age until it is too old`() async throws {
    source.put("10", for: "limit")
    let context = provider()
    let first = try #require(try await context.resolve(limit))
    #expect((first.value, first.reason, first.source, first.age) == (10, .fresh, "source", .zero))
    try await clock.advance(by: .seconds(299))
    let second = try #require(try await context.resolve(limit))
    #expect((second.value, second.reason, second.age) == (10, .cached, .seconds(299)))
    #expect(source.questions.count == 1)
    source.put("11", for: "limit")
    try await clock.advance(by: .seconds(1))
    let third = try #require(try await context.resolve(limit))
    #expect((third.value, third.reason) == (11, .fresh))
    #expect(source.questions.count == 2)
  }

  @Test func `ten thousand lookups of one missing key at once are one question`() async throws {
    let context = provider()
    let gate = Gate()
    source.script { _, _ throws(ContextError) in
      await gate.pass()
      return nil
    }
    let found = try await withThrowingTaskGroup(of: Resolution<Int>?.self) { group in
      for _ in 0..<10_000 { group.addTask { try await context.resolve(ContextKey<Int>("none")) } }
      await gate.open()
      return try await group.reduce(into: 0) { if $1 != nil { $0 += 1 } }
    }
    #expect(found == 0)
    #expect(source.questions == [["none"]])
  }

  @Test func `that there is no value is remembered for a while`() async throws {
    let context = provider()
    #expect(try await context.resolve(ContextKey<Int>("limit")) == nil)
    source.put("10", for: "limit")
    try await clock.advance(by: .seconds(29))
    #expect(try await context.resolve(limit)?.reason == .default)
    #expect(source.questions.count == 1)
    try await clock.advance(by: .seconds(1))
    #expect(try await context.resolve(limit)?.value == 10)
  }

  @Test func `while the source fails the last value has to do, and says why; not for ever`() async throws {
    source.put("10", for: "limit")
    let context = provider { $0.staleLimit = .seconds(1000) }
    _ = try await context.resolve(limit)
    source.fail()
    try await clock.advance(by: .seconds(1299))
    let stale = try #require(try await context.resolve(limit))
    #expect((stale.value, stale.reason, stale.age) == (10, .stale, .seconds(1299)))
    #expect(stale.problem?.code == .network)
    #expect(stale.problem?.key == "limit")
    try await clock.advance(by: .seconds(1))
    let error = await #expect(throws: ContextError.self) { try await context.resolve(limit) }
    #expect(error?.code == .network)
  }

  @Test func `a value that has ended does not do, however the source fails`() async throws {
    let context = provider()
    try await context.set(10, for: limit, lifetime: .seconds(5))
    #expect(try await context.resolve(limit)?.value == 10)
    source.fail()
    try await clock.advance(by: .seconds(5))
    await #expect(throws: ContextError.self) { try await context.resolve(limit) }
  }

  @Test func `a fallback is given for what cannot be had, never for what is not there`() async throws {
    let context = provider { $0.fallbacks[ContextKey<Int>("limit")] = 1 }
    #expect(try await context.resolve(limit)?.reason == .default)
    source.fail(.unavailable)
    context.invalidate(limit)
    let found = try #require(try await context.resolve(limit))
    #expect((found.value, found.reason) == (1, .fallback))
    #expect(found.problem?.code == .unavailable)
    await #expect(throws: ContextError.self) { try await context.resolve(ContextKey("other", default: 5)) }
  }

  @Test func `what failed just now is not asked for again at once`() async throws {
    source.fail()
    let context = provider { $0.failureLifetime = .seconds(1) }
    for _ in 0..<100 { await #expect(throws: ContextError.self) { try await context.resolve(limit) } }
    #expect(source.questions.count == 1)
    try await clock.advance(by: .seconds(1))
    source.script(nil)
    #expect(try await context.resolve(limit)?.reason == .default)
  }

  @Test func `offline nobody is asked, and online again everybody is`() async throws {
    source.put("10", for: "limit")
    let context = provider()
    _ = try await context.resolve(limit)
    context.setOffline(true)
    #expect(!context.isOnline)
    #expect(try await context.resolve(limit)?.reason == .cached)
    try await clock.advance(by: .seconds(301))
    #expect(try await context.resolve(limit)?.reason == .stale)
    let error = await #expect(throws: ContextError.self) { try await context.resolve(ContextKey("new", default: 1)) }
    #expect(error?.code == .unavailable)
    let refused = await #expect(throws: ContextError.self) { try await context.set(1, for: limit) }
    #expect(refused?.code == .unavailable)
    await context.refresh()
    #expect(source.questions.count == 1)
    context.setOffline(false)
    #expect(try await context.resolve(limit)?.reason == .fresh)
    #expect(try await context.resolve(ContextKey("new", default: 1))?.value == 1)
  }

  @Test func `many keys are few questions, and none for what is known or on its way`() async throws {
    for number in 0..<600 { source.put("\(number)", for: "key\(number)") }
    let context = provider()
    _ = try await context.resolve(ContextKey<Int>("key7"))
    let outcomes = await context.resolveAll((0..<600).map { ContextKey<Int>("key\($0)") })
    #expect(try outcomes.map { try $0.get()?.value } == Array(0..<600))
    // They leave at once, in whatever order.
    #expect(source.questions.map(\.count).sorted() == [1, 87, 256, 256])
    #expect(Set(source.questions.flatMap { $0 }).count == 600)
  }

  @Test func `one of many that fails does not take the others with it`() async throws {
    source.put("1", for: "good")
    source.script { [source] names, _ throws(ContextError) in
      names.map { name in
        name == "bad" ? .failed(ContextError(.network, "no", provider: "source")) : source.answer(name)
      }
    }
    let outcomes = await provider().resolveAll([ContextKey<Int>("bad"), ContextKey("good"), ContextKey("none")])
    #expect(throws: ContextError.self) { try outcomes[0].get() }
    #expect(try outcomes[1].get()?.value == 1)
    #expect(try outcomes[2].get() == nil)
  }

  @Test func `a source that gives too few answers is garbage, not absence`() async throws {
    source.script { _, _ throws(ContextError) in [] }
    let error = await #expect(throws: ContextError.self) { try await provider().resolve(limit) }
    #expect(error?.code == .corruption)
  }

  @Test func `bytes that are no value of the type are garbage, with the reason in the chain`() async throws {
    source.put("not json", for: "limit")
    let error = await #expect(throws: ContextError.self) { try await provider().resolve(limit) }
    #expect(error?.code == .corruption)
    #expect(error?.causes.first is DecodingError)
  }

  @Test func `what is set while an older question is on its way is not overwritten by its answer`() async throws {
    source.put("1", for: "limit")
    let context = provider()
    let (asked, gate) = (Gate(), Gate())
    source.script { [source] names, question throws(ContextError) in
      guard question == 1 else { return nil }
      let old = names.map { source.answer($0) }
      await asked.open()
      await gate.pass()
      return old
    }
    async let early = context.resolve(limit)
    await asked.pass()
    try await context.set(2, for: limit)
    await gate.open()
    #expect(try await early?.value == 1)
    #expect(try await context.resolve(limit)?.value == 2)
  }
}
