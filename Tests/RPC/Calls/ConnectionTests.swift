import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

@Suite struct ConnectionTests {
  struct Holder: Principal {
    let name: String
    var expires: MonotonicTime?
  }

  /// Takes the tokens that it was made with.
  struct Tokens: Authenticator {
    let asked = Happening()
    var known: Set<String> = ["right"]
    var validFor: Duration?

    nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal {
      asked.pass()
      guard known.contains(credential.token) else { throw AuthenticationError("this token is unknown") }
      return Holder(name: credential.token, expires: validFor.map { .now() + $0 })
    }
  }

  @Test func `a wrong token is refused, with the reason`() async throws {
    let test = try await TestServer.start(authenticator: Tokens())
    let client = try test.client { $0.token = { "wrong" } }
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.unary, Authenticate()) }
    #expect(error?.status == .unauthenticated)
    #expect(error?.message.contains("this token is unknown") == true)
    #expect(error?.mayHaveBegun == false)
    await test.server.drain(grace: .zero)
  }

  @Test func `a credential is renewed before it ends`() async throws {
    let tokens = Tokens(validFor: .milliseconds(200))
    let test = try await TestServer.start(authenticator: tokens)
    let client = try test.client { $0.token = { "right" } }
    _ = try await client.unary(Echo.unary, Authenticate())
    await tokens.asked.wait(for: 3)
    _ = try await client.unary(Echo.unary, Authenticate())
    #expect(await test.server.load().connections == 1)
    client.close()
    await test.server.drain(grace: .zero)
  }

  @Test func `a call that the client may not make is refused before it begins`() async throws {
    let test = try await TestServer.start {
      $0.settings.authorize = { _, method in
        method == Echo.unary.id ? CallRefusal(.permissionDenied, "not you") : nil
      }
    }
    let client = try test.client()
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.unary, Authenticate()) }
    #expect(error?.status == .permissionDenied)
    await test.server.drain(grace: .zero)
  }

  @Test func `a client finds its server again after a restart`() async throws {
    let first = try await TestServer.start { $0.settings.pacing = .milliseconds(5) }
    let client = try first.client()
    #expect(try await client.unary(Echo.unary, Authenticate(token: "1")).token == "1")
    await first.server.drain(grace: .zero)
    let second = try await TestServer.start(at: first.address, authority: first.authority)
    #expect(try await client.unary(Echo.unary, Authenticate(token: "2")).token == "2")
    client.close()
    await second.server.drain(grace: .zero)
  }

  @Test func `a drain lets calls end and takes no new ones`() async throws {
    let began = Happening()
    let release = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      began.pass()
      await release.wait()
      return request
    }
    let test = try await TestServer.start(dispatcher)
    let client = try test.client { $0.retry = .never }
    async let slow = client.unary(Echo.once, Authenticate(token: "slow"))
    await began.wait()
    let drained = Happening()
    let draining = Task {
      await test.server.drain()
      drained.pass()
    }
    // New calls fail as soon as the client knows.
    while true {
      do {
        _ = try await client.unary(Echo.unary, Authenticate())
      } catch {
        #expect(error.status == .unavailable)
        #expect(!error.mayHaveBegun)
        break
      }
    }
    #expect(drained.count == 0)
    release.pass()
    #expect(try await slow.token == "slow")
    await draining.value
  }

  @Test func `nothing to connect to is unavailable, and says so`() async throws {
    let test = try await TestServer.start()
    await test.server.drain(grace: .zero)
    let client = try test.client { $0.retry = .never }
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.unary, Authenticate()) }
    #expect(error?.status == .unavailable)
    #expect(error?.mayHaveBegun == false)
  }

  @Test func `a disconnected client loses its streams and comes back`() async throws {
    let test = try await TestServer.start(authenticator: Tokens(known: ["right", "other"]))
    let client = try test.client { $0.token = { "right" } }
    let relay = client.bidirectional(Echo.relay)
    try await relay.send(Authenticate(token: "x"))
    var replies = relay.replies.makeAsyncIterator()
    #expect(try await replies.next()?.token == "x")
    await test.server.disconnect("revoked") { $0.name == "right" }
    let error = await #expect(throws: CallError<Never>.self) { try await replies.next() }
    #expect(error?.status == .unauthenticated)
    #expect(try await client.unary(Echo.unary, Authenticate(token: "y")).token == "y")
    client.close()
    await test.server.drain(grace: .zero)
  }
}
