import COpenSSL
import HoldfastCrypto
import Testing

@testable import HoldfastRPC

/// Certificates for tests, made once.
struct TestIdentities: Sendable {
  static let shared = Result { try TestIdentities() }

  let authority: CertificateAuthority
  let otherAuthority: CertificateAuthority
  /// For hub.example, *.wild.example, 127.0.0.1 and ::1.
  let server: Identity
  let expired: Identity
  let client: Identity
  let strangeClient: Identity

  private init() throws {
    authority = try .create(name: "Test authority")
    otherAuthority = try .create(name: "Other authority")
    server = try authority.issue(hosts: ["hub.example", "*.wild.example", "127.0.0.1", "::1"], role: .server)
    expired = try authority.issue(
      hosts: ["hub.example"], role: .server, validFor: .seconds(86_400), from: 1_000_000_000)
    client = try authority.issue(hosts: [], role: .client, name: "device-7")
    strangeClient = try otherAuthority.issue(hosts: [], role: .client, name: "stranger")
  }

  /// Trusts the test authority.
  var trust: TLSClientConfiguration { TLSClientConfiguration(trust: .certificateAuthority(authority.pem)) }

  func trust(showing identity: Identity) -> TLSClientConfiguration {
    var configuration = trust
    configuration.certificate = .init(
      chain: .text(identity.certificatePEM), privateKey: .text(identity.privateKeyPEM))
    return configuration
  }

  func serving(
    _ identity: Identity? = nil, clients: TLSServerConfiguration.Clients = .anonymous
  ) -> TLSServerConfiguration {
    let identity = identity ?? server
    return TLSServerConfiguration(
      certificateChain: .text(identity.certificatePEM), privateKey: .text(identity.privateKeyPEM), clients: clients)
  }
}

extension CertificateAuthority {
  var pem: PEMSource { .text(identity.certificatePEM) }
}

/// Both ends of a TLS connection over a socket pair, stepped by the test.
struct TLSPair {
  static let hub = SocketAddress(host: "hub.example", port: 7070)

  let server: TLSLink
  let client: TLSLink

  init(server: TLSServerContext, client: TLSClientContext, address: SocketAddress = hub) throws {
    let (left, right) = try System.socketPair()
    self.server = try server.makeLink(fd: left)
    self.client = try client.makeLink(fd: right, to: address)
  }

  /// A pair whose client is an OpenSSL context that is made for the test.
  init(server: TLSServerContext, raw: TLSContext) throws {
    let (left, right) = try System.socketPair()
    self.server = try server.makeLink(fd: left)
    client = try TLSLink(raw, fd: right, peerName: "hub.example")
    try client.connect(to: "hub.example", checksName: false, tickets: TicketStore().of(server: "hub.example"))
  }

  /// Steps both sides until each is done or has failed, and returns how each failed.
  func shakeHands() -> (server: LinkError?, client: LinkError?) {
    var outcomes: [Result<Void, LinkError>?] = [nil, nil]
    for _ in 0..<20 {
      for (index, link) in [client, server].enumerated() where outcomes[index] == nil {
        do throws(LinkError) {
          if try link.handshake() == .done { outcomes[index] = .success(()) }
        } catch {
          outcomes[index] = .failure(error)
          // As a connection does: the peer hears of the end after the alert.
          link.close()
        }
      }
    }
    let failures = outcomes.map { outcome -> LinkError? in
      switch outcome {
      case .success: nil
      case .failure(let error): error
      case nil: LinkError(.timedOut, "The handshake got stuck.")
      }
    }
    return (failures[1], failures[0])
  }

  /// Steps both sides and expects that they get through.
  func connect() throws {
    let (server, client) = shakeHands()
    if let error = server ?? client { throw error }
  }
}
