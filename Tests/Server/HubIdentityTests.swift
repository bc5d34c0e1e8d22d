import HoldfastCrypto
import HoldfastServer
import HoldfastStore
import TestSupport
import Testing

struct `A hub's identity` {
  private let parent: TemporaryDirectory
  private let directory: HubDirectory
  private let now: Int64

  init() throws {
    parent = try TemporaryDirectory()
    directory = HubDirectory(path: parent.path("hub"))
    try directory.prepare()
    now = try Certificate(pem: CertificateAuthority.create(name: "clock").identity.certificatePEM).notBefore
  }

  private func mode(_ path: String) throws -> UInt32? { try LocalFile.status(of: path)?.mode }

  @Test func `the first start makes an authority and a certificate for the hosts, keys for the owner alone`() throws {
    let identity = try directory.identity(hosts: ["localhost", "127.0.0.1", "::1"], now: now)
    let certificate = try Certificate(pem: identity.certificatePEM)
    #expect(certificate.hostNames == ["localhost"])
    #expect(certificate.addresses == ["127.0.0.1", "::1"])
    #expect(try mode(directory.key) == 0o600)
    #expect(try mode(directory.authorityKey) == 0o600)
    #expect(try LocalFile.readText(directory.authority).hasPrefix("-----BEGIN CERTIFICATE-----"))
  }

  @Test func `later starts keep it`() throws {
    let first = try directory.identity(hosts: ["localhost"], now: now)
    let second = try directory.identity(hosts: ["localhost"], now: now)
    #expect(try Certificate(pem: first.certificatePEM) == Certificate(pem: second.certificatePEM))
  }

  @Test func `a certificate that ends soon is issued anew by the same authority`() throws {
    let first = try Certificate(pem: directory.identity(hosts: ["localhost"], now: now).certificatePEM)
    let authority = try LocalFile.readText(directory.authority)
    let second = try Certificate(
      pem: directory.identity(hosts: ["localhost"], now: first.notAfter - 29 * 86_400).certificatePEM)
    #expect(first.serialNumber != second.serialNumber)
    #expect(try LocalFile.readText(directory.authority) == authority)
  }

  @Test func `a new host gets a new certificate`() throws {
    _ = try directory.identity(hosts: ["localhost"], now: now)
    let certificate = try Certificate(
      pem: directory.identity(hosts: ["localhost", "hub.example"], now: now).certificatePEM)
    #expect(certificate.hostNames == ["localhost", "hub.example"])
  }

  @Test func `a certificate of one's own is left alone`() throws {
    let own = try CertificateAuthority.create(name: "Own").issue(hosts: ["own.example"], role: .server)
    try LocalFile.replace(directory.certificate, with: own.certificatePEM.utf8, mode: 0o644)
    try LocalFile.replace(directory.key, with: own.privateKeyPEM.utf8, mode: 0o600)
    let identity = try directory.identity(hosts: ["localhost"], now: now)
    #expect(try Certificate(pem: identity.certificatePEM).hostNames == ["own.example"])
  }

  @Test func `a crash before the certificate was written is made good`() throws {
    _ = try directory.identity(hosts: ["localhost"], now: now)
    try LocalFile.remove(directory.certificate)
    let certificate = try Certificate(pem: directory.identity(hosts: ["localhost"], now: now).certificatePEM)
    #expect(certificate.hostNames == ["localhost"])
  }

  @Test func `an authority without its key is named`() throws {
    _ = try directory.identity(hosts: ["localhost"], now: now)
    try LocalFile.remove(directory.certificate)
    try LocalFile.remove(directory.authorityKey)
    let error = #expect(throws: HubDirectoryError.self) { try directory.identity(hosts: ["localhost"], now: now) }
    #expect(error?.description.contains(directory.authorityKey) == true)
  }

  @Test func `the admin token is made once, for the owner alone`() throws {
    let token = try directory.adminTokenText()
    #expect(try directory.adminTokenText() == token)
    #expect(try mode(directory.adminToken) == 0o600)
    try LocalFile.replace(directory.adminToken, with: "nonsense".utf8, mode: 0o600)
    #expect(throws: HubDirectoryError.self) { try directory.adminTokenText() }
  }
}
