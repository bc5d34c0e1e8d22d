package import HoldfastRPC
package import HoldfastWire

/// What a hub knows of a credential, apart from what proves it: a token's text or a certificate's key, which it does not
/// know.
package struct TokenRecord: Sendable, Hashable {
  /// Names it where its text must not show.
  package let id: String
  /// What it is for, as its maker put it.
  package let name: String
  package let scope: Scope
  /// What it says about how much its client may take; the hub's settings say the rest.
  package let limits: ClientLimits
  /// SHA-256 of the public key of the certificate that is the credential; nil for a token.
  package let certificateKey: [UInt8]?
  /// To the second, as the other times.
  package let created: Timestamp
  package let expires: Timestamp?
  package internal(set) var revoked: Timestamp?
}

/// Why a token cannot be made, or is not accepted.
package struct TokenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the request, and what to do.
  package let description: String

  init(_ description: String) { self.description = description }
}
