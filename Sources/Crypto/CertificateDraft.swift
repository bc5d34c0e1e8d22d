import COpenSSL

/// A certificate that is being put together.
final class CertificateDraft {
  let certificate: OpaquePointer

  /// Begins a certificate for `key`, which stays the caller's.
  init(commonName: String, key: OpaquePointer, validFor validity: Duration, from start: Int64?) throws(CryptoError) {
    guard !commonName.isEmpty, commonName.utf8.count <= Limits.commonNameBytes else {
      throw CryptoError(.invalidRequest, "A name has between 1 and \(Limits.commonNameBytes) bytes: \"\(commonName)\".")
    }
    guard let certificate = X509_new() else { throw .fromQueue("No memory for a certificate") }
    self.certificate = certificate
    guard X509_set_version(certificate, 2) == 1, X509_set_pubkey(certificate, key) == 1 else {
      throw .fromQueue("The certificate cannot be made")
    }
    try setSerialNumber()
    try setValidity(validity, from: start)
    let name = X509_get_subject_name(certificate)
    guard
      X509_NAME_add_entry_by_NID(
        name, NID_commonName, MBSTRING_UTF8, Array(commonName.utf8), Int32(commonName.utf8.count), -1, 0) == 1
    else { throw .fromQueue("\"\(commonName)\" cannot be a name", code: .invalidRequest) }
  }

  deinit {
    X509_free(certificate)
  }

  static func makeKey() throws(CryptoError) -> OpaquePointer {
    guard let key = holdfast_ec_key("P-256") else { throw .fromQueue("A key cannot be made") }
    return key
  }

  func setIssuer(_ issuer: OpaquePointer) throws(CryptoError) {
    guard X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 else {
      throw .fromQueue("The issuer cannot be set")
    }
  }

  func addExtension(_ kind: Int32, _ value: String, issuer: OpaquePointer) throws(CryptoError) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    guard let made = X509V3_EXT_conf_nid(nil, &context, kind, value) else {
      throw .fromQueue("The certificate cannot have \"\(value)\"", code: .invalidRequest)
    }
    defer { X509_EXTENSION_free(made) }
    guard X509_add_ext(certificate, made, -1) == 1 else { throw .fromQueue("The certificate cannot be made") }
  }

  /// Signs with the issuer's key and returns the certificate with its own.
  func sign(with issuerKey: OpaquePointer, key: OpaquePointer) throws(CryptoError) -> Identity {
    guard X509_sign(certificate, issuerKey, EVP_sha256()) > 0 else { throw .fromQueue("Signing failed") }
    let certificate = certificate
    return Identity(
      certificatePEM: try PEM.text("The certificate") { PEM_write_bio_X509($0, certificate) == 1 },
      privateKeyPEM: try PEM.text("The key") { PEM_write_bio_PKCS8PrivateKey($0, key, nil, nil, 0, nil, nil) == 1 })
  }

  // MARK: Inside

  private func setSerialNumber() throws(CryptoError) {
    var bytes = try Random.bytes(Limits.serialBytes)
    // Positive, and never zero.
    bytes[0] = bytes[0] & 0x7f | 0x40
    guard let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else { throw .fromQueue("No memory for a number") }
    defer { BN_free(number) }
    guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
      throw .fromQueue("The serial number cannot be set")
    }
  }

  private func setValidity(_ validity: Duration, from start: Int64?) throws(CryptoError) {
    let notBefore = start ?? currentSeconds() - 300
    let (notAfter, overflow) = notBefore.addingReportingOverflow(validity.components.seconds)
    guard !overflow, validity > .zero,
      ASN1_TIME_set(X509_getm_notBefore(certificate), Int(notBefore)) != nil,
      ASN1_TIME_set(X509_getm_notAfter(certificate), Int(notAfter)) != nil
    else {
      throw .fromQueue("A certificate cannot be valid for \(validity) from second \(notBefore)", code: .invalidRequest)
    }
  }
}
