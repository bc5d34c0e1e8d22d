public import HoldfastContract
import HoldfastRPC
package import HoldfastSync
public import HoldfastWire

/// The way on which a replica reaches its hub: the hub's own (`Hub.transport`), or one that stands before it, such as
/// one that loses what it should carry (`FaultyNetwork` of HoldfastTesting).
///
/// A call ends in time, also when nothing comes back; the replica asks again by itself.
public protocol SyncTransport: Sendable {
  func join(_ request: JoinRequest) async throws(SyncTransportError) -> JoinReply
  func push(_ request: PushRequest) async throws(SyncTransportError) -> PushReply
  func pull(_ request: PullRequest) async throws(SyncTransportError) -> PullReply
  func checksum(_ request: ChecksumRequest) async throws(SyncTransportError) -> ChecksumReply
  /// Hands over hints until the stream ends, which it does by throwing, or without when the hub ends it.
  func hints(
    _ request: HintsRequest, _ heard: @escaping @Sendable (Hint) async -> Void
  ) async throws(SyncTransportError)
}

/// Why a call of a replica has failed.
public struct SyncTransportError: Error, Sendable, CustomStringConvertible {
  /// What it means to the machine.
  package var fault: SyncFault
  /// Whether the space may no longer be seen.
  package var isForbidden: Bool
  /// What the hub said, or what happened on the way.
  public var cause: any Error

  /// A failure that no hub has spoken of. Whoever says `unavailable` or `deadlineExceeded` is asked again.
  public init(_ status: Status, _ message: String, retryAfter: Duration? = nil) {
    self.init(SyncFault(status, retryAfter: retryAfter), cause: CallError<Never>(status, message))
  }

  package init(_ fault: SyncFault, isForbidden: Bool = false, cause: any Error) {
    self.fault = fault
    self.isForbidden = isForbidden
    self.cause = cause
  }

  init<Failure>(_ error: CallError<Failure>, need: SyncNeed? = nil, isForbidden: Bool = false) {
    cause = error
    self.isForbidden = isForbidden
    fault = need.map { .needs($0) } ?? SyncFault(error.status, retryAfter: error.retryAfter)
  }

  public var description: String { "\(cause)" }
}

extension Hub {
  /// The way on which replicas reach the hub.
  public var transport: any SyncTransport { HubTransport(sync) }
}

/// The way to a hub that the program is connected to.
package struct HubTransport: SyncTransport {
  private let client: SyncClient
  private let options: CallOptions

  /// - Parameter timeout: of one call. The machine tries again by itself.
  package init(_ client: SyncClient, timeout: Duration = .seconds(30)) {
    self.client = client
    options = CallOptions(timeout: timeout, retry: .never)
  }

  package func join(_ request: JoinRequest) async throws(SyncTransportError) -> JoinReply {
    do {
      return try await client.join(request, options: options)
    } catch {
      switch error.declared {
      case .noAccess: throw SyncTransportError(error, need: .access, isForbidden: true)
      case .descriptionMismatch: throw SyncTransportError(error, need: .program)
      case .unknownReplica: throw SyncTransportError(error, need: .incarnation)
      case nil: throw SyncTransportError(error)
      }
    }
  }

  package func push(_ request: PushRequest) async throws(SyncTransportError) -> PushReply {
    do {
      return try await client.push(request, options: options)
    } catch {
      switch error.declared {
      // Who may not write may see it all the same, or is told otherwise by the next pull.
      case .noAccess: throw SyncTransportError(error, need: .access)
      // A hub that has forgotten the replica takes it in when it joins again.
      case .unknownReplica: throw SyncTransportError(.unreachable(retryAfter: nil), cause: error)
      case nil: throw SyncTransportError(error)
      }
    }
  }

  package func pull(_ request: PullRequest) async throws(SyncTransportError) -> PullReply {
    do {
      return try await client.pull(request, options: options)
    } catch {
      throw SyncTransportError(error, need: error.declared.map { _ in .access }, isForbidden: error.declared != nil)
    }
  }

  package func checksum(_ request: ChecksumRequest) async throws(SyncTransportError) -> ChecksumReply {
    do {
      return try await client.checksum(request, options: options)
    } catch {
      throw SyncTransportError(error, need: error.declared.map { _ in .access }, isForbidden: error.declared != nil)
    }
  }

  package func hints(
    _ request: HintsRequest, _ heard: @escaping @Sendable (Hint) async -> Void
  ) async throws(SyncTransportError) {
    do {
      for try await hint in client.hints(request) { await heard(hint) }
    } catch {
      throw SyncTransportError(error, need: error.declared.map { _ in .access })
    }
  }
}
