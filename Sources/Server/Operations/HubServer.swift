internal import HoldfastContract
internal import HoldfastCrypto
package import HoldfastRPC
package import HoldfastStore
internal import HoldfastWire

/// A hub at work: its directory, services and server in one.
///
///     let hub = try await HubServer.start(.init(directory: HubDirectory(path: "/var/lib/holdfast")))
///     …
///     await hub.drain()
package final class HubServer: Sendable {
  package static let version = "0.1.0"

  package struct Options: Sendable {
    package var directory: HubDirectory
    /// Where to listen; port 0 takes a free one.
    package var address = SocketAddress(host: "127.0.0.1", port: 7443)
    /// Names and addresses that the development certificate is for, besides this machine's own.
    package var hosts: [String] = []
    /// A file with the authority of which client certificates have to be; nil leaves that to who allowed them.
    package var clientAuthority: String?
    /// What a client may take whose token says nothing else.
    package var clientLimits = ClientLimits()
    /// Threads that serve connections.
    package var loops = 1
    /// Connections at once; more are closed as they come.
    package var connections = 16_384
    package var persistence = PersistenceSettings()
    /// Files, and the analysis of their columns.
    package var analysis = AnalysisSettings()
    /// What unlocks the keys by which the data are sealed; nil keeps data as they are given.
    package var master: MasterSecret?
    /// What has unlocked them before, where `master` is to take its place.
    package var previousMaster: MasterSecret?
    /// How often the ends of the logs are signed.
    package var auditInterval = Duration.seconds(60)
    /// Told what a person who looks after the hub should know; any thread.
    package var log: @Sendable (String) -> Void = { _ in }

    package init(directory: HubDirectory) { self.directory = directory }
  }

  /// Where it listens.
  package let address: SocketAddress
  private let options: Options
  private let services: HubServices
  private let server: RPCServer
  private let own: OwnServer
  private let tls: Lock<TLSServerContext>

  /// Opens the directory, making what is missing in it, and listens.
  ///
  /// - Throws: `HubDirectoryError`, `StoreError` or what the system says about the address, each with what to do.
  package static func start(_ options: Options) async throws -> HubServer {
    try options.directory.prepare()
    let owned = try DataDirectory.open(options.directory.path)
    let tls = try TLSServerContext(try tlsConfiguration(options))
    let found = try await KeyRing.find(
      in: options.directory, master: options.master, previous: options.previousMaster)
    let store: Store
    let ring: KeyRing?
    do {
      var storing = StoreOptions()
      storing.erasesDeleted = options.master != nil
      store = try Store.open(owned, options: storing, migrations: Schema.migrations)
      ring = try await KeyRing.begin(store, found, in: options.directory, master: options.master)
    } catch {
      found?.close()
      throw error
    }
    let own = OwnServer()
    let front = HubServices.Front(load: { await own.load() }, end: { await own.end($0) })
    let services = try await HubServices.open(store, keys: ring, options, front)
    do {
      return try await HubServer(options, tls, services, own)
    } catch {
      services.endWatches()
      await services.close()
      throw error
    }
  }

  private init(
    _ options: Options, _ tls: TLSServerContext, _ services: HubServices, _ own: OwnServer
  ) async throws {
    self.options = options
    self.services = services
    self.own = own
    self.tls = Lock(tls)
    var configuration = RPCServer.Configuration(address: options.address, tls: tls, settings: services.settings)
    configuration.loops = options.loops
    configuration.connections = options.connections
    server = try RPCServer(services.dispatcher, configuration)
    own.server.withLock { [server] in $0 = server }
    try await Self.attachReaders(of: services.store, to: server.loops)
    do {
      address = try await server.start()
    } catch {
      throw HubListenError(address: options.address, cause: error)
    }
    try options.directory.write(address: address.description)
  }

  package var directory: HubDirectory { options.directory }

  /// SHA-256 of the public key, in hexadecimal: what clients can pin.
  package var fingerprint: String { hex(tls.withLock { $0 }.certificate.publicKeyHash) }

  /// Reads the certificate again, for connections to come. Those that exist keep theirs.
  package func reload() throws {
    let next = try tls.withLock { $0 }.reloaded(try Self.tlsConfiguration(options))
    tls.withLock { $0 = next }
    server.reload(next)
  }

  /// Stops: lets calls under way end, for as long as `grace`, then closes the store. Returns when all is on the disk.
  package func drain(grace: Duration = .seconds(30)) async {
    for loop in server.loops {
      loop.execute { [store = services.store] in
        loop.turnEnded = nil
        store.detachReader()
      }
    }
    services.endWatches()
    await server.drain(grace: grace)
    // The server serves what asks it; neither would ever be let go.
    own.server.withLock { $0 = nil }
    await services.close()
  }

  // MARK: Parts

  private static func tlsConfiguration(_ options: Options) throws -> TLSServerConfiguration {
    var hosts = ["localhost", "127.0.0.1", "::1"]
    let listening = options.address.host
    for host in [listening] + options.hosts where !["", "0.0.0.0", "::"].contains(host) && !hosts.contains(host) {
      hosts.append(host)
    }
    let identity = try options.directory.identity(hosts: hosts, now: Timestamp.wallClock().seconds)
    return TLSServerConfiguration(
      certificateChain: .text(identity.certificatePEM), privateKey: .text(identity.privateKeyPEM),
      clients: .judged(authority: options.clientAuthority.map { .file($0) }))
  }

  /// Gives each loop a reader of its own, whose transaction lasts for a turn.
  private static func attachReaders(of store: Store, to loops: [EventLoop]) async throws {
    for loop in loops {
      try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
        loop.execute {
          caller.resume(
            with: Result {
              let reader = try store.attachReader { loop.execute($0) }
              reader.beginTurn()
              loop.turnEnded = {
                reader.endTurn()
                reader.beginTurn()
              }
            })
        }
      }
    }
  }
}

/// A hub that cannot listen where it should.
package struct HubListenError: Error, CustomStringConvertible {
  package let address: SocketAddress
  package let cause: any Error

  package var description: String { "The hub cannot listen on \(address): \(cause). Choose another address." }
}

/// What the administration asks of the server that it is called through, once there is one.
private final class OwnServer: Sendable {
  let server = Lock<RPCServer?>(nil)

  func end(_ id: String) async {
    await server.withLock { $0 }?.disconnect("the token has been revoked") { $0.name == id }
  }

  func load() async -> HubLoad {
    guard let load = await server.withLock({ $0 })?.load() else { return HubLoad() }
    return HubLoad(
      connections: UInt32(clamping: load.connections), calls: UInt32(clamping: load.streams),
      kept: UInt32(clamping: load.kept))
  }
}
