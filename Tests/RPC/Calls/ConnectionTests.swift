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

  @Test func `a call that comes after the refusal hears the reason too`() async throws {
    let loop = EventLoopGroup.shared.next()
    let (near, far) = try PlainLink.pair()
    let closed = Happening()
    let connection = await loop.perform {
      let settings = ServerSettings(authenticator: Tokens())
      ServerConnection(far, on: loop, settings, Echo.dispatcher, onClose: { _ in }).start()
      let connection = ClientConnection(
        near, on: loop, ClientSettings(), token: "wrong",
        ClientConnection.Events(
          opened: { _ in }, welcomed: { _ in }, closing: { _, _, _ in closed.pass() }))
      connection.start()
      return connection
    }
    await closed.wait()
    let call = UnaryCall(
      CallHead(method: Echo.unary.id), request: Authenticate().encoded(), deadline: nil, limits: .standard)
    await call.run(on: connection)
    let failure = try #require(call.failure)
    #expect(failure.status == .unauthenticated)
    #expect(failure.message.contains("this token is unknown"))
    #expect(failure.notBegun)
  }

  @Test func `a credential is renewed before it ends`() async throws {
    // A client whose machine is busy may come too late: then it is tried with more time.
    var validity = Duration.milliseconds(200)
    while try await !isRenewed(validity) {
      validity = validity * 2
      try #require(validity < .seconds(100))
    }
  }

  /// Whether a stream outlives the credential that its connection began with, twice.
  private func isRenewed(_ validity: Duration) async throws -> Bool {
    let tokens = Tokens(validFor: validity)
    let test = try await TestServer.start(authenticator: tokens)
    let client = try test.client { $0.token = { "right" } }
    let relay = client.bidirectional(Echo.relay)
    async let isCut = isEndedBeforeItsTime(relay, tokens.asked)
    await tokens.asked.wait(for: 3)
    // Fails where the connection is another one by now.
    try? await relay.finish()
    let isRenewed = await !isCut
    client.close()
    await test.server.drain(grace: .zero)
    return isRenewed
  }

  /// Reads replies to their end. Nobody has to wait any longer for what was `asked` when that came by a failure.
  private func isEndedBeforeItsTime(
    _ relay: StreamCall<Authenticate, Authenticate, Never>, _ asked: Happening
  ) async -> Bool {
    do {
      for try await _ in relay.replies {}
      return false
    } catch {
      for _ in 0..<3 { asked.pass() }
      return true
    }
  }

  @Test func `a call that the client may not make is refused before it begins`() async throws {
    let test = try await TestServer.start {
      $0.settings.authorize = { _ in
        { method in method == Echo.unary.id ? CallRefusal(.permissionDenied, "not you") : nil }
      }
    }
    let client = try test.client()
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.unary, Authenticate()) }
    #expect(error?.status == .permissionDenied)
    await test.server.drain(grace: .zero)
  }

  @Test func `a connection that has ended is let go, and with it what its client was known by`() async throws {
    final class Visitor: Principal {
      let name = "visitor"
      let expires: MonotonicTime? = nil
      let gone: Happening

      init(_ gone: Happening) { self.gone = gone }
      deinit { gone.pass() }
    }
    struct Door: Authenticator {
      let gone: Happening
      nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal {
        Visitor(gone)
      }
    }
    let gone = Happening()
    let test = try await TestServer.start(authenticator: Door(gone: gone))
    let client = try test.client()
    _ = try await client.unary(Echo.unary, Authenticate())
    client.close()
    await gone.wait()
    await test.server.drain(grace: .zero)
  }

  @Test func `a client finds its server again after a restart`() async throws {
    let first = try await TestServer.start(at: SocketAddress(host: Loopback.ownAddress(), port: 0)) {
      $0.settings.pacing = .milliseconds(5)
    }
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
