import HoldfastRPC
public import HoldfastSDK
import HoldfastServer
import HoldfastStore
import HoldfastWire

/// A hub in the process of a test: the hub's own services on a database in a temporary folder, without TLS and another
/// process. The test looks into it, plays the other devices, and lets happen to it what happens to hubs.
///
///     let hub = try await FakeHub.start()
///     let phone = try await hub.replica(of: "phone", entities: [Note.self])
///     try await hub.create(Note(id: id, title: "milk"))
///     try await hub.settle(phone)
///     #expect(try await phone.notes.get(id)?.title == "milk")
///     await hub.close()
public final class FakeHub: Sendable {
  /// What serves while the hub runs.
  struct Run: Sendable {
    let services: HubServices
    let server: InProcessServer
  }

  private struct State {
    var run: Run?
    /// By the names of devices.
    var clients: [String: Hub] = [:]
    var access: [String: Access] = [:]
    var tokens: [String: Task<Token, any Error>] = [:]
    var others = OtherDevice()
  }

  struct Token: Sendable {
    let id: String
    let text: String
  }

  /// The space of its replicas and entities.
  public let space: String
  /// The time of the hub and of the replicas that it opens.
  public let clock: TestClock
  private let folder: TemporaryFolder
  private let home: HubDirectory
  private let owned: DataDirectory
  private let state = Lock(State())

  /// A hub that runs and has nothing yet.
  ///
  /// - Parameters:
  ///   - space: where its replicas work.
  ///   - clock: by which it and its replicas work.
  public static func start(space: String = "test", clock: TestClock = TestClock()) async throws -> FakeHub {
    let hub = try FakeHub(space, clock)
    try await hub.start()
    return hub
  }

  private init(_ space: String, _ clock: TestClock) throws {
    self.space = space
    self.clock = clock
    folder = try TemporaryFolder()
    home = HubDirectory(path: folder.path + "/hub")
    owned = try DataDirectory.open(home.path)
  }

  // MARK: Life

  /// Starts it again, after `stop` or `kill`.
  public func start() async throws {
    guard state.withLock({ $0.run == nil }) else { return }
    var options = HubServer.Options(directory: home)
    options.persistence.clock = { [clock] in clock.date }
    let front = HubServices.Front { [weak self] token in await self?.disconnect(token) }
    let store = try Store.open(owned, migrations: Schema.migrations)
    let services = try await HubServices.open(store, options, front)
    var settings = services.settings
    settings.pacing = .zero
    let run = Run(services: services, server: InProcessServer(services.dispatcher, settings))
    state.withLock { $0.run = run }
  }

  /// Stops it in order: calls under way come to their end. Devices find nobody until it is started again.
  public func stop() async { await end { await $0.drain() } }

  /// Stops it in order, and starts it.
  public func restart() async throws {
    await stop()
    try await start()
  }

  /// Kills it: connections break, and nobody hears what became of the calls that were on them. What it has committed is
  /// there when it is started again.
  ///
  /// A power cut, which takes more than that, is for the simulator: `Simulation`.
  public func kill() async { await end { await $0.close() } }

  private func end(_ leave: (InProcessServer) async -> Void) async {
    guard let run = state.withLock({ $0.run.take() }) else { return }
    run.services.endWatches()
    await leave(run.server)
    await run.services.close()
  }

  /// Stops it for good and ends its connections. Its files go with the object.
  public func close() async {
    await stop()
    let clients = state.withLock { state in
      defer { state.clients = [:] }
      return Array(state.clients.values)
    }
    for client in clients { client.close() }
  }

  /// What serves now.
  func running() throws -> Run {
    guard let run = state.withLock({ $0.run }) else { throw FakeHubError("the hub does not run; start it") }
    return run
  }

  // MARK: Backups

  /// The data of a hub as it was.
  public struct Backup: Sendable {
    fileprivate let files: [String: [UInt8]]
  }

  /// Takes a backup, as it is taken of any hub: stops it, copies its data, and starts it.
  public func backup() async throws -> Backup {
    await stop()
    let files = try DatabaseFiles.read(in: home.path)
    try await start()
    return Backup(files: files)
  }

  /// Makes the hub what it was, in place of what it is. As with each start, its history is one of its own.
  public func restore(_ backup: Backup) async throws {
    await stop()
    try DatabaseFiles.write(backup.files, in: home.path)
    try await start()
  }

  // MARK: Devices

  /// The path of a device's replica file.
  public func file(of device: String) -> String { folder.path + "/\(device).replica" }

  /// The hub as a device sees it, with a token of its own. There is one for each name.
  public func client(of device: String) -> Hub {
    var settings = ClientSettings()
    settings.agent = device
    settings.retry.backoff = Backoff(first: .milliseconds(1), longest: .milliseconds(20))
    settings.token = { [weak self] in
      guard let self else { throw FakeHubError("the hub is gone") }
      return try await self.token(of: device).text
    }
    let client = RPCClient.inProcess(settings) { [weak self] in
      guard let self else { throw FakeHubError("the hub is gone") }
      return try self.running().server
    }
    return state.withLock { state in
      if let known = state.clients[device] { return known }
      let hub = Hub(client)
      state.clients[device] = hub
      return hub
    }
  }

  private func token(of device: String) async throws -> Token {
    let services = try running().services
    // All who ask at the same time get the same.
    let making = state.withLock { state in
      if let known = state.tokens[device] { return known }
      let scope = (state.access[device] ?? .full).scope
      let making = Task {
        let made = try await services.tokens.create(name: device, scope: scope, lifetime: nil, now: .wallClock())
        return Token(id: made.record.id, text: made.text.text)
      }
      state.tokens[device] = making
      return making
    }
    do {
      return try await making.value
    } catch {
      state.withLock { $0.tokens[device] = nil }
      throw error
    }
  }

  /// What a device may do.
  public enum Access: Sendable, Hashable, CaseIterable {
    case full, readOnly
    /// It is known, and may not see the space.
    case nothing

    var scope: Scope {
      switch self {
      case .full: Scope(spaces: [SpacePattern("*")], canWrite: true)
      case .readOnly: Scope(spaces: [SpacePattern("*")])
      case .nothing: Scope()
      }
    }
  }

  /// Lets a device do this from now on, with another token than it had, also when that was revoked.
  public func allow(_ device: String, _ access: Access = .full) async throws {
    try await revoke(device)
    state.withLock { state in
      state.access[device] = access
      state.tokens[device] = nil
    }
  }

  /// Revokes the token of a device. It is shut out until it is allowed anew.
  public func revoke(_ device: String) async throws {
    let token = try await token(of: device)
    _ = try await running().services.tokens.revoke(id: token.id, now: .wallClock())
    await disconnect(token.id)
  }

  private func disconnect(_ token: String) async {
    await state.withLock { $0.run }?.server.disconnect("the token has been revoked") { $0.name == token }
  }

  // MARK: Others

  /// Gives the next change of another device its identity.
  func otherDevice<Value: Sendable>(_ body: @Sendable (inout OtherDevice) -> Value) -> Value {
    state.withLock { body(&$0.others) }
  }
}
