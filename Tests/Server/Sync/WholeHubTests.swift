import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import TestSupport
import Testing

@testable import HoldfastServer

/// Entities by way of a hub as it is started from the command line: its directory, TLS, tokens and threads.
struct `Entities of a whole hub` {
  private let directory: TemporaryDirectory
  private let home: HubDirectory

  init() throws {
    directory = try TemporaryDirectory()
    home = HubDirectory(path: directory.path("hub"))
  }

  @Test func `two devices meet over TLS`() async throws {
    var options = HubServer.Options(directory: home)
    options.address = SocketAddress(host: "127.0.0.1", port: 0)
    let server = try await HubServer.start(options)
    let hub = try await Hub.connect(
      to: server.address.description, token: LocalFile.readText(home.adminToken),
      trust: .certificateAuthority(.file(home.authority)))
    let services = try await hub.administration.describe(DescribeRequest()).services.map(\.name)
    #expect(services.contains("holdfast.sync.Sync"))
    var device = Device(hub.client, 1)
    var other = Device(hub.client, 2)
    try await device.join()
    try await other.join()
    var hints = other.sync.hints(HintsRequest(space: "notes")).makeAsyncIterator()
    _ = try await hints.next()
    try await device.push(.create(1, .title("a")), .create(2, .title("b")))
    #expect(try await hints.next()?.entities.count == 2)
    try await other.pull()
    #expect(other.entities.count == 2)
    #expect(try await other.agrees())
    hub.close()
    await server.drain(grace: .seconds(1))
  }
}
