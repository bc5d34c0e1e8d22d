import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

/// Context of a hub, as a device sees it.
@Suite struct HubContextTests {
  private let hub: FakeHub

  init() async throws { hub = try await FakeHub.start() }

  private func source(
    _ client: String = "phone", device: String = "phone", setting target: ContextScope = .space,
    scopes: [ContextScope] = []
  ) -> HubContextSource {
    HubContextSource(
      hub.client(of: client), space: hub.space, device: device, scopes: scopes, setting: target,
      clock: hub.clock.device())
  }

  private func provider(_ source: HubContextSource) -> NetworkContextProvider {
    var settings = NetworkContextProvider.Settings()
    settings.clock = hub.clock.device()
    settings.retry = .none
    return NetworkContextProvider(source, settings)
  }

  @Test func `the narrowest scope counts, and the resolution names it`() async throws {
    let key = ContextKey<Int>("limit")
    let source = source()
    for (scope, number) in [(ContextScope.space, 1), (.user, 2), (.device, 3)] {
      _ = try await source.store(Array("\(number)".utf8), for: "limit", in: scope)
      let found = try await provider(source).resolve(key)
      #expect(found?.value == number)
      #expect(found?.source == "hub: \(scope)")
      #expect(found?.reason == .fresh)
    }
    let other = try await provider(self.source("desk", device: "desk")).resolve(key)
    #expect(other?.source == "hub: space")
    #expect(try await provider(self.source("desk", device: "phone")).resolve(key)?.value == 3)
    #expect(try await provider(self.source(scopes: [.user])).resolve(key)?.source == "hub: user")
    await hub.close()
  }

  @Test func `what is known already still says which scope it is from`() async throws {
    let context = provider(source(setting: .device))
    let key = ContextKey<Int>("limit")
    try await context.set(7, for: key)
    _ = try await context.resolve(key)
    let cached = try await context.resolve(key)
    #expect((cached?.source, cached?.reason) == ("hub: device", .cached))
    guard case .known(let known?) = context.atHand(key) else {
      Issue.record("it was resolved just now")
      return
    }
    #expect(known.source == "hub: device")
    await hub.close()
  }

  @Test(arguments: [256, 100, 1])
  func `many keys are one call, or as many as the hub's replies take`(findings: Int) async throws {
    let fake = FakeContext()
    fake.onLookup { request, _ in
      ContextLookupReply(
        findings: request.names.prefix(findings).map { name in
          ContextFinding(entry: ContextEntry(name: name, scope: .global, version: 9, content: Array(name.utf8)))
        })
    }
    var dispatcher = Dispatcher()
    fake.register(on: &dispatcher)
    let source = HubContextSource(Hub(.inProcess(dispatcher)), space: "notes")
    let names = (0..<256).map { "k\($0)" }
    let answers = try await source.fetch(names)
    var found: [String] = []
    for case .value(let content) in answers {
      found.append(String(decoding: content.bytes, as: UTF8.self))
      #expect((content.source, content.version) == ("hub: global", 0))
    }
    #expect(found == names)
    #expect(fake.lookupRequests.count == (255 + findings) / findings)
    await hub.close()
  }

  @Test(arguments: [0, 3])
  func `a hub that answers too little or too much is told so`(findings: Int) async throws {
    let fake = FakeContext()
    fake.onLookup { _, _ in
      ContextLookupReply(findings: Array(repeating: ContextFinding(), count: findings))
    }
    var dispatcher = Dispatcher()
    fake.register(on: &dispatcher)
    let source = HubContextSource(Hub(.inProcess(dispatcher)), space: "notes")
    let error = await #expect(throws: ContextError.self) { try await source.fetch(["a", "b"]) }
    #expect(error?.code == .corruption)
    await hub.close()
  }

  @Test func `large values come in several replies, in order`() async throws {
    let source = source()
    let large = [UInt8](repeating: 120, count: 60_000)
    for number in 0..<10 { _ = try await source.store(large + [UInt8(number)], for: "k\(number)", in: .space) }
    let answers = try await source.fetch((0..<11).map { "k\($0)" })
    for (number, answer) in answers.enumerated() {
      switch answer {
      case .value(let content): #expect(content.bytes.last == UInt8(number))
      case .absent: #expect(number == 10)
      case .failed(let error): Issue.record(error)
      }
    }
    #expect(answers.count == 11)
    await hub.close()
  }

  @Test func `a name that is too long with its prefix fails alone`() async throws {
    let source = HubContextSource(hub.client(of: "phone"), space: hub.space, prefix: "app/")
    _ = try await source.store([49], for: "a", in: .space)
    let answers = try await source.fetch(["a", String(repeating: "x", count: 1_021), "a"])
    guard case .value = answers[0], case .failed(let error) = answers[1], case .value = answers[2] else {
      Issue.record("\(answers)")
      return
    }
    #expect(error.code == .invalidKey)
    await hub.close()
  }

  @Test func `what another sets in any scope is seen, also in that of the whole hub`() async throws {
    let context = provider(source())
    let key = ContextKey<Int>("limit", default: 0)
    let running = Task { await context.run() }
    var updates = context.watch(key).makeAsyncIterator()
    #expect(try await updates.next()?.get()?.value == 0)
    let other = source("desk", device: "phone")
    for (scope, number) in [(ContextScope.space, 1), (.space, 2), (.device, 3)] {
      _ = try await other.store(Array("\(number)".utf8), for: "limit", in: scope)
      #expect(try await updates.next()?.get()?.value == number)
    }
    _ = try await other.store(nil, for: "limit", in: .device)
    // Older than what was seen, and the one that counts again.
    #expect(try await updates.next()?.get()?.value == 2)
    _ = try await other.store(nil, for: "limit", in: .space)
    #expect(try await updates.next()?.get()?.value == 0)
    running.cancel()
    await hub.close()
  }

  @Test func `a value that another version has replaced is not set, and the error says so`() async throws {
    let source = source()
    let first = try await source.store([49], for: "limit", in: .user, expected: 0)
    let error = await #expect(throws: ContextError.self) {
      try await source.store([50], for: "limit", in: .user, expected: 0)
    }
    #expect(error?.code == .conflict)
    #expect(error?.isPassing == false)
    #expect(try await source.store([50], for: "limit", in: .user, expected: first) > first)
    #expect(try await source.store(nil, for: "limit", in: .space) == 0)
    await hub.close()
  }

  @Test func `the history of a key is told in one scope, the newest first`() async throws {
    let source = HubContextSource(
      hub.client(of: "phone"), space: hub.space, device: "phone", setting: .device, prefix: "app/")
    for number in 1...3 { _ = try await source.store([UInt8(48 + number)], for: "limit", in: .device) }
    _ = try await source.store(nil, for: "limit", in: .device)
    let changes = try await source.history(of: "limit")
    #expect(changes.map(\.kind) == [.removed, .set, .set, .set])
    #expect(changes.map { $0.entry?.content } == [nil, [51], [50], [49]])
    #expect(changes.allSatisfy { $0.name == "limit" && $0.entry?.name ?? "limit" == "limit" })
    #expect(try await source.history(of: "limit", limit: 2).count == 2)
    #expect(try await source.history(of: "limit", in: .space).isEmpty)
    await hub.close()
  }

  @Test func `a device that is asked for and not named is an error, as is a hub that does not let in`() async throws {
    let source = source(device: "", setting: .device)
    let error = await #expect(throws: ContextError.self) { try await source.store([49], for: "limit", lifetime: nil) }
    #expect(error?.code == .network)
    let foreign = HubContextSource(hub.client(of: "phone"), space: hub.space, user: "somebody else")
    let refused = await #expect(throws: ContextError.self) { try await foreign.fetch(["limit"]) }
    #expect(refused?.message.contains("access") == true)
    #expect(refused?.isPassing == false)
    await hub.close()
  }
}
