import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

/// When a question is asked again, and for how long at most.
@Suite struct ContextRetryTests {
  private let clock = TestClock()
  private let source: MemorySource
  private let key = ContextKey<Int>("key")

  init() { source = MemorySource(clock) }

  private func provider(
    _ retry: ContextRetry, _ change: (inout NetworkContextProvider.Settings) -> Void = { _ in }
  ) -> NetworkContextProvider {
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device()
    settings.retry = retry
    change(&settings)
    return NetworkContextProvider(source, settings)
  }

  private func failure(_ context: NetworkContextProvider) async throws -> ContextError? {
    try await clock.running { [key] in
      do {
        _ = try await context.resolve(key)
        return nil
      } catch {
        return error as? ContextError
      }
    }
  }

  @Test func `a fixed delay asks so many times, so far apart`() async throws {
    source.fail()
    #expect(try await failure(provider(.fixed(.seconds(1), attempts: 4)))?.code == .network)
    #expect(source.questions.count == 4)
    #expect(clock.elapsed == .seconds(3))
  }

  @Test func `none asks once`() async throws {
    source.fail()
    #expect(try await failure(provider(.none)) != nil)
    #expect(source.questions.count == 1)
    #expect(clock.elapsed == .zero)
  }

  @Test(arguments: [ContextError.Code.corruption, .invalidValue, .persistence])
  func `what cannot succeed is not tried again`(_ code: ContextError.Code) async throws {
    source.fail(code)
    #expect(try await failure(provider(.fixed(.seconds(1), attempts: 4)))?.code == code)
    #expect(source.questions.count == 1)
  }

  @Test func `a custom policy decides by attempt and error, and nil stops`() async throws {
    source.fail()
    let context = provider(
      .custom { attempt, error in
        guard error.code == .network, attempt < 3 else { return nil }
        return .milliseconds(attempt * 100)
      })
    #expect(try await failure(context) != nil)
    #expect(source.questions.count == 3)
    #expect(clock.elapsed == .milliseconds(300))
  }

  @Test func `a policy that never stops is bounded`() async throws {
    source.fail()
    #expect(try await failure(provider(.custom { _, _ in .seconds(-1) })) != nil)
    #expect(source.questions.count == ContextLimits.attempts)
  }

  @Test(arguments: [Duration.seconds(2), .seconds(Int64.max), .zero])
  func `no attempt begins after the deadline, whatever the policy says`(_ pause: Duration) async throws {
    source.fail()
    #expect(try await failure(provider(.custom { _, _ in pause })) != nil)
    #expect(clock.elapsed <= .seconds(5))
    #expect(source.questions.count == (pause == .seconds(2) ? 3 : pause == .zero ? ContextLimits.attempts : 1))
  }

  @Test func `the pause that the place asks for is kept`() async throws {
    source.script { _, question throws(ContextError) in
      guard question == 1 else { return nil }
      throw ContextError(.unavailable, "later", provider: "source", retryAfter: .seconds(3))
    }
    let context = provider(.fixed(.milliseconds(1), attempts: 2))
    #expect(try await failure(context) == nil)
    #expect(clock.elapsed == .seconds(3))
  }

  @Test func `a value that comes with the second attempt is fresh`() async throws {
    source.put("7", for: "key")
    source.script { _, question throws(ContextError) in
      if question == 1 { throw ContextError(.network, "once", provider: "source") }
      return nil
    }
    let context = provider(.standard)
    let found = try await clock.running { [key] in try await context.resolve(key) }
    #expect(found?.value == 7)
    #expect(found?.reason == .fresh)
    #expect(source.questions.count == 2)
  }

  @Test func `only the keys that failed are asked for again`() async throws {
    source.put("1", for: "good")
    source.script { [source] names, question throws(ContextError) in
      names.map { name in
        name == "bad" && question == 1 ? .failed(ContextError(.network, "once", provider: "s")) : source.answer(name)
      }
    }
    let context = provider(.standard)
    let outcomes = try await clock.running {
      await context.resolveAll([ContextKey<Int>("good"), ContextKey<Int>("bad")])
    }
    #expect(try outcomes.map { try $0.get()?.value } == [1, nil])
    #expect(source.questions == [["good", "bad"], ["bad"]])
  }

  @Test func `a source that hangs is left after the timeout, and asked again`() async throws {
    source.put("7", for: "key")
    let device = clock.device()
    source.script { _, question throws(ContextError) in
      if question == 1 { try? await device.sleep(.distantFuture) }
      return nil
    }
    let context = provider(.standard) {
      $0.requestTimeout = .seconds(2)
    }
    #expect(try await failure(context) == nil)
    #expect(clock.elapsed >= .seconds(2))
    #expect(source.questions.count == 2)
  }

  @Test func `a source that hangs and takes no notice of anything holds nobody up`() async throws {
    let (gate, device) = (Gate(), clock.device())
    source.script { _, _ throws(ContextError) in
      device.work(-1)
      await gate.pass()
      device.work(1)
      return nil
    }
    #expect(try await failure(provider(.none))?.code == .unavailable)
    #expect(clock.elapsed == .seconds(5))
    await gate.open()
  }

  @Test func `who gives up is let go while the source hangs`() async throws {
    let (asked, gate) = (Gate(), Gate())
    source.script { _, _ throws(ContextError) in
      await asked.open()
      await gate.pass()
      return nil
    }
    let context = provider(.none)
    let caller = Task { [key] in try await context.resolve(key) }
    await asked.pass()
    caller.cancel()
    let error = await #expect(throws: ContextError.self) { try await caller.value }
    #expect(error?.code == .cancelled)
    await gate.open()
  }
}
