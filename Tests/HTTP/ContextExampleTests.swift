import HoldfastHTTP
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

extension ContextKey<String> {
  fileprivate static let theme = ContextKey("editor.theme", default: "light")
}

/// Context as a program uses it: a hub's, a file's and an endpoint's values, put together.
@Suite struct ContextExampleTests {
  @Test func `a program asks for context and knows where the answer is from`() async throws {
    let fake = try await FakeHub.start()
    let hub = fake.client(of: "phone")
    let folder = try TemporaryDirectory()
    let file = folder.path("context.db")
    let place = try HTTPPlace { request, _ in
      let isThere = request.target == "/v1/editor%2Etheme" && request.headers["authorization"] == "Bearer token"
      return isThere ? .answer(200, Array("\"blue\"".utf8)) : .answer(404)
    }
    defer { place.close() }
    let (address, token) = (place.url + "/v1", "token")

    var settings = HTTPContextSource.Settings()
    settings.headers = ["Authorization": "Bearer \(token)"]
    let site = NetworkContextProvider(try HTTPContextSource(address, settings))

    let shared = NetworkContextProvider(HubContextSource(hub, space: "notes"))
    let local = try await PersistentContextProvider.open(file)
    let context = CompositeContextProvider([.init(local), .init(shared), .init(site)], .prioritized)
    let refreshing = Task { await shared.run() }
    defer { refreshing.cancel() }

    if let found = try await context.resolve(.theme) {
      print(found.value, found.source, found.age, found.reason)
    }
    #expect(try await context.resolve(.theme)?.value == "blue")
    #expect(try await context.resolve(.theme)?.source == place.address)

    try await local.set("dark", for: .theme, lifetime: .seconds(3_600))
    for await theme in context.watch(.theme) {
      print(try theme.get()?.value ?? "none")
      break
    }
    let found = try #require(try await context.resolve(.theme))
    #expect((found.value, found.source) == ("dark", "device"))
    try await local.remove(.theme)
    #expect(try await local.resolve(.theme)?.reason == .default)
    await fake.close()
  }
}
