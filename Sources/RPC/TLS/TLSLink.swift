import COpenSSL
import HoldfastCrypto

/// A link over TLS 1.3.
///
/// OpenSSL reads ahead: one system call takes all records that have arrived. Hence `hasPending`.
final class TLSLink: ByteLink, @unchecked Sendable {  // belongs to one loop
  let fd: Int32
  private let context: TLSContext
  private let ssl: OpaquePointer
  /// How messages name the peer.
  private let peerName: String
  private var tickets: ServerTickets?
  /// Why the peer's certificate was refused, noted by OpenSSL's callbacks during the handshake.
  private var refusal: LinkError?
  private var isOpen = true
  /// After an error OpenSSL must not be asked to say goodbye.
  private var isBroken = false
  private(set) var readWantsWritable = false

  /// Takes over the descriptor, also when it throws.
  init(_ context: TLSContext, fd: Int32, peerName: String) throws(LinkError) {
    self.fd = fd
    self.context = context
    self.peerName = peerName
    do {
      ssl = try context.makeSSL()
    } catch {
      System.close(fd)
      throw error
    }
    guard SSL_set_fd(ssl, fd) == 1,
      holdfast_ssl_set_owner(ssl, Unmanaged.passUnretained(self).toOpaque()) == 1
    else { throw LinkError(.tls, "TLS cannot begin: \(OpenSSLErrors.takeAll())") }
  }

  deinit {
    close()
    SSL_free(ssl)
  }

  func accept() {
    SSL_set_accept_state(ssl)
  }

  /// Says whom to connect to; `checksName` has the certificate's names compared with it.
  func connect(to name: String, checksName: Bool, tickets: ServerTickets) throws(LinkError) {
    self.tickets = tickets
    SSL_set_connect_state(ssl)
    guard !name.isEmpty, !name.utf8.contains(0) else { throw LinkError(.wrongHost, "A server needs a name.") }
    var isSet = true
    if isNumericAddress(name) {
      if checksName { isSet = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 }
    } else {
      isSet = holdfast_ssl_set_sni(ssl, name) == 1
      SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      if isSet && checksName { isSet = SSL_set1_host(ssl, name) == 1 }
    }
    guard isSet else {
      throw LinkError(.wrongHost, "\"\(name)\" cannot be a server's name: \(OpenSSLErrors.takeAll())")
    }
    // A ticket that OpenSSL does not take costs a full handshake, nothing else.
    if let ticket = tickets.take() { SSL_set_session(ssl, ticket.session) }
  }

  // MARK: The link

  func handshake() throws(LinkError) -> LinkProgress {
    guard isOpen else { throw .closed }
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      try checkProtocol()
      return .done
    }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case let code: throw failure(code)
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinkError) -> LinkRead {
    guard isOpen else { throw .closed }
    readWantsWritable = false
    var count = 0
    Self.forgetErrors()
    let result = SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
    if result == 1 { return .bytes(count) }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .wouldBlock
    case SSL_ERROR_WANT_WRITE:
      readWantsWritable = true
      return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .end
    case let code: throw failure(code)
    }
  }

  var hasPending: Bool { isOpen && SSL_has_pending(ssl) == 1 }

  func write(_ bytes: UnsafeRawBufferPointer) throws(LinkError) -> LinkWrite {
    guard isOpen else { throw .closed }
    var written = 0
    while written < bytes.count {
      var count = 0
      Self.forgetErrors()
      // One record at a time, which is what a partial write means to OpenSSL.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let result = SSL_write_ex(ssl, rest.baseAddress, rest.count, &count)
      if result == 1 {
        written += count
        continue
      }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_WRITE, SSL_ERROR_WANT_READ:
        return written > 0 ? .bytes(written) : .wouldBlock
      case let code: throw failure(code)
      }
    }
    return .bytes(written)
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    if !isBroken && SSL_is_init_finished(ssl) == 1 {
      ERR_clear_error()
      _ = SSL_shutdown(ssl)
      ERR_clear_error()
    }
    System.close(fd)
  }

  // MARK: After the handshake

  var peerCertificate: Certificate? {
    guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
    defer { X509_free(certificate) }
    return try? Certificate(certificate)
  }

  var peerCertificateFault: String? {
    let code = Int32(truncatingIfNeeded: SSL_get_verify_result(ssl))
    guard context.judgesChains, code != X509_V_OK, let certificate = peerCertificate else { return nil }
    return LinkError(verification: code, certificate: certificate, peerName: peerName).message
  }

  /// Whether the handshake took up an earlier session.
  var sessionWasResumed: Bool { SSL_session_reused(ssl) == 1 }

  private func checkProtocol() throws(LinkError) {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &count)
    let chosen = UnsafeBufferPointer(start: name, count: Int(count))
    guard chosen.elementsEqual(TLSContext.protocolName.utf8) else {
      throw LinkError(.noCommonProtocol, "\(peerName) does not speak \(TLSContext.protocolName).")
    }
  }

  // MARK: Failures

  /// Makes OpenSSL's queue of errors empty, as it has to be before a call after which `SSL_get_error` is asked. Looks
  /// first: to empty what is empty takes as long as a tenth of the call.
  private static func forgetErrors() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  private func failure(_ code: Int32) -> LinkError {
    isBroken = true
    defer { ERR_clear_error() }
    if let refusal { return refusal }
    switch code {
    case SSL_ERROR_SYSCALL:
      let error = SystemError(call: "TLS")
      if error.code != 0 { return LinkError(error) }
      return LinkError(.truncated, "\(peerName) closed the connection without a word.")
    case SSL_ERROR_ZERO_RETURN:
      return LinkError(.truncated, "\(peerName) closed the connection during the handshake.")
    default:
      return LinkError(openSSL: ERR_peek_error(), peerName: peerName)
    }
  }

  /// Notes what OpenSSL found wrong with the peer's certificate: the first fault is the one that counts.
  func noteFailure(of verification: OpaquePointer) {
    guard refusal == nil else { return }
    let certificate = X509_STORE_CTX_get_current_cert(verification).flatMap { try? Certificate($0) }
    refusal = LinkError(
      verification: X509_STORE_CTX_get_error(verification), certificate: certificate, peerName: peerName)
  }

  func keep(_ ticket: Ticket) {
    tickets?.add(ticket)
  }

  /// The link that an OpenSSL connection belongs to. It lives, since OpenSSL is called by it alone.
  static func owner(of ssl: OpaquePointer) -> TLSLink? {
    holdfast_ssl_owner(ssl).map { Unmanaged<TLSLink>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The link whose peer is being verified.
  static func owner(ofVerification verification: OpaquePointer) -> TLSLink? {
    X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())
      .flatMap { owner(of: OpaquePointer($0)) }
  }
}
