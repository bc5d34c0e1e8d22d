import HoldfastRPC
package import HoldfastSync

/// A replica's connection to a hub: an engine that works until it is ended.
final class Connection: Sendable {
  let engine: SyncEngine
  private let task: Task<Void, Never>

  init(_ engine: SyncEngine) {
    self.engine = engine
    task = Task {
      await engine.network(isUp: true)
      await engine.run()
    }
  }

  func end() { task.cancel() }

  func ended() async { await task.value }
}

/// How a replica syncs.
public struct SyncSettings: Sendable {
  /// How much of what the hub has is kept here.
  public var limits = OfflineLimits()
  /// Called when the hub does not take the credential; returns when the hub's token provider has a fresh one. Work that
  /// is not synced waits meanwhile.
  public var refreshCredential: (@Sendable () async throws -> Void)?

  public init() {}
}

extension Replica {
  /// Keeps the replica in step with a hub from now on, until `disconnect` or `close`. The hub need not be there.
  public func connect(to hub: Hub, settings: SyncSettings = SyncSettings()) async throws {
    try await connect(by: HubTransport(hub.sync), settings: settings, timing: .standard)
  }

  package func connect(
    by transport: any SyncTransport, settings: SyncSettings = SyncSettings(), timing: SyncTiming
  ) async throws {
    await disconnect()
    let engine = try await SyncEngine.start(
      core, transport,
      SyncEngine.Settings(timing: timing, refreshCredential: settings.refreshCredential, limits: settings.limits))
    connection.withLock { $0 = Connection(engine) }
  }

  /// Works without the hub from now on.
  public func disconnect() async {
    let old = connection.withLock { $0.take() }
    old?.end()
    await old?.ended()
  }
}
