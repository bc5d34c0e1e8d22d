import HoldfastCrypto
import Testing

struct `Certificates` {
  private let authority: CertificateAuthority

  init() throws {
    authority = try .create(name: "Home of the hubs")
  }

  @Test func `an authority says its name and how long it lasts`() throws {
    let start: Int64 = 1_700_000_000
    let authority = try CertificateAuthority.create(name: "Ägypten ⛵", validFor: .seconds(1000), from: start)
    let certificate = try Certificate(pem: authority.identity.certificatePEM)
    #expect(certificate.commonName == "Ägypten ⛵")
    #expect(certificate.notBefore == start)
    #expect(certificate.notAfter == start + 1000)
    #expect(certificate.hostNames == [])
    #expect(certificate.serialNumber.count == 16)
    #expect(certificate.publicKeyHash.count == 32)
  }

  @Test func `a server's certificate is for its hosts`() throws {
    let identity = try authority.issue(
      hosts: ["hub.example", "*.hub.example", "192.0.2.7", "2001:db8::7"], role: .server, validFor: .seconds(60),
      from: 1_800_000_000)
    let certificate = try Certificate(pem: identity.certificatePEM)
    #expect(certificate.commonName == "hub.example")
    #expect(certificate.hostNames == ["hub.example", "*.hub.example"])
    #expect(certificate.addresses == ["192.0.2.7", "2001:db8::7"])
    #expect(certificate.notAfter == 1_800_000_060)
    #expect(identity.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(try Certificate.publicKeyHash(ofPEM: identity.certificatePEM) == certificate.publicKeyHash)
  }

  @Test func `every certificate has a key and a number of its own`() throws {
    let first = try Certificate(pem: authority.issue(hosts: ["a"], role: .server).certificatePEM)
    let second = try Certificate(pem: authority.issue(hosts: ["a"], role: .server).certificatePEM)
    #expect(first.publicKeyHash != second.publicKeyHash)
    #expect(first.serialNumber != second.serialNumber)
  }

  @Test func `an authority can be stored and loaded`() throws {
    let loaded = try CertificateAuthority(authority.identity)
    let issued = try Certificate(pem: loaded.issue(hosts: [], role: .client, name: "device").certificatePEM)
    #expect(issued.commonName == "device")
  }

  @Test func `only an authority with its own key can be loaded`() throws {
    let other = try CertificateAuthority.create(name: "Other")
    let leaf = try authority.issue(hosts: ["a"], role: .server)
    for identity in [
      leaf, Identity(certificatePEM: authority.identity.certificatePEM, privateKeyPEM: other.identity.privateKeyPEM),
      Identity(certificatePEM: "", privateKeyPEM: ""),
      Identity(certificatePEM: authority.identity.certificatePEM, privateKeyPEM: "nonsense"),
    ] {
      let error = #expect(throws: CryptoError.self) { try CertificateAuthority(identity) }
      #expect(error?.code == .malformed)
    }
  }

  @Test(arguments: [
    "", " ", "a b", "a,DNS:evil", "a,IP:1.2.3.4", "a\nb", "a\0b", "a..b", ".a", "a.", "*.", "a.*", "**.a", "1.2.3.4:80",
    "ä.example", "DNS:a", String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "aa",
  ])
  func `what is not a host gets no certificate`(_ host: String) throws {
    let error = #expect(throws: CryptoError.self) { try authority.issue(hosts: [host], role: .server) }
    #expect(error?.code == .invalidRequest)
  }

  @Test func `a certificate without anybody, or without time, is not issued`() throws {
    #expect(throws: CryptoError.self) { try authority.issue(hosts: [], role: .server, name: "x") }
    #expect(throws: CryptoError.self) { try authority.issue(hosts: [], role: .client) }
    #expect(throws: CryptoError.self) { try authority.issue(hosts: [], role: .client, name: "") }
    #expect(throws: CryptoError.self) {
      try authority.issue(hosts: [], role: .client, name: String(repeating: "x", count: 65))
    }
    #expect(throws: CryptoError.self) { try authority.issue(hosts: ["a"], role: .server, validFor: .zero) }
    #expect(throws: CryptoError.self) {
      try authority.issue(hosts: ["a"], role: .server, validFor: .seconds(Int64.max), from: Int64.max)
    }
    #expect(throws: CryptoError.self) {
      try authority.issue(hosts: Array(repeating: "a", count: 101), role: .server)
    }
  }

  @Test func `a name is a name, whatever it means to OpenSSL`() throws {
    let certificate = try Certificate(pem: authority.issue(hosts: ["critical"], role: .server).certificatePEM)
    #expect(certificate.hostNames == ["critical"])
  }

  @Test func `a long host is a good host`() throws {
    let host = [String](repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
    let certificate = try Certificate(pem: authority.issue(hosts: [host], role: .server).certificatePEM)
    #expect(certificate.hostNames == [host])
    #expect(certificate.commonName == "holdfast")
  }

  @Test func `broken PEM is an error with a reason`() throws {
    let pem = authority.identity.certificatePEM
    for text in ["", "x", String(pem.dropLast(40)), pem.replacing("MII", with: "AAA")] {
      let error = #expect(throws: CryptoError.self) { try Certificate(pem: text) }
      #expect(error?.code == .malformed)
      #expect(error?.message.isEmpty == false)
    }
  }
}
