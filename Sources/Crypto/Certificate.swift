import COpenSSL

/// What a certificate says about its holder. It is read, not verified: whoever shows it may have made it up.
public struct Certificate: Hashable, Sendable {
  /// The subject's common name, if it has one.
  public let commonName: String?
  /// The subject's alternative names that are host names.
  public let hostNames: [String]
  /// The subject's alternative names that are addresses, such as `192.0.2.1` or `2001:db8::1`.
  public let addresses: [String]
  /// When it begins to be valid, in seconds since 1970.
  public let notBefore: Int64
  /// When it ceases to be valid, in seconds since 1970.
  public let notAfter: Int64
  /// The serial number, big-endian.
  public let serialNumber: [UInt8]
  /// The SHA-256 of the public key with its algorithm (SubjectPublicKeyInfo): the same for all certificates of a key.
  public let publicKeyHash: [UInt8]

  /// Reads the first certificate in a PEM text.
  public init(pem: String) throws(CryptoError) {
    let certificates = try PEM.certificates(Array(pem.utf8), atMost: Limits.certificatesPerText)
    defer { for certificate in certificates { X509_free(certificate) } }
    try self.init(certificates[0])
  }

  /// Reads OpenSSL's certificate, which stays the caller's.
  package init(_ certificate: OpaquePointer) throws(CryptoError) {
    commonName = Self.commonName(certificate)
    (hostNames, addresses) = Self.alternativeNames(certificate)
    notBefore = try Self.seconds(X509_get0_notBefore(certificate))
    notAfter = try Self.seconds(X509_get0_notAfter(certificate))
    let serial = X509_get0_serialNumber(certificate)
    serialNumber = serial.map(Self.bytes) ?? []
    publicKeyHash = try Self.publicKeyHash(certificate)
  }

  /// `publicKeyHash` of the first certificate in a PEM text.
  public static func publicKeyHash(ofPEM pem: String) throws(CryptoError) -> [UInt8] {
    try Certificate(pem: pem).publicKeyHash
  }

  /// The SHA-256 of the certificate's SubjectPublicKeyInfo.
  package static func publicKeyHash(_ certificate: OpaquePointer) throws(CryptoError) -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded)
    guard count > 0, let encoded else { throw .fromQueue("The certificate's key cannot be read", code: .malformed) }
    defer { CRYPTO_free(encoded, #file, #line) }
    return SHA256.hash(UnsafeRawBufferPointer(start: encoded, count: Int(count)))
  }

  // MARK: Inside

  private static func commonName(_ certificate: OpaquePointer) -> String? {
    guard let subject = X509_get_subject_name(certificate) else { return nil }
    let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
    guard index >= 0, let entry = X509_NAME_get_entry(subject, index),
      let value = X509_NAME_ENTRY_get_data(entry)
    else { return nil }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, value)
    guard count >= 0, let text else {
      ERR_clear_error()
      return nil
    }
    defer { CRYPTO_free(text, #file, #line) }
    return String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self)
  }

  private static func alternativeNames(_ certificate: OpaquePointer) -> (hosts: [String], addresses: [String]) {
    guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
      ERR_clear_error()
      return ([], [])
    }
    let names = OpaquePointer(raw)
    defer { GENERAL_NAMES_free(names) }
    var hosts: [String] = []
    var addresses: [String] = []
    for index in 0..<holdfast_names_count(names) {
      guard let name = holdfast_names_at(names, index) else { continue }
      var type: Int32 = 0
      guard let value = GENERAL_NAME_get0_value(name, &type) else { continue }
      switch type {
      case GEN_DNS:
        hosts.append(String(decoding: bytes(value.assumingMemoryBound(to: ASN1_STRING.self)), as: UTF8.self))
      case GEN_IPADD:
        if let address = addressText(bytes(value.assumingMemoryBound(to: ASN1_STRING.self))) {
          addresses.append(address)
        }
      default: continue
      }
    }
    return (hosts, addresses)
  }

  private static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
    guard let start = ASN1_STRING_get0_data(string) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptoError) -> Int64 {
    guard let time, let origin = ASN1_TIME_set(nil, 0) else {
      throw .fromQueue("The certificate has no validity", code: .malformed)
    }
    defer { ASN1_STRING_free(origin) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, origin, time) == 1 else {
      throw .fromQueue("The certificate's validity cannot be read", code: .malformed)
    }
    return Int64(days) * 86_400 + Int64(seconds)
  }
}
