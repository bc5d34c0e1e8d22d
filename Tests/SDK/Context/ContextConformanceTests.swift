import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

/// Holdfast's own providers keep the rules, and the suite sees who does not.
@Suite struct ContextConformanceTests {
  private static func settings(_ clock: TestClock) -> NetworkContextProvider.Settings {
    var settings = NetworkContextProvider.Settings()
    settings.clock = clock.device()
    settings.retry = .none
    return settings
  }

  /// One over a source in memory, with all that can happen to it.
  private static func network(_ clock: TestClock = TestClock()) -> (ContextConformance.Subject, MemorySource) {
    let source = MemorySource(clock)
    let provider = NetworkContextProvider(source, settings(clock))
    var subject = ContextConformance.Subject(provider)
    subject.damage = { source.put("{", for: $0) }
    subject.cutOff = { source.fail() }
    subject.pass = { try await clock.advance(by: $0) }
    return (subject, source)
  }

  @Test func `over a source`() async {
    #expect(await ContextConformance { Self.network().0 }.run() == [])
  }

  @Test func `over a hub`() async throws {
    let hub = try await FakeHub.start()
    let made = Lock(0)
    let broken = await ContextConformance {
      let prefix = made.withLock { made in
        made += 1
        return "context\(made)/"
      }
      let client = hub.client(of: "phone")
      let source = HubContextSource(client, space: hub.space, prefix: prefix, clock: hub.clock.device())
      let provider = NetworkContextProvider(source, Self.settings(hub.clock))
      var subject = ContextConformance.Subject(provider)
      subject.damage = { name in
        let place = ContextPlace(scope: .space, space: hub.space)
        _ = try await client.context.set(
          ContextSetRequest(place: place, name: prefix + name, content: Array("{".utf8)))
      }
      subject.pass = { try await hub.clock.advance(by: $0) }
      return subject
    }.run()
    #expect(broken == [])
    await hub.close()
  }

  @Test func `what another sets on the hub is seen`() async throws {
    let hub = try await FakeHub.start()
    let made = Lock(0)
    let broken = await ContextConformance {
      let prefix = made.withLock { made in
        made += 1
        return "context\(made)/"
      }
      func provider(_ device: String) -> NetworkContextProvider {
        let source = HubContextSource(
          hub.client(of: device), space: hub.space, prefix: prefix, clock: hub.clock.device())
        return NetworkContextProvider(source, Self.settings(hub.clock))
      }
      let reader = provider("reader")
      var subject = ContextConformance.Subject(reader, writer: provider("writer"))
      subject.run = { await reader.run() }
      return subject
    }.run()
    #expect(broken == [])
    await hub.close()
  }

  @Test func `a hub that is away is an error, and for what was asked before the last value`()
    async throws
  {
    let hub = try await FakeHub.start()
    let made = Lock(0)
    let broken = await ContextConformance {
      try await hub.start()
      var settings = Self.settings(hub.clock)
      settings.clock = .system
      // What is slow here is the machine, and a build with a sanitizer: a hub that is away says so at once.
      settings.deadline = .seconds(60)
      let prefix = made.withLock { made in
        made += 1
        return "context\(made)/"
      }
      let source = HubContextSource(hub.client(of: "phone"), space: hub.space, prefix: prefix)
      var subject = ContextConformance.Subject(NetworkContextProvider(source, settings))
      subject.cutOff = { await hub.stop() }
      return subject
    }.run()
    #expect(broken == [])
    await hub.close()
  }

  @Test(arguments: CompositeContextProvider.Strategy.all)
  func `composites of networks`(_ strategy: CompositeContextProvider.Strategy) async {
    let broken = await ContextConformance {
      let clock = TestClock()
      // All members have the same place behind them.
      let (_, source) = Self.network(clock)
      let members = (0..<3).map { _ in NetworkContextProvider(source, Self.settings(clock)) }
      let provider = CompositeContextProvider(
        members.map { CompositeContextProvider.Member($0) }, strategy, clock: clock.device())
      var subject = ContextConformance.Subject(provider, writer: Writer(source: members[0], all: provider))
      subject.damage = { source.put("{", for: $0) }
      subject.cutOff = { source.fail() }
      subject.pass = { try await clock.advance(by: $0) }
      return subject
    }.run()
    #expect(broken == [])
  }

  @Test(arguments: ContextFault.allCases)
  func `a provider that breaks a rule is found`(_ fault: ContextFault) async {
    let broken = await ContextConformance(patience: .milliseconds(100)) {
      var (subject, _) = Self.network()
      let provider = FaultyProvider(fault, subject.provider)
      subject.provider = provider
      subject.writer = provider
      return subject
    }.run()
    #expect(broken.map(\.rule).contains(fault.rawValue), "\(broken)")
  }
}

extension CompositeContextProvider.Strategy {
  static let all: [Self] = [.firstAvailable, .prioritized, .consensus(threshold: 0.6), .weighted]
}

/// Sets at a member, and lets the others ask anew.
private struct Writer: ContextProvider {
  let source: NetworkContextProvider
  let all: CompositeContextProvider
  var name: String { source.name }
  var news: ContextNews { source.news }

  func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    try await source.resolve(key)
  }

  func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError) {
    try await source.set(value, for: key, lifetime: lifetime)
    all.invalidate(key)
  }

  func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) {
    try await source.remove(key)
    all.invalidate(key)
  }
}
