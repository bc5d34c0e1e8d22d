import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import TestSupport

@testable import HoldfastServer

/// A hub as it is started from the command line, whose figures a test reads.
final class MetricsHub: Sendable {
  let server: HubServer
  let hub: Hub
  private let directory: TemporaryDirectory
  private let home: HubDirectory

  init(_ change: (inout HubServer.Options) -> Void = { _ in }) async throws {
    directory = try TemporaryDirectory()
    home = HubDirectory(path: directory.path("hub"))
    var options = HubServer.Options(directory: home)
    options.address = SocketAddress(host: "127.0.0.1", port: 0)
    change(&options)
    server = try await HubServer.start(options)
    hub = try await Hub.connect(
      to: server.address.description, token: LocalFile.readText(home.adminToken),
      trust: .certificateAuthority(.file(home.authority)))
  }

  /// Another client, with a token of its own.
  func connect(_ token: String) async throws -> Hub {
    try await Hub.connect(
      to: server.address.description, token: token, trust: .certificateAuthority(.file(home.authority)))
  }

  func metrics() async throws -> PrometheusText {
    try PrometheusText(try await hub.administration.metrics(MetricsRequest()).text)
  }

  func close() async {
    hub.close()
    await server.drain(grace: .seconds(1))
  }
}
