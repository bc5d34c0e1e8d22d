internal import HoldfastContract
package import HoldfastRPC
package import HoldfastStore
internal import HoldfastWire

/// What a hub does, without what listens: store, tokens, services, and what looks after them. `HubServer` puts it behind
/// TLS; the hub that HoldfastTesting has for tests serves its own process with it.
package final class HubServices: Sendable {
  /// What serves the services' clients, as far as the administration has to know it.
  package struct Front: Sendable {
    var load: @Sendable () async -> HubLoad
    /// Ends the connections that came with a token.
    var end: @Sendable (_ token: String) async -> Void

    package init(end: @escaping @Sendable (_ token: String) async -> Void) { self.init(load: { HubLoad() }, end: end) }

    init(load: @escaping @Sendable () async -> HubLoad, end: @escaping @Sendable (_ token: String) async -> Void) {
      (self.load, self.end) = (load, end)
    }
  }

  package let store: Store
  package let tokens: TokenRegistry
  package let dispatcher: Dispatcher
  /// How connections are to be treated.
  package let settings: ServerSettings
  /// What is done about entities.
  package let desk: SyncDesk
  /// What the hub counts.
  package let metrics: MetricRegistry
  private let persistence: PersistenceCalls
  private let analysis: AnalysisCalls
  private let ring: KeyRing?
  private let housekeeping: Task<Void, Never>
  private let auditing: Task<Void, Never>
  private let analyzing: Task<Void, Never>

  /// Begins to look after what the store holds; its schema is the hub's. Closes it if that fails.
  package static func open(
    _ store: Store, _ options: HubServer.Options, _ front: Front
  ) async throws -> HubServices {
    try await open(store, keys: nil, options, front)
  }

  /// - Parameter ring: the keys by which the store's data are sealed; it is closed with the store.
  static func open(
    _ store: Store, keys ring: KeyRing?, _ options: HubServer.Options, _ front: Front
  ) async throws -> HubServices {
    do {
      let tokens = try await TokenRegistry.open(store, limits: options.clientLimits)
      try await tokens.adopt(admin: try options.directory.adminTokenText(), now: .wallClock())
      try await store.write { try HubHistory.begin($0) }
      let persistence = try await PersistenceCalls.open(store, options.persistence, keys: ring)
      let context = try await ContextCalls.open(beside: persistence)
      return HubServices(store, options, tokens, persistence, context, front)
    } catch {
      store.close()
      ring?.close()
      throw error
    }
  }

  private init(
    _ store: Store, _ options: HubServer.Options, _ tokens: TokenRegistry, _ persistence: PersistenceCalls,
    _ context: ContextCalls, _ front: Front
  ) {
    self.store = store
    self.tokens = tokens
    self.persistence = persistence
    ring = persistence.ring
    let sync = SyncCalls(beside: persistence)
    desk = sync.desk
    let log = options.log
    analysis = AnalysisCalls(beside: persistence, options.analysis) { log($0) }
    metrics = MetricRegistry()
    dispatcher = Self.dispatcher(persistence, sync, context, analysis, tokens, metrics, front, options.persistence)
    let meter = CallMeter(dispatcher)
    settings = Self.settings(options, tokens, dispatcher, meter)
    metrics.add(HubMetrics(version: HubServer.version, started: .wallClock()))
    metrics.add(meter)
    metrics.add(StoreMetrics(store: store))
    metrics.add(AdmissionMetrics(admission: sync.admission))
    metrics.add(CacheMetrics(caches: [("profiles", { [profiles = analysis.profiles] in profiles.counters })]))
    metrics.add(AnalysisMetrics(calls: analysis))
    metrics.add(analysis.files.spans)
    housekeeping = Task { await persistence.run(tell: log) { log("housekeeping failed: \($0)") } }
    auditing = Task { [directory = options.directory, interval = options.auditInterval] in
      await AuditKeeper.run(store, directory, every: interval, report: log)
    }
    // Whoever can call may begin a run: its workers are there by then.
    analysis.joinLocal()
    analyzing = Task { [analysis] in await analysis.run(tell: log) }
  }

  /// Begins no more of what goes on for long.
  package func endWatches() {
    analyzing.cancel()
    housekeeping.cancel()
    auditing.cancel()
    persistence.endWatches()
  }

  /// Ends, and closes the store. Returns when all is on the disk.
  package func close() async {
    await housekeeping.value
    await auditing.value
    await analyzing.value
    store.close()
    ring?.close()
  }

  // MARK: Parts

  private static func dispatcher(
    _ persistence: PersistenceCalls, _ sync: SyncCalls, _ context: ContextCalls, _ analysis: AnalysisCalls,
    _ tokens: TokenRegistry, _ metrics: MetricRegistry, _ front: Front, _ settings: PersistenceSettings
  ) -> Dispatcher {
    var dispatcher = Dispatcher()
    persistence.register(on: &dispatcher)
    sync.register(on: &dispatcher)
    context.register(on: &dispatcher)
    analysis.register(on: &dispatcher)
    DiagnosticsCalls().registerAll(on: &dispatcher)
    dispatcher.describe(AdministrationMethods.descriptor)
    AdministrationCalls(
      tokens: tokens, spaces: persistence, keys: persistence, description: describe(dispatcher, settings),
      load: {
        var load = await front.load()
        load.admission = sync.admission.load
        return load
      },
      metrics: metrics, spans: analysis.files.spans,
      revoked: front.end
    ).register(on: &dispatcher)
    return dispatcher
  }

  private static func describe(_ dispatcher: Dispatcher, _ settings: PersistenceSettings) -> DescribeReply {
    let bounds = SessionBounds.standard
    return DescribeReply(
      version: HubServer.version, protocol: "holdfast/1", minor: 0,
      services: dispatcher.services.map(ServiceDescription.init), streams: UInt32(clamping: bounds.streams),
      messageBytes: UInt32(clamping: bounds.messageBytes), streamCredit: UInt32(clamping: bounds.streamCredit),
      connectionCredit: UInt32(clamping: bounds.connectionCredit), valueBytes: UInt64(clamping: settings.valueBytes),
      keyBytes: UInt32(clamping: Limits.keyBytes), started: .wallClock())
  }

  private static func settings(
    _ options: HubServer.Options, _ tokens: TokenRegistry, _ dispatcher: Dispatcher, _ meter: CallMeter
  ) -> ServerSettings {
    let names = Dictionary(dispatcher.services.map { ($0.number, $0.name) }) { first, _ in first }
    var settings = ServerSettings(authenticator: HubAuthenticator(tokens)) { principal in
      guard let client = principal as? HubPrincipal else { return { _ in nil } }
      let forbidden = names.filter { !client.scope.allows(service: $0.value) }
      return { method in
        guard !client.isRevoked else { return CallRefusal(.unauthenticated, "the token has been revoked") }
        // Every client may ask what there is.
        guard !forbidden.isEmpty, let service = forbidden[method.service], method != AdministrationMethods.describe.id
        else { return nil }
        return CallRefusal(.permissionDenied, "the token is not for the service \(service)")
      }
    }
    settings.agent = "holdfast/" + HubServer.version
    settings.log = options.log
    settings.meter = meter
    return settings
  }
}
