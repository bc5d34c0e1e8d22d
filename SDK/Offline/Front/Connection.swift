import HoldfastRPC
import HoldfastStore
package import HoldfastSync

/// A replica's connection to a hub, until it is ended.
///
/// Of the processes that have a file open and are connected, one runs an engine; the others wait for its end.
final class Connection: Sendable {
  /// The engine, while this process has the right to run one.
  private let running: Lock<SyncEngine?>
  private let task: Task<Void, Never>

  /// How often it is looked whether another process has ended.
  private static let turn = Duration.milliseconds(250)

  init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: SyncEngine.Settings, _ network: NetworkMonitor?
  ) {
    let running = Lock<SyncEngine?>(nil)
    self.running = running
    // Until it is known whether this process is the one that syncs.
    core.clock.work(1)
    task = Task { await Self.work(core, transport, settings, network, running) }
  }

  private static func work(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: SyncEngine.Settings, _ network: NetworkMonitor?,
    _ running: Lock<SyncEngine?>
  ) async {
    var isBeginning = true
    defer { if isBeginning { core.clock.work(-1) } }
    while !Task.isCancelled {
      do {
        if let lock = try ReplicaLock.take(core.file) {
          let engine = try await SyncEngine.start(core, transport, settings)
          running.withLock { $0 = engine }
          await engine.network(.unknown)
          core.clock.work(isBeginning ? -1 : 0)
          isBeginning = false
          await withTaskGroup { group in
            if let network {
              group.addTask { for await state in network.states { await engine.network(state) } }
            }
            await engine.run()
            group.cancelAll()
          }
          running.withLock { $0 = nil }
          withExtendedLifetime(lock) {}
          return
        }
        let (counts, failure) = try await core.read { (try $0.counts(in: $1), try $1.storedFailure()) }
        core.status.change { status in
          status.phase = .elsewhere
          (status.pending, status.parked) = counts
          status.lastError = failure
        }
      } catch {
        let failure = ReplicaFailure(.takingTurns, [error], at: core.clock.wall())
        core.status.change { $0.failed(failure) }
      }
      core.clock.work(isBeginning ? -1 : 0)
      isBeginning = false
      do { try await Task.sleep(for: turn) } catch { return }
    }
  }

  /// nil while another process syncs.
  var engine: SyncEngine? { running.withLock { $0 } }

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

  /// What is known of the network; nil where the hub is tried whatever the machine says.
  public var network: NetworkMonitor? = .system

  public init() {}
}

extension Replica {
  /// Keeps the replica in step with a hub from now on, until `disconnect` or `close`. The hub need not be there.
  ///
  /// Where several processes have the file open, one of them syncs for all; another takes over when it ends.
  public func connect(to hub: Hub, settings: SyncSettings = SyncSettings()) async {
    await connect(by: hub.transport, settings: settings)
  }

  /// The same by another way to a hub, such as one with faults.
  public func connect(by transport: any SyncTransport, settings: SyncSettings = SyncSettings()) async {
    await connect(by: transport, settings: settings, timing: .standard)
  }

  package func connect(
    by transport: any SyncTransport, settings: SyncSettings = SyncSettings(), timing: SyncTiming
  ) async {
    await disconnect()
    let engineSettings = SyncEngine.Settings(
      timing: timing, refreshCredential: settings.refreshCredential, limits: settings.limits)
    connection.withLock { $0 = Connection(core, transport, engineSettings, settings.network) }
  }

  /// Works without the hub from now on.
  public func disconnect() async {
    let old = connection.withLock { $0.take() }
    old?.end()
    await old?.ended()
  }
}
