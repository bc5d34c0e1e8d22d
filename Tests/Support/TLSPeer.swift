import COpenSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A TLS connection to a server, as plain and blocking as can be: what a test sends and receives are bytes. It shares no
/// code with the client that is tested.
public final class TLSPeer {
  public typealias Failure = PeerFailure

  public struct Options {
    /// Application protocols to offer; none when empty.
    public var protocols: [String]
    /// Whether to speak TLS 1.2 at most.
    public var isOld: Bool
    /// How long to wait for bytes, in seconds, before a test fails: far longer than a busy machine takes.
    public var patience: Int

    public init(protocols: [String] = ["holdfast/1"], isOld: Bool = false, patience: Int = 120) {
      self.protocols = protocols
      self.isOld = isOld
      self.patience = patience
    }
  }

  private let plain: PlainPeer
  private let context: OpaquePointer
  private let ssl: OpaquePointer

  /// Connects to a numeric address such as `127.0.0.1:7443` and shakes hands; the server's certificate has to come from
  /// the authority in this PEM file and hold the address.
  public init(_ address: String, authority: String, _ options: Options = Options()) throws(Failure) {
    plain = try PlainPeer(address, patience: options.patience)
    guard let context = SSL_CTX_new(TLS_client_method()) else { throw Failure("no TLS context") }
    guard let ssl = SSL_new(context) else {
      SSL_CTX_free(context)
      throw Failure("no TLS connection")
    }
    self.context = context
    self.ssl = ssl
    let offered = options.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    if !offered.isEmpty { SSL_set_alpn_protos(ssl, offered, UInt32(offered.count)) }
    SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(options.isOld ? TLS1_2_VERSION : TLS1_3_VERSION), nil)
    guard let store = SSL_CTX_get_cert_store(context), X509_STORE_load_file(store, authority) == 1 else {
      throw Failure("\(authority) cannot be read")
    }
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.split(separator: ":").first.map(String.init) ?? "")
    SSL_set_fd(ssl, plain.descriptor)
    guard SSL_connect(ssl) == 1 else { throw lastFailure("no handshake") }
  }

  deinit {
    SSL_free(ssl)
    SSL_CTX_free(context)
  }

  private func lastFailure(_ what: String) -> Failure {
    var text = [CChar](repeating: 0, count: 256)
    let code = ERR_get_error()
    ERR_error_string_n(code, &text, text.count)
    let reason = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    return Failure(code == 0 ? "\(what): \(String(cString: strerror(errno)))" : "\(what): \(reason)")
  }

  /// The application protocol that the server chose.
  public var chosenProtocol: String {
    var name: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &count)
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
  }

  /// Sends all of it.
  public func send(_ bytes: [UInt8]) throws(Failure) {
    guard !bytes.isEmpty else { return }
    guard SSL_write(ssl, bytes, Int32(bytes.count)) == Int32(bytes.count) else { throw lastFailure("cannot send") }
  }

  /// Receives what is there, at least a byte; nothing when the server has closed.
  public func receive() throws(Failure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = SSL_read(ssl, &buffer, Int32(buffer.count))
    if count > 0 { return Array(buffer[..<Int(count)]) }
    switch SSL_get_error(ssl, count) {
    case SSL_ERROR_ZERO_RETURN: return []
    case SSL_ERROR_WANT_READ: throw Failure("nothing came in time")
    case SSL_ERROR_SYSCALL where errno == 0 || errno == ECONNRESET: return []
    default:
      // A server that closes without TLS's farewell.
      let failure = lastFailure("cannot receive")
      if failure.description.contains("unexpected eof") { return [] }
      throw failure
    }
  }
}
