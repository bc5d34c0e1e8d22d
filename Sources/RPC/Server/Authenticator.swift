public import HoldfastCrypto
public import HoldfastWire

/// Who a server takes a client for.
public protocol Principal: Sendable {
  /// For logs and audit.
  var name: String { get }
  /// When the credential ends; nil when it does not.
  var expires: MonotonicTime? { get }
  /// What it may take of the server, the same object for all its connections; nil when it is not limited.
  var allowance: ClientAllowance? { get }
}

extension Principal {
  public var allowance: ClientAllowance? { nil }
}

/// What a client shows of itself.
public struct Credential: Sendable {
  /// The token in its hello, empty when it sent none.
  public let token: String
  /// The certificate of its TLS handshake, whose key it has; nil when it showed none.
  public let certificate: Certificate?
  /// Why the certificate is not to be believed, where the server takes all and leaves that to its authenticator.
  public let certificateFault: String?

  public init(token: String, certificate: Certificate? = nil, certificateFault: String? = nil) {
    self.token = token
    self.certificate = certificate
    self.certificateFault = certificateFault
  }
}

/// Decides who a client is, once for each connection and once for each credential that it presents later.
public protocol Authenticator: Sendable {
  /// Who the credential stands for. Throws `AuthenticationError` to refuse it; its message reaches the client.
  nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal
}

/// A credential that is not accepted.
public struct AuthenticationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why, and what to do.
  public let message: String

  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// Takes every client for the same principal: for in-process servers and tests.
public struct EveryoneIsWelcome: Authenticator {
  private struct Anyone: Principal {
    let name: String
    let expires: MonotonicTime? = nil
  }
  private let principal: any Principal

  public init(as name: String = "anyone") { principal = Anyone(name: name) }

  public nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { principal }
}
