public import HoldfastCrypto
public import HoldfastWire

/// Who a server takes a client for.
public protocol Principal: Sendable {
  /// For logs and audit.
  var name: String { get }
  /// When the credential ends; nil when it does not.
  var expires: MonotonicTime? { get }
}

/// What a client shows of itself.
public struct Credential: Sendable {
  /// The token in its hello, empty when it sent none.
  public let token: String
  /// The certificate of its TLS handshake, verified; nil when it showed none.
  public let certificate: Certificate?

  public init(token: String, certificate: Certificate? = nil) {
    self.token = token
    self.certificate = certificate
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
