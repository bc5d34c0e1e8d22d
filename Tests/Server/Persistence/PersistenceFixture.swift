import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport

@testable import HoldfastServer

/// A hub's values, entities and context with a clock that stands still until it is moved, and clients in the same process.
final class PersistenceFixture: Sendable {
  let store: Store
  let calls: PersistenceCalls
  let sync: SyncCalls
  let context: ContextCalls
  let clock = Lock(Timestamp(seconds: 1_800_000_000))
  let ring: KeyRing?
  private let directory: TemporaryDirectory
  private let dispatcher: Dispatcher

  /// - Parameter place: where its data are; a place of its own unless given.
  init(
    sealed: Bool = false, in place: TemporaryDirectory? = nil, admitting capacity: Int = Limits.admittedSyncs,
    _ change: (inout PersistenceSettings) -> Void = { _ in }
  ) async throws {
    directory = if let place { place } else { try TemporaryDirectory() }
    let hub = HubDirectory(path: directory.path)
    let secret: MasterSecret? = sealed ? .bytes([UInt8](repeating: 7, count: 32)) : nil
    let found = try await KeyRing.find(in: hub, master: secret)
    var options = StoreOptions()
    options.erasesDeleted = sealed
    store = try Store.open(DataDirectory.open(directory.path), options: options, migrations: Schema.migrations)
    ring = try await KeyRing.begin(store, found, in: hub, master: secret)
    var settings = PersistenceSettings()
    settings.clock = { [clock] in clock.withLock { $0 } }
    change(&settings)
    calls = try await PersistenceCalls.open(store, settings, keys: ring)
    sync = SyncCalls(beside: calls, admitting: capacity)
    context = try await ContextCalls.open(beside: calls)
    var dispatcher = Dispatcher()
    calls.register(on: &dispatcher)
    sync.register(on: &dispatcher)
    context.register(on: &dispatcher)
    self.dispatcher = dispatcher
  }

  /// Ends it, and leaves its data where they are.
  func close() {
    store.close()
    ring?.close()
  }

  /// Seals what is stored by the keys in force, until nothing is left to do.
  func sealAnew() async throws {
    guard let ring else { return }
    var sweep = SealSweep()
    repeat { try await sweep.work(ring, calls) { _ in } } while ring.progress.isRunning
  }

  /// The keys that there are.
  func keys() async throws -> [KeyInfo] { try await calls.listKeys(ListKeysRequest()).keys }

  /// All bytes of the files beside the keys.
  func dataBytes() throws -> [UInt8] {
    try LocalFile.names(in: directory.path).filter { $0.hasPrefix("holdfast.sqlite") }.flatMap { name in
      try LocalFile.read("\(directory.path)/\(name)", limit: 1 << 30)
    }
  }

  func advance(seconds: Int64) {
    clock.withLock { $0 = Timestamp(seconds: $0.seconds + seconds) }
  }

  func client(_ name: String = "tester", scope: Scope = .everything) -> PersistenceClient {
    PersistenceClient(rpcClient(name, scope: scope))
  }

  func rpcClient(_ name: String = "tester", scope: Scope = .everything) -> RPCClient {
    RPCClient.inProcess(dispatcher, authenticator: Everyone(principal: HubPrincipal(name, scope: scope)))
  }

}

/// Takes every client for the same one.
struct Everyone: Authenticator {
  let principal: HubPrincipal

  nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { principal }
}

extension PersistenceClient {
  /// Stores a short value in the space `notes`.
  @discardableResult
  func put(
    _ key: String, _ content: String, expected: UInt64? = nil, expiresIn: Duration? = nil,
    options: CallOptions = .default
  ) async throws -> UInt64 {
    try await put(
      PutRequest(space: "notes", key: key, content: Array(content.utf8), expiresIn: expiresIn, expected: expected),
      options: options
    ).version
  }

  /// The value's content, or nil.
  func text(_ key: String) async throws -> String? {
    try await get(GetRequest(space: "notes", key: key)).value.map { String(decoding: $0.content, as: UTF8.self) }
  }

  func delete(_ key: String, expected: UInt64? = nil) async throws -> DeleteReply {
    try await delete(DeleteRequest(space: "notes", key: key, expected: expected))
  }
}
