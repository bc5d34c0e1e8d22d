import COpenSSL

/// A private key and the certificate that goes with it, both as PEM text.
public struct Identity: Sendable {
  /// The certificate.
  public let certificatePEM: String
  /// The key, in PKCS #8 without a passphrase: keep it where only its owner can read it.
  public let privateKeyPEM: String

  public init(certificatePEM: String, privateKeyPEM: String) {
    self.certificatePEM = certificatePEM
    self.privateKeyPEM = privateKeyPEM
  }
}

/// What a certificate entitles its holder to be.
public enum CertificateRole: Sendable, CaseIterable {
  case server
  case client
}

/// Issues certificates that both sides of a connection trust because they trust its own.
///
/// Keys are of the curve P-256. An authority signs holders, no further authorities.
public final class CertificateAuthority: @unchecked Sendable {  // OpenSSL's objects are only read after the initialiser
  /// The authority's own certificate, for those who are to trust it, and its key.
  public let identity: Identity
  private let certificate: OpaquePointer
  private let key: OpaquePointer

  /// Loads an authority that `create` has made. Throws unless the key is the certificate's.
  public init(_ identity: Identity) throws(CryptoError) {
    let certificates = try PEM.certificates(
      Array(identity.certificatePEM.utf8), atMost: Limits.certificatesPerText)
    for extra in certificates.dropFirst() { X509_free(extra) }
    certificate = certificates[0]
    do {
      key = try PEM.privateKey(Array(identity.privateKeyPEM.utf8))
    } catch {
      X509_free(certificates[0])
      throw error
    }
    self.identity = identity
    guard X509_check_private_key(certificate, key) == 1 else {
      throw .fromQueue("The key is not the one of the authority's certificate", code: .malformed)
    }
    guard X509_check_ca(certificate) == 1 else {
      throw CryptoError(.malformed, "The certificate is not one of an authority.")
    }
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  /// Makes a new authority with a key of its own. `name` is what people see of it: 64 bytes at most.
  public static func create(
    name: String, validFor validity: Duration = .seconds(3650 * 86_400), from start: Int64? = nil
  ) throws(CryptoError) -> CertificateAuthority {
    let key = try CertificateDraft.makeKey()
    defer { EVP_PKEY_free(key) }
    let draft = try CertificateDraft(commonName: name, key: key, validFor: validity, from: start)
    try draft.setIssuer(draft.certificate)
    try draft.addExtension(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: draft.certificate)
    try draft.addExtension(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: draft.certificate)
    try draft.addExtension(NID_subject_key_identifier, "hash", issuer: draft.certificate)
    return try CertificateAuthority(draft.sign(with: key, key: key))
  }

  /// Issues a certificate with a new key.
  ///
  /// - Parameters:
  ///   - hosts: Host names (also `*.example`) and numeric addresses under which a server is reached; for a client they
  ///     may be empty if it has a name.
  ///   - name: The common name, by which people and logs know the holder; the first host if nil.
  ///   - start: When it begins to be valid, in seconds since 1970; nil for five minutes ago, since clocks differ.
  public func issue(
    hosts: [String], role: CertificateRole, name: String? = nil, validFor validity: Duration = .seconds(90 * 86_400),
    from start: Int64? = nil
  ) throws(CryptoError) -> Identity {
    if role == .server && hosts.isEmpty {
      throw CryptoError(.invalidRequest, "A server's certificate needs a host.")
    }
    let alternatives = try Self.alternativeNames(hosts)
    guard let commonName = name ?? hosts.first else {
      throw CryptoError(.invalidRequest, "A certificate needs a name or a host.")
    }
    let key = try CertificateDraft.makeKey()
    defer { EVP_PKEY_free(key) }
    // A host's name may be too long for a common name, which nobody looks at then.
    let fits = name != nil || commonName.utf8.count <= Limits.commonNameBytes
    let draft = try CertificateDraft(
      commonName: fits ? commonName : "holdfast", key: key, validFor: validity, from: start)
    try draft.setIssuer(certificate)
    try draft.addExtension(NID_basic_constraints, "critical,CA:FALSE", issuer: certificate)
    try draft.addExtension(NID_key_usage, "critical,digitalSignature", issuer: certificate)
    try draft.addExtension(NID_ext_key_usage, role == .server ? "serverAuth" : "clientAuth", issuer: certificate)
    if !alternatives.isEmpty {
      try draft.addExtension(NID_subject_alt_name, alternatives, issuer: certificate)
    }
    try draft.addExtension(NID_subject_key_identifier, "hash", issuer: certificate)
    try draft.addExtension(NID_authority_key_identifier, "keyid:always", issuer: certificate)
    return try draft.sign(with: self.key, key: key)
  }

  /// The hosts in OpenSSL's notation, whose punctuation no host can bring in.
  private static func alternativeNames(_ hosts: [String]) throws(CryptoError) -> String {
    guard hosts.count <= Limits.hostsPerCertificate else {
      throw CryptoError(.invalidRequest, "A certificate for \(hosts.count) hosts is too large.")
    }
    var names: [String] = []
    for host in hosts {
      if isNumericAddress(host) {
        names.append("IP:\(host)")
      } else if isHostName(host) {
        names.append("DNS:\(host)")
      } else {
        throw CryptoError(.invalidRequest, "\"\(host)\" is neither a host name nor an address.")
      }
    }
    return names.joined(separator: ",")
  }

  private static func isHostName(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= Limits.hostNameBytes else { return false }
    let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.utf8.allSatisfy { character in
          switch character {
          case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
          default: false
          }
        }
    }
  }
}
