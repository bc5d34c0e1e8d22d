import COpenSSL
import HoldfastCrypto

/// What server and client contexts have in common: OpenSSL's context, set up for TLS 1.3 and this protocol.
final class TLSContext: @unchecked Sendable {  // OpenSSL guards what changes in a context
  /// The one application protocol that is spoken, by its ALPN name. The number is the incompatible version.
  static let protocolName = "holdfast/1"

  let raw: OpaquePointer
  /// Whether there are authorities by which peers are judged, also those that are let in whatever they show. Set before
  /// the first link.
  private(set) var judgesChains = false

  init(_ method: OpaquePointer) throws(CryptoError) {
    System.ignoreBrokenPipes
    guard let raw = SSL_CTX_new(method) else { throw .fromQueue("TLS cannot be set up") }
    self.raw = raw
    guard holdfast_ctx_set_protocols(raw, TLS1_3_VERSION, TLS1_3_VERSION) == 1 else {
      throw .fromQueue("TLS 1.3 is not to be had")
    }
    holdfast_ctx_set_read_ahead(raw)
    holdfast_ctx_set_mode(
      raw, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS))
    SSL_CTX_set_max_early_data(raw, 0)
  }

  deinit {
    SSL_CTX_free(raw)
  }

  /// Sets the certificate that this side shows, and returns what it says.
  @discardableResult
  func use(chain: PEMSource, privateKey: PEMSource) throws(CryptoError) -> Certificate {
    let certificates = try PEM.certificates(chain.load(), atMost: Limits.certificatesPerChain)
    defer { for certificate in certificates { X509_free(certificate) } }
    let key = try PEM.privateKey(privateKey.load())
    defer { EVP_PKEY_free(key) }
    guard SSL_CTX_use_certificate(raw, certificates[0]) == 1 else {
      throw .fromQueue("The certificate cannot be used", code: .malformed)
    }
    for certificate in certificates.dropFirst() where holdfast_ctx_add_chain(raw, certificate) != 1 {
      throw .fromQueue("A certificate of the chain cannot be used", code: .malformed)
    }
    guard SSL_CTX_use_PrivateKey(raw, key) == 1, SSL_CTX_check_private_key(raw) == 1 else {
      throw .fromQueue("The private key is not the certificate's", code: .malformed)
    }
    return try Certificate(certificates[0])
  }

  /// Trusts the authorities in a PEM text; `isAnnounced` tells peers so, who then know which certificate to show.
  func trust(_ authorities: [UInt8], isAnnounced: Bool = false) throws(CryptoError) {
    let certificates = try PEM.certificates(authorities, atMost: Limits.certificatesPerChain)
    defer { for certificate in certificates { X509_free(certificate) } }
    let store = SSL_CTX_get_cert_store(raw)
    judgesChains = true
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    for certificate in certificates {
      guard X509_STORE_add_cert(store, certificate) == 1,
        !isAnnounced || SSL_CTX_add_client_CA(raw, certificate) == 1
      else { throw .fromQueue("An authority's certificate cannot be used", code: .malformed) }
    }
  }

  /// Verifies peers; what is wrong with one is noted in its link.
  func verifyPeers(_ mode: Int32) {
    SSL_CTX_set_verify(raw, mode) { isFine, verification in
      if isFine == 0, let verification { TLSLink.owner(ofVerification: verification)?.noteFailure(of: verification) }
      return isFine
    }
  }

  /// Asks peers for a certificate and takes any: that they have its key is all that is certain.
  func takeAnyPeer() {
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER) { _, _ in 1 }
  }

  /// A connection's state, without a descriptor yet.
  func makeSSL() throws(LinkError) -> OpaquePointer {
    ERR_clear_error()
    guard let ssl = SSL_new(raw) else { throw LinkError(.tls, "TLS cannot begin: \(OpenSSLErrors.takeAll())") }
    return ssl
  }
}
