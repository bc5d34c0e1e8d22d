public import HoldfastWire

/// What a hub knows of a token, apart from its text, which it does not know.
public struct TokenRecord: Sendable, Hashable {
  /// Names the token where its text must not show.
  public let id: String
  /// What it is for, as its maker put it.
  public let name: String
  public let scope: Scope
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
