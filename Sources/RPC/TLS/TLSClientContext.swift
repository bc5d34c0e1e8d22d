import COpenSSL
public import HoldfastCrypto

/// A client's side of TLS, for connections to any number of servers, on any loop.
///
/// It keeps the last tickets of each server, so that the next connection takes up the session in place of a full
/// handshake. A ticket is used once: nobody can tell by it that two connections come from the same client.
public final class TLSClientContext: Sendable {
  private let context: TLSContext
  private let serverName: String?
  private let checksName: Bool
  private let tickets = TicketStore()
  /// The pinned hash; OpenSSL's callback has a pointer to it.
  private let pin: Pin?

  /// Reads certificates and key, which blocks where they are files.
  public init(_ configuration: TLSClientConfiguration) throws(CryptoError) {
    context = try TLSContext(TLS_client_method())
    serverName = configuration.serverName
    switch configuration.trust {
    case .certificateAuthority(let authority):
      (pin, checksName) = (nil, true)
      try context.trust(authority.load())
    case .system:
      (pin, checksName) = (nil, true)
      guard SSL_CTX_set_default_verify_paths(context.raw) == 1 else {
        throw .fromQueue("The system's authorities cannot be loaded", code: .unreadable)
      }
    case .pinnedKey(let hash):
      guard hash.count == SHA256.size else {
        throw CryptoError(.malformed, "A pinned key is a hash of \(SHA256.size) bytes, not \(hash.count).")
      }
      let pin = Pin(hash)
      (self.pin, checksName) = (pin, false)
      context.verify(by: pin)
    }
    context.verifyPeers(SSL_VERIFY_PEER)
    if let certificate = configuration.certificate {
      try context.use(chain: certificate.chain, privateKey: certificate.privateKey)
    }
    try context.offerProtocol()
    context.keepTickets()
  }

  /// The client's end of a connection to `address`. Takes over the descriptor, also when it throws.
  func makeLink(fd: Int32, to address: SocketAddress) throws(LinkError) -> TLSLink {
    var name = serverName ?? address.host
    if name.hasSuffix(".") { name.removeLast() }
    let link = try TLSLink(context, fd: fd, peerName: name)
    try link.connect(to: name, checksName: checksName, tickets: tickets.of(server: "\(name) at \(address)"))
    return link
  }
}

/// A hash that a server's key has to have.
private final class Pin: Sendable {
  let hash: [UInt8]

  init(_ hash: [UInt8]) {
    self.hash = hash
  }
}

extension TLSContext {
  fileprivate func verify(by pin: Pin) {
    SSL_CTX_set_cert_verify_callback(
      raw,
      { verification, argument in
        guard let verification, let argument, let certificate = X509_STORE_CTX_get0_cert(verification) else { return 0 }
        let pin = Unmanaged<Pin>.fromOpaque(argument).takeUnretainedValue()
        if let hash = try? Certificate.publicKeyHash(certificate), constantTimeEquals(hash, pin.hash) { return 1 }
        X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION)
        X509_STORE_CTX_set_current_cert(verification, certificate)
        TLSLink.owner(ofVerification: verification)?.noteFailure(of: verification)
        return 0
      }, Unmanaged.passUnretained(pin).toOpaque())
  }

  fileprivate func offerProtocol() throws(CryptoError) {
    let name = Array(Self.protocolName.utf8)
    let list = [UInt8(name.count)] + name
    // This call alone says 0 when it succeeds.
    guard SSL_CTX_set_alpn_protos(raw, list, UInt32(list.count)) == 0 else {
      throw .fromQueue("The protocol cannot be offered")
    }
  }

  fileprivate func keepTickets() {
    holdfast_ctx_set_session_cache(raw, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    SSL_CTX_sess_set_new_cb(raw) { ssl, session in
      // A copy: a connection that breaks marks its own session as one that cannot be resumed.
      if let ssl, let session, let copy = SSL_SESSION_dup(session) { TLSLink.owner(of: ssl)?.keep(Ticket(copy)) }
      return 0
    }
  }
}
