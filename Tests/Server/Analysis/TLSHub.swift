import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport

@testable import HoldfastServer

/// Files of a hub behind TLS, which a test can start again.
final class TLSHub: Sendable {
  let fixture: AnalysisFixture
  let client: RPCClient
  private let server: Lock<RPCServer>
  private let configuration: RPCServer.Configuration
  private let directory: TemporaryDirectory

  init(_ fixture: AnalysisFixture) async throws {
    self.fixture = fixture
    directory = try TemporaryDirectory()
    let home = HubDirectory(path: directory.path("hub"))
    try home.prepare()
    let identity = try home.identity(hosts: ["localhost", "127.0.0.1"], now: Timestamp.wallClock().seconds)
    let tls = try TLSServerContext(
      TLSServerConfiguration(
        certificateChain: .text(identity.certificatePEM), privateKey: .text(identity.privateKeyPEM),
        clients: .judged(authority: nil)))
    let settings = ServerSettings(authenticator: Everyone(principal: HubPrincipal("tester", scope: .everything)))
    var configuration = RPCServer.Configuration(
      address: SocketAddress(host: "127.0.0.1", port: 0), tls: tls, settings: settings)
    let first = try RPCServer(fixture.calls.dispatcher(), configuration)
    configuration.address = try await first.start()
    self.configuration = configuration
    server = Lock(first)
    let trust = TLSClientConfiguration(trust: .certificateAuthority(.file(home.authority)))
    var client = ClientSettings()
    client.token = { "tester" }
    self.client = RPCClient(to: configuration.address, tls: try TLSClientContext(trust), client)
  }

  /// Ends every connection, in the middle of whatever goes on, and listens again.
  func restart() async throws {
    await server.withLock { $0 }.drain(grace: .zero)
    let next = try RPCServer(fixture.calls.dispatcher(), configuration)
    _ = try await next.start()
    server.withLock { $0 = next }
  }

  func close() async {
    client.close()
    await server.withLock { $0 }.drain(grace: .seconds(1))
  }
}
