import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

struct `Context of a hub in another process` {
  private func settings() -> NetworkContextProvider.Settings {
    var settings = NetworkContextProvider.Settings()
    settings.retry = .none
    return settings
  }

  @Test(arguments: [ContextScope.global, .space, .user, .device])
  func `each scope keeps the rules of providers, over TLS`(scope: ContextScope) async throws {
    let hub = try await HubProcess()
    let client = try await hub.connect()
    let other = try await hub.connect()
    let made = Lock(0)
    let broken = await ContextConformance {
      let prefix = made.withLock { made in
        made += 1
        return "context\(made)/"
      }
      func provider(_ client: Hub) -> NetworkContextProvider {
        NetworkContextProvider(
          HubContextSource(client, space: "notes", device: "phone", setting: scope, prefix: prefix), settings())
      }
      let reader = provider(client)
      var subject = ContextConformance.Subject(reader, writer: provider(other))
      subject.run = { await reader.run() }
      subject.damage = { name in
        let place = ContextPlace(
          scope: scope, space: scope == .global ? "" : "notes", device: scope == .device ? "phone" : "")
        _ = try await other.context.set(
          ContextSetRequest(place: place, name: prefix + name, content: Array("{".utf8)))
      }
      return subject
    }.run()
    #expect(broken == [])
    client.close()
    other.close()
  }

  @Test func `a provider follows all scopes, and goes on when its hub was away`() async throws {
    let hub = try await HubProcess()
    let client = try await hub.connect()
    let source = HubContextSource(client, space: "notes", device: "phone")
    let context = NetworkContextProvider(source, settings())
    let running = Task { await context.run() }
    let key = ContextKey<Int>("limit", default: 0)
    var updates = context.watch(key).makeAsyncIterator()
    #expect(try await updates.next()?.get()?.value == 0)
    for (number, scope) in [ContextScope.global, .global, .space, .space, .user, .device].enumerated() {
      _ = try await source.store(Array("\(number + 1)".utf8), for: "limit", in: scope)
      let found = try await updates.next()?.get()
      #expect((found?.value, found?.source) == (number + 1, "hub: \(scope)"))
    }
    #expect(await hub.end() == 0)
    try await hub.restart()
    let again = try await hub.connect()
    _ = try await HubContextSource(again, space: "notes", device: "phone").store([57], for: "limit", in: .device)
    // Whatever was told meanwhile, such as that the hub is away.
    while let outcome = await updates.next() {
      if case .success(let found?) = outcome, found.value == 9 { break }
    }
    running.cancel()
    client.close()
    again.close()
  }
}
