package import HoldfastRPC
internal import HoldfastWire

/// Knows clients by their tokens or by their certificates.
package struct HubAuthenticator: Authenticator {
  private let tokens: TokenRegistry

  package init(_ tokens: TokenRegistry) { self.tokens = tokens }

  /// A token counts before a certificate: it was given on purpose.
  package nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal {
    do throws(TokenError) {
      if credential.token.isEmpty, let certificate = credential.certificate {
        if let fault = credential.certificateFault { throw TokenError(fault) }
        return try tokens.principal(for: certificate, now: .wallClock())
      }
      return try tokens.principal(for: credential.token, now: .wallClock())
    } catch {
      throw AuthenticationError(error.description)
    }
  }
}

extension HubPrincipal: Principal {}

extension CallContext {
  /// The client, as far as this hub knows it; a principal of any other kind may do nothing.
  var client: HubPrincipal { principal as? HubPrincipal ?? HubPrincipal.nobody }
}

extension HubPrincipal {
  fileprivate static let nobody = HubPrincipal("nobody", scope: .nothing)
}
