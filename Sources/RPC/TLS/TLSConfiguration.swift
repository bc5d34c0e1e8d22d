/// How a server shows who it is, and what it asks of clients.
public struct TLSServerConfiguration: Hashable, Sendable {
  /// Whether clients have to show a certificate.
  public enum Clients: Hashable, Sendable {
    /// They are not asked.
    case anonymous
    /// They are asked; one who shows a certificate must have it from this authority.
    case optional(authority: PEMSource)
    /// They are asked, and let in whatever they show: the authenticator sees the certificate, and what is wrong with it
    /// where it should be of an authority. So a client learns why it is refused.
    case judged(authority: PEMSource?)
    /// Only those with a certificate of this authority get in.
    case required(authority: PEMSource)
  }

  /// The server's certificate, followed by those that lead from it to its authority.
  public var certificateChain: PEMSource
  /// The certificate's key, without a passphrase.
  public var privateKey: PEMSource
  public var clients: Clients

  public init(certificateChain: PEMSource, privateKey: PEMSource, clients: Clients = .anonymous) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clients = clients
  }
}

/// Whom a client believes, and how it shows who it is.
public struct TLSClientConfiguration: Hashable, Sendable {
  /// What makes a server the right one.
  public enum Trust: Hashable, Sendable {
    /// A certificate of this authority, for the server's name.
    case certificateAuthority(PEMSource)
    /// A key: the SHA-256 of its SubjectPublicKeyInfo. Nothing else in the certificate counts, neither name nor end.
    case pinnedKey([UInt8])
    /// A certificate of any authority that the system trusts, for the server's name.
    case system
  }

  /// A certificate to show, and its key.
  public struct ClientCertificate: Hashable, Sendable {
    public var chain: PEMSource
    public var privateKey: PEMSource

    public init(chain: PEMSource, privateKey: PEMSource) {
      self.chain = chain
      self.privateKey = privateKey
    }
  }

  public var trust: Trust
  /// The name or numeric address that the certificate has to be for; the host that was connected to if nil.
  public var serverName: String?
  public var certificate: ClientCertificate?

  public init(trust: Trust, serverName: String? = nil, certificate: ClientCertificate? = nil) {
    self.trust = trust
    self.serverName = serverName
    self.certificate = certificate
  }
}
