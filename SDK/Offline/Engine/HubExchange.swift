package import HoldfastContract
package import HoldfastSync

/// What a replica asks of its hub.
package enum HubRequest: Sendable {
  case join(JoinRequest)
  case push(PushRequest)
  case pull(PullRequest)
}

/// What comes of it.
package enum HubReply: Sendable {
  case join(JoinReply)
  case push(PushReply)
  case pull(PullReply)
  case failed(SyncFault)
}

extension SyncTransport {
  /// Asks the hub, and waits for its answer.
  func ask(_ request: HubRequest) async throws(SyncTransportError) -> HubReply {
    switch request {
    case .join(let request): .join(try await join(request))
    case .push(let request): .push(try await push(request))
    case .pull(let request): .pull(try await pull(request))
    }
  }
}
