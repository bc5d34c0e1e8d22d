import HoldfastContract
import HoldfastRPC
import HoldfastSync
import HoldfastWire

@testable import HoldfastSDK

/// The way to a model hub that several replicas share, with a network that can be cut and calls that can be lost.
final class ModelTransport: SyncTransport {
  /// A hub that several reach.
  final class Place: Sendable {
    let hub: Lock<ModelHub>
    private let hearers = Lock<[@Sendable (Hint) -> Void]>([])

    init(_ hub: ModelHub = ModelHub()) { self.hub = Lock(hub) }

    func hear(_ body: @escaping @Sendable (Hint) -> Void) { hearers.withLock { $0.append(body) } }

    func changed() {
      let hint = Hint(kind: .full, sequence: hub.withLock { $0.sequence })
      for hearer in hearers.withLock({ $0 }) { hearer(hint) }
    }
  }

  struct Lost: Error {}

  /// What the network does to the next calls.
  struct Network {
    var isCut = false
    var lostPushes = 0
    var lostReplies = 0
    var refusal: SyncTransportError?
    var pushes: [PushRequest] = []
  }

  let place: Place
  let network = Lock(Network())

  init(_ place: Place) { self.place = place }

  private func check() throws(SyncTransportError) {
    if network.withLock({ $0.isCut }) { throw SyncTransportError(.unreachable(retryAfter: nil), cause: Lost()) }
    if let refusal = network.withLock({ $0.refusal }) { throw refusal }
  }

  private func answer<Reply: Sendable>(
    _ body: @Sendable (inout ModelHub) throws -> Reply
  ) throws(SyncTransportError) -> Reply {
    do {
      return try place.hub.withLock { try body(&$0) }
    } catch is JoinFirst {
      throw SyncTransportError(SyncFault(.aborted, retryAfter: nil), cause: JoinFirst())
    } catch {
      throw SyncTransportError(.refused(.internal), cause: error)
    }
  }

  func join(_ request: JoinRequest) async throws(SyncTransportError) -> JoinReply {
    try check()
    return try answer { try $0.join(request) }
  }

  func push(_ request: PushRequest) async throws(SyncTransportError) -> PushReply {
    try check()
    let (isLost, isReplyLost) = network.withLock { network in
      network.pushes.append(request)
      if network.lostPushes > 0 {
        network.lostPushes -= 1
        return (true, false)
      }
      if network.lostReplies > 0 {
        network.lostReplies -= 1
        return (false, true)
      }
      return (false, false)
    }
    if isLost { throw SyncTransportError(.unreachable(retryAfter: nil), cause: Lost()) }
    let reply = try answer { try $0.push(request) }
    place.changed()
    if isReplyLost { throw SyncTransportError(.unreachable(retryAfter: nil), cause: Lost()) }
    return reply
  }

  func pull(_ request: PullRequest) async throws(SyncTransportError) -> PullReply {
    try check()
    return try answer { try $0.pull(request) }
  }

  func checksum(_ request: ChecksumRequest) async throws(SyncTransportError) -> ChecksumReply {
    try check()
    return try answer { $0.checksum() }
  }

  func hints(
    _ request: HintsRequest, _ heard: @escaping @Sendable (Hint) async -> Void
  ) async throws(SyncTransportError) {
    try check()
    let (hints, continuation) = AsyncStream.makeStream(of: Hint.self)
    place.hear { continuation.yield($0) }
    // What changed before it listened is told at once.
    continuation.yield(Hint(kind: .full, sequence: place.hub.withLock { $0.sequence }))
    for await hint in hints { await heard(hint) }
  }
}
