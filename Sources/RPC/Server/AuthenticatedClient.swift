import HoldfastWire

/// Who a connection's client is at present, and what it may call. Its calls keep the one under which they came.
final class AuthenticatedClient: Sendable {
  let principal: any Principal
  let refusal: CallAuthorizer

  init(_ principal: any Principal, _ settings: ServerSettings) {
    self.principal = principal
    refusal = settings.authorize(principal)
  }
}
