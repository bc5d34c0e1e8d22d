import HoldfastContract
public import HoldfastRPC
import HoldfastWire

/// A hub, as a program sees it: one connection that comes back by itself, and a client for each of the hub's services.
///
///     let hub = try await Hub.connect(to: "127.0.0.1:7443", token: token, trust: .certificateAuthority(.file("ca.pem")))
///     try await hub.persistence.put(PutRequest(space: "notes", key: "first", content: Array("hello".utf8)))
///
/// May be shared by all tasks of a program. Letting it go closes the connection when its calls have ended.
public final class Hub: Sendable {
  /// Durable values by key.
  public let persistence: PersistenceClient
  /// What the hub is, and who may use it.
  public let administration: AdministrationClient
  /// Measuring the hub and the way to it.
  public let diagnostics: DiagnosticsClient
  /// Entities that several devices keep and change; a `Replica` makes these calls.
  public let sync: SyncClient
  /// Context that is set for the whole hub, a space, a user or a device; a `HubContextSource` makes these calls.
  public let context: ContextClient
  /// Files, and the analysis of their columns.
  public let analysis: AnalysisClient
  /// What all of them call through.
  public let client: RPCClient

  /// A hub behind a client that exists already, such as one in this process. Connects with the first call.
  public init(_ client: RPCClient) {
    self.client = client
    persistence = PersistenceClient(client)
    administration = AdministrationClient(client)
    diagnostics = DiagnosticsClient(client)
    sync = SyncClient(client)
    context = ContextClient(client)
    analysis = AnalysisClient(client)
  }

  /// Connects to a hub and returns when it has answered.
  ///
  /// - Parameters:
  ///   - address: `HOST:PORT`, as `holdfast serve` prints it.
  ///   - token: the credential; empty for a client certificate alone.
  ///   - trust: what makes the hub the right one: its authority, or its key's fingerprint.
  ///   - settings: timeouts, retries, interceptors. A token provider that is set there is asked instead of `token`.
  /// - Throws: `HubError`: where the address cannot be read, the hub cannot be reached or does not take the credential.
  public static func connect(
    to address: String, token: String = "", trust: TLSClientConfiguration.Trust,
    certificate: TLSClientConfiguration.ClientCertificate? = nil, settings: ClientSettings = ClientSettings()
  ) async throws(HubError) -> Hub {
    guard let socket = SocketAddress(address) else {
      throw HubError(.usage, "\(address) is no address; write HOST:PORT, such as 127.0.0.1:7443")
    }
    let context: TLSClientContext
    do {
      context = try TLSClientContext(TLSClientConfiguration(trust: trust, certificate: certificate))
    } catch {
      throw HubError(.usage, "the certificate or pin cannot be used: \(error)", cause: error)
    }
    var settings = settings
    if settings.token == nil, !token.isEmpty { settings.token = { token } }
    let hub = Hub(RPCClient(to: socket, tls: context, settings))
    do {
      _ = try await hub.administration.describe(DescribeRequest())
    } catch {
      hub.close()
      throw HubError(error, address: address)
    }
    return hub
  }

  /// Takes no more calls; those under way go on to their end.
  public func close() { client.close() }
}

/// Why a hub cannot be used.
public struct HubError: Error, CustomStringConvertible {
  /// The kind of failure. More may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// What was given cannot be right: an address, a certificate.
    public static let usage = Code("usage")
    /// Nothing answers there, or not as a hub.
    public static let unreachable = Code("unreachable")
    /// Something answers there that is not trusted to be the hub: its certificate is not the expected one.
    public static let untrusted = Code("untrusted")
    /// The hub does not take the credential.
    public static let refused = Code("refused")
    /// The hub answered with another failure.
    public static let failed = Code("failed")
  }

  public let code: Code
  /// What happened and what to do.
  public let message: String
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  init<Failure>(_ error: CallError<Failure>, address: String) {
    if let link = error.cause as? LinkError, Self.certificateFaults.contains(link.code) {
      self.init(.untrusted, "the hub at \(address) is not trusted: \(link.message)", cause: link)
      return
    }
    switch error.status {
    case .unavailable, .deadlineExceeded:
      self.init(.unreachable, "the hub at \(address) cannot be reached: \(error.message)", cause: error)
    case .unauthenticated, .permissionDenied:
      self.init(.refused, "the hub at \(address) refuses the credential: \(error.message)", cause: error)
    default: self.init(.failed, "the hub at \(address) failed: \(error)", cause: error)
    }
  }

  private static let certificateFaults: Set<LinkError.Code> = [
    .certificateExpired, .wrongHost, .unknownAuthority, .wrongPin, .badCertificate,
  ]

  public var description: String { message }
}
