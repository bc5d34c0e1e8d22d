internal import HoldfastContract
public import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// Replicas of a fake hub.
extension FakeHub {
  /// A network to this hub on which things go wrong, by the hub's clock. A `Fault.kill` kills the hub, and it is started
  /// again at once: it is the network that knows until when nobody is to find it.
  ///
  /// - Parameters:
  ///   - seed: decides everything that is left to chance.
  ///   - timeout: when callers give up who get no answer.
  public func network(seed: UInt64, timeout: Duration = .seconds(30)) -> FaultyNetwork {
    FaultyNetwork(seed: seed, clock: clock.device(), timeout: timeout) { [weak self] in
      await self?.kill()
      // That it could not be started is found by all who call it.
      try? await self?.start()
    }
  }

  /// Opens the replica of a device, with the hub's clock, and connects it.
  ///
  /// - Parameters:
  ///   - network: through which it is connected; nil for one on which nothing goes wrong.
  ///   - ahead: how much later the device believes that it is.
  ///   - settings: how it syncs; whether this machine has a network does not matter in any case.
  public func replica(
    of device: String, entities: [any Entity.Type] = [], through network: FaultyNetwork? = nil,
    ahead: Duration = .zero, settings: SyncSettings = SyncSettings()
  ) async throws -> Replica {
    let replica = try await Replica.open(
      file: file(of: device), space: space, entities: entities, clock: clock.device(ahead: ahead))
    await connect(replica, of: device, through: network, settings: settings)
    return replica
  }

  /// Connects a replica that is open.
  public func connect(
    _ replica: Replica, of device: String, through network: FaultyNetwork? = nil,
    settings: SyncSettings = SyncSettings()
  ) async {
    var settings = settings
    settings.network = nil
    let transport = client(of: device).transport
    await replica.connect(by: network?.transport(to: transport, of: device) ?? transport, settings: settings)
  }

  /// Lets time pass until each of these replicas holds what the hub has and has nothing left to tell it, but for what
  /// waits for a decision.
  ///
  /// - Throws: `TestClock.TimeIsOver` when that is not so within `limit`, such as for one that may not see the space or has
  ///   pruned something; `FakeHubError` for one that is not connected.
  public func settle(_ replicas: Replica..., within limit: Duration = .seconds(86_400)) async throws {
    try await clock.running(atMost: limit) {
      repeat {
        for replica in replicas { try await self.follow(replica) }
      } while try await !self.areEqual(replicas)
    }
  }

  /// Waits until a replica holds what the hub has.
  private func follow(_ replica: Replica) async throws {
    for await status in replica.status {
      // Time would never pass.
      guard replica.isConnected, status.phase != .elsewhere else { throw FakeHubError("a replica is not connected") }
      if try await isEqual(replica) { return }
    }
    throw FakeHubError("a replica is closed")
  }

  private func areEqual(_ replicas: [Replica]) async throws -> Bool {
    for replica in replicas where try await !isEqual(replica) { return false }
    return true
  }

  private func isEqual(_ replica: Replica) async throws -> Bool {
    // One that has not found the hub since it was connected may have nothing in common with it but that both are empty.
    let phase = replica.currentStatus.phase
    guard phase == .synced || phase == .pending, let services = try? running().services else { return false }
    let request = try await replica.checksumRequest()
    let reply = try await services.store.scan { [desk = services.desk] transaction in
      try desk.checksum(of: request.space, FilterSet(request.filters), transaction)
    }
    return try await replica.agrees(with: reply, to: request)
  }
}
