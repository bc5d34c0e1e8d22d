import COpenSSL
public import HoldfastCrypto

/// A server's side of TLS, for all of its connections on all loops.
///
/// It speaks TLS 1.3 and the protocol `holdfast/1`, or not at all. Sessions are resumed by tickets, so that it keeps
/// nothing for them. New certificates come with a new context: connections that exist keep theirs.
public final class TLSServerContext: Sendable {
  /// What the server's own certificate says: when it ends, for one thing.
  public let certificate: Certificate
  private let context: TLSContext

  /// Reads certificates and key, which blocks where they are files.
  public convenience init(_ configuration: TLSServerConfiguration) throws(CryptoError) {
    try self.init(configuration, ticketsOf: nil)
  }

  /// A context for connections to come, with sessions that this one began going on. Reads as `init` does.
  ///
  /// A session is resumed only under the rules for clients by which it began.
  public func reloaded(_ configuration: TLSServerConfiguration) throws(CryptoError) -> TLSServerContext {
    try TLSServerContext(configuration, ticketsOf: context)
  }

  private init(_ configuration: TLSServerConfiguration, ticketsOf previous: TLSContext?) throws(CryptoError) {
    context = try TLSContext(TLS_server_method())
    certificate = try context.use(chain: configuration.certificateChain, privateKey: configuration.privateKey)
    let rules = try context.setClients(configuration.clients)
    holdfast_ctx_set_session_cache(context.raw, Int(SSL_SESS_CACHE_OFF))
    guard SSL_CTX_set_session_id_context(context.raw, rules, UInt32(rules.count)) == 1 else {
      throw .fromQueue("Sessions cannot be set up")
    }
    if let previous { try context.takeTicketKeys(of: previous) }
    context.selectProtocol()
  }

  /// The server's end of a connection that was accepted. Takes over the descriptor, also when it throws.
  func makeLink(fd: Int32) throws(LinkError) -> TLSLink {
    let link = try TLSLink(context, fd: fd, peerName: "the client")
    link.accept()
    return link
  }
}

extension TLSContext {
  /// Asks clients for what the configuration wants, and returns a hash of these rules.
  fileprivate func setClients(_ clients: TLSServerConfiguration.Clients) throws(CryptoError) -> [UInt8] {
    var rules: [UInt8] = Array(Self.protocolName.utf8)
    switch clients {
    case .anonymous: break
    case .optional(let authority):
      let text = try authority.load()
      try trust(text, isAnnounced: true)
      verifyPeers(SSL_VERIFY_PEER)
      rules += [1] + text
    case .judged(let authority):
      let text = try authority?.load() ?? []
      if authority != nil { try trust(text, isAnnounced: true) }
      takeAnyPeer()
      rules += [3] + text
    case .required(let authority):
      let text = try authority.load()
      try trust(text, isAnnounced: true)
      verifyPeers(SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
      rules += [2] + text
    }
    return SHA256.hash(rules)
  }

  fileprivate func takeTicketKeys(of other: TLSContext) throws(CryptoError) {
    let size = holdfast_ctx_ticket_keys_size(raw)
    var keys = [UInt8](repeating: 0, count: max(0, size))
    guard holdfast_ctx_get_ticket_keys(other.raw, &keys, size) == 1,
      holdfast_ctx_set_ticket_keys(raw, &keys, size) == 1
    else { throw .fromQueue("The sessions' keys cannot be taken over") }
  }

  /// Refuses clients that do not offer the protocol, by the alert that says so.
  ///
  /// OpenSSL does not call the selection for a client that offers nothing at all, hence the look at its hello.
  fileprivate func selectProtocol() {
    SSL_CTX_set_client_hello_cb(
      raw,
      { ssl, alert, _ in
        var start: UnsafePointer<UInt8>?
        var count = 0
        let kind = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
        if SSL_client_hello_get0_ext(ssl, kind, &start, &count) == 1 { return SSL_CLIENT_HELLO_SUCCESS }
        alert?.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
        return SSL_CLIENT_HELLO_ERROR
      }, nil)
    SSL_CTX_set_alpn_select_cb(
      raw,
      { _, chosen, chosenCount, offered, count, _ in
        // A list of names, each behind its length; OpenSSL has checked that the lengths add up.
        let names = UnsafeBufferPointer(start: offered, count: Int(count))
        var position = 0
        while position < names.count {
          let end = position + 1 + Int(names[position])
          guard end <= names.count else { break }
          if names[(position + 1)..<end].elementsEqual(TLSContext.protocolName.utf8) {
            chosen?.pointee = offered.map { $0 + position + 1 }
            chosenCount?.pointee = names[position]
            return SSL_TLSEXT_ERR_OK
          }
          position = end
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
      }, nil)
  }
}
