import COpenSSL

/// Certificates and keys as OpenSSL has them, read from PEM text. What is returned is the caller's to free.
///
/// Every call passes a function that has no passphrase: without one, OpenSSL would ask for it on the terminal.
package enum PEM {
  /// The certificates in a PEM text, in order; other blocks are passed over. Throws unless there is at least one.
  package static func certificates(_ text: [UInt8], atMost limit: Int) throws(CryptoError) -> [OpaquePointer] {
    let found = try withBIO(text) { bio in
      var found: [OpaquePointer] = []
      while found.count < limit, let certificate = PEM_read_bio_X509(bio, nil, { _, _, _, _ in -1 }, nil) {
        found.append(certificate)
      }
      return found
    }
    let last = ERR_peek_last_error()
    if !found.isEmpty && isEndOfText(last) {
      ERR_clear_error()
      return found
    }
    for certificate in found { X509_free(certificate) }
    if found.count == limit { throw CryptoError(.malformed, "There are more than \(limit) certificates.") }
    if isEndOfText(last) {
      ERR_clear_error()
      throw CryptoError(.malformed, "There is no certificate in the PEM text.")
    }
    throw .fromQueue("A certificate in the PEM text is broken", code: .malformed)
  }

  /// The first private key in a PEM text, which has to be without a passphrase.
  package static func privateKey(_ text: [UInt8]) throws(CryptoError) -> OpaquePointer {
    let key = try withBIO(text) { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    guard let key else {
      throw .fromQueue("There is no private key without a passphrase in the PEM text", code: .malformed)
    }
    return key
  }

  /// What `write` writes, as text.
  package static func text(_ what: String, _ write: (OpaquePointer) -> Bool) throws(CryptoError) -> String {
    guard let bio = BIO_new(BIO_s_mem()) else { throw .fromQueue("No memory for \(what)") }
    defer { BIO_free(bio) }
    guard write(bio) else { throw .fromQueue("\(what) cannot be written") }
    var start: UnsafeMutablePointer<CChar>?
    let count = holdfast_bio_bytes(bio, &start)
    guard let start, count > 0 else { throw .fromQueue("\(what) cannot be written") }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }

  // MARK: Inside

  private static func withBIO<Result>(
    _ text: [UInt8], _ body: (OpaquePointer) -> Result
  ) throws(CryptoError) -> Result {
    guard let size = Int32(exactly: text.count) else {
      throw CryptoError(.malformed, "A PEM text of \(text.count) bytes is too long.")
    }
    ERR_clear_error()
    let result: Result? = text.withUnsafeBytes { bytes in
      guard let bio = BIO_new_mem_buf(bytes.baseAddress, size) else { return nil }
      defer { BIO_free(bio) }
      return body(bio)
    }
    guard let result else { throw .fromQueue("No memory for PEM") }
    return result
  }

  private static func isEndOfText(_ error: UInt) -> Bool {
    ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
  }
}
