public import HoldfastRPC
public import HoldfastWire

/// What a hub knows of a credential, apart from what proves it: a token's text or a certificate's key, which it does not
/// know.
public struct TokenRecord: Sendable, Hashable {
  /// Names it where its text must not show.
  public let id: String
  /// What it is for, as its maker put it.
  public let name: String
  public let scope: Scope
  /// What it says about how much its client may take; the hub's settings say the rest.
  public let limits: ClientLimits
  /// SHA-256 of the public key of the certificate that is the credential; nil for a token.
  public let certificateKey: [UInt8]?
  /// To the second, as the other times.
  public let created: Timestamp
  public let expires: Timestamp?
  public internal(set) var revoked: Timestamp?
}

/// Why a token cannot be made, or is not accepted.
public struct TokenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the request, and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
