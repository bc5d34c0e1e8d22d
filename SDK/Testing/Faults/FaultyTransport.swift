internal import HoldfastContract
public import HoldfastSDK
internal import HoldfastSync
internal import HoldfastWire

extension FaultyNetwork {
  /// The way of a device to a hub, through this network.
  ///
  /// - Parameters:
  ///   - base: the way without faults, such as `Hub.transport`.
  ///   - device: what rules and records call it.
  public func transport(to base: any SyncTransport, of device: String) -> any SyncTransport {
    FaultyTransport(base: base, network: self, device: device)
  }
}

/// A way to a hub through a faulty network.
private struct FaultyTransport: SyncTransport {
  let base: any SyncTransport
  let network: FaultyNetwork
  let device: String

  private func carry<Reply: Sendable>(
    _ call: NetworkCall, _ send: @escaping @Sendable () async throws -> Reply
  ) async throws(SyncTransportError) -> Reply {
    do {
      return try await network.carry(call, of: device, send)
    } catch {
      throw SyncTransportError(onTheWay: error)
    }
  }

  func join(_ request: JoinRequest) async throws(SyncTransportError) -> JoinReply {
    try await carry(.join) { try await base.join(request) }
  }

  func push(_ request: PushRequest) async throws(SyncTransportError) -> PushReply {
    try await carry(.push) { try await base.push(request) }
  }

  func pull(_ request: PullRequest) async throws(SyncTransportError) -> PullReply {
    try await carry(.pull) { try await base.pull(request) }
  }

  func checksum(_ request: ChecksumRequest) async throws(SyncTransportError) -> ChecksumReply {
    try await carry(.checksum) { try await base.checksum(request) }
  }

  func hints(
    _ request: HintsRequest, _ heard: @escaping @Sendable (Hint) async -> Void
  ) async throws(SyncTransportError) {
    do {
      try await network.stream(.hints, of: device, heard) { hear in try await base.hints(request, hear) }
    } catch {
      throw SyncTransportError(onTheWay: error)
    }
  }
}

extension SyncTransportError {
  /// What a call came to that a faulty network carried.
  fileprivate init(onTheWay error: any Error) {
    switch error {
    case let error as SyncTransportError: self = error
    case let failure as NetworkFailure: self.init(failure.status, failure.message, retryAfter: failure.retryAfter)
    default: self.init(.unreachable(retryAfter: nil), cause: error)
    }
  }
}
