package import HoldfastCrypto
import HoldfastStore

extension HubDirectory {
  /// Days before its end at which a certificate is issued anew.
  private static let renewal: Int64 = 30 * 86_400

  /// The certificate and key with which the hub presents itself, made where they are missing.
  ///
  /// The first start makes a development authority, which clients on this machine find in `tls/ca.pem`, and a certificate
  /// that it signs. Whoever has a certificate of their own puts it in place of `server.pem` and `server.key` and removes
  /// `ca.key`: then nothing is ever issued here. Otherwise a certificate that ends soon, or does not name a host in
  /// `hosts`, is issued anew, with a new key.
  ///
  /// - Parameter now: Seconds since 1970.
  package func identity(hosts: [String], now: Int64) throws(HubDirectoryError) -> Identity {
    do {
      if try LocalFile.status(of: certificate) != nil {
        let present = try readIdentity()
        let stated = try Certificate(pem: present.certificatePEM)
        let isFit = stated.notAfter - now > Self.renewal && hosts.allSatisfy { stated.names($0) }
        if try isFit || LocalFile.status(of: authorityKey) == nil { return present }
      }
      return try issue(for: hosts)
    } catch let error as HubDirectoryError {
      throw error
    } catch {
      throw HubDirectoryError("\(error)")
    }
  }

  /// The certificate and key as they are in the directory now.
  private func readIdentity() throws(HubDirectoryError) -> Identity {
    do {
      return Identity(
        certificatePEM: try LocalFile.readText(certificate), privateKeyPEM: try LocalFile.readText(key))
    } catch {
      throw HubDirectoryError(error.description)
    }
  }

  private func issue(for hosts: [String]) throws -> Identity {
    let signer = try authorityOrNew()
    let issued = try signer.issue(hosts: hosts, role: .server, name: "holdfast")
    // The key first: a certificate without its key would stop the next start, a key without its certificate does not.
    try LocalFile.replace(key, with: issued.privateKeyPEM.utf8, mode: 0o600)
    try LocalFile.replace(certificate, with: issued.certificatePEM.utf8, mode: 0o644)
    return issued
  }

  private func authorityOrNew() throws -> CertificateAuthority {
    if try LocalFile.status(of: authority) != nil {
      guard try LocalFile.status(of: authorityKey) != nil else {
        throw HubDirectoryError(
          "\(authorityKey) is missing, so no certificate can be issued. Put it back, or remove \(authority) too.")
      }
      return try CertificateAuthority(
        Identity(certificatePEM: LocalFile.readText(authority), privateKeyPEM: LocalFile.readText(authorityKey)))
    }
    let new = try CertificateAuthority.create(name: "Holdfast development authority")
    try LocalFile.replace(authorityKey, with: new.identity.privateKeyPEM.utf8, mode: 0o600)
    try LocalFile.replace(authority, with: new.identity.certificatePEM.utf8, mode: 0o644)
    return new
  }

  /// The text of the first token, made if it is missing.
  package func adminTokenText() throws(HubDirectoryError) -> TokenText {
    do {
      if try LocalFile.status(of: adminToken) != nil {
        if let token = TokenText(try LocalFile.readText(adminToken)) { return token }
        throw HubDirectoryError("\(adminToken) holds no token. Remove it, and the next start makes a new one.")
      }
      let token = TokenText(random: try Random.bytes(32))
      try LocalFile.replace(adminToken, with: (token.text + "\n").utf8, mode: 0o600)
      return token
    } catch let error as HubDirectoryError {
      throw error
    } catch {
      throw HubDirectoryError("\(error)")
    }
  }
}

extension Certificate {
  /// Whether a host is among the alternative names, letter by letter.
  fileprivate func names(_ host: String) -> Bool { hostNames.contains(host) || addresses.contains(host) }
}
