import COpenSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// AES-256-GCM with one key, in one direction, for one message after the other. For one thread at a time.
///
/// Both what OpenSSL works out from a key and a call of its generator take longer than to encrypt a short message: so
/// who keeps a context does the first once, and the other once for many messages.
final class CipherContext {
  static let nonceBytes = 12
  static let tagBytes = 16
  private static let noncesAtOnce = 40

  private let context: OpaquePointer
  private let encrypts: Bool
  /// Drawn by `process`; those before `next` have been given out.
  private var nonces: [UInt8] = []
  private var next = 0
  private var process: pid_t = 0

  init(_ key: [UInt8], encrypts: Bool) throws(CryptoError) {
    guard let cipher = Cipher.aes256GCM.pointer, let context = EVP_CIPHER_CTX_new() else {
      throw .fromQueue("AES-GCM cannot begin")
    }
    guard EVP_CipherInit_ex(context, cipher, nil, key, nil, encrypts ? 1 : 0) == 1 else {
      EVP_CIPHER_CTX_free(context)
      throw .fromQueue("AES-GCM cannot begin")
    }
    self.context = context
    self.encrypts = encrypts
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  /// A nonce that no other message gets, drawn together with those of later ones. A process that was forked off draws
  /// its own.
  func nextNonce() throws(CryptoError) -> ArraySlice<UInt8> {
    let now = getpid()
    if next == nonces.count || process != now {
      nonces = try Random.bytes(Self.noncesAtOnce * Self.nonceBytes)
      (next, process) = (0, now)
    }
    defer { next += Self.nonceBytes }
    return nonces[next..<next + Self.nonceBytes]
  }

  /// Encrypts a message into `output` from `start` on, which has room for it and its tag behind it.
  func encrypt(
    _ message: [UInt8], attached: [UInt8], nonce: some Collection<UInt8>, into output: inout [UInt8], at start: Int
  ) throws(CryptoError) {
    try begin(nonce, attached)
    let size = try Self.size(message)
    precondition(start + message.count + Self.tagBytes <= output.count, "there is no room for what is encrypted")
    let isDone = output.withUnsafeMutableBufferPointer { output in
      guard let place = output.baseAddress.map({ $0 + start }) else { return false }
      var count: Int32 = 0
      guard size == 0 || EVP_CipherUpdate(context, place, &count, message, size) == 1 else { return false }
      let end = place + message.count
      return EVP_CipherFinal_ex(context, end, &count) == 1
        && holdfast_gcm_get_tag(context, end, Int32(Self.tagBytes)) == 1
    }
    guard isDone else { throw .fromQueue("AES-GCM failed") }
  }

  /// Decrypts a message with the tag behind it, which `sealed` has from `start` on. Nil when it is not what was
  /// encrypted.
  func decrypt(
    _ sealed: [UInt8], from start: Int, attached: [UInt8], nonce: some Collection<UInt8>
  ) throws(CryptoError) -> [UInt8]? {
    precondition(start + Self.tagBytes <= sealed.count, "there is no tag")
    try begin(nonce, attached)
    let size = try Self.size(sealed) - Int32(start + Self.tagBytes)
    var isDone = true
    let message = sealed.withUnsafeBufferPointer { sealed in
      [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
        count = Int(size)
        // An empty message has no place, and needs none.
        guard size > 0, let from = sealed.baseAddress.map({ $0 + start }) else { return }
        var written: Int32 = 0
        isDone = EVP_CipherUpdate(context, output.baseAddress, &written, from, size) == 1
      }
    }
    guard isDone else { throw .fromQueue("AES-GCM failed") }
    return accepts(tag: sealed[(sealed.count - Self.tagBytes)...]) ? message : nil
  }

  private func begin(_ nonce: some Collection<UInt8>, _ attached: [UInt8]) throws(CryptoError) {
    precondition(nonce.count == Self.nonceBytes, "a nonce has \(Self.nonceBytes) bytes")
    let size = try Self.size(attached)
    var count: Int32 = 0
    guard withBytes(of: nonce, { EVP_CipherInit_ex(context, nil, nil, nil, $0, encrypts ? 1 : 0) }) == 1,
      size == 0 || EVP_CipherUpdate(context, nil, &count, attached, size) == 1
    else { throw .fromQueue("AES-GCM cannot begin") }
  }

  private func accepts(tag: ArraySlice<UInt8>) -> Bool {
    var count: Int32 = 0
    var rest: UInt8 = 0
    guard withBytes(of: tag, { holdfast_gcm_set_tag(context, $0, Int32(tag.count)) }) == 1,
      EVP_CipherFinal_ex(context, &rest, &count) == 1
    else {
      _ = OpenSSLErrors.takeAll()
      return false
    }
    return true
  }

  private func withBytes(of bytes: some Collection<UInt8>, _ body: (UnsafePointer<UInt8>?) -> Int32) -> Int32 {
    bytes.withContiguousStorageIfAvailable { body($0.baseAddress) } ?? body(Array(bytes))
  }

  private static func size(_ bytes: [UInt8]) throws(CryptoError) -> Int32 {
    guard let size = Int32(exactly: bytes.count) else {
      throw CryptoError(.invalidRequest, "\(bytes.count) bytes at once are too many to seal.")
    }
    return size
  }
}

/// The cipher, looked up among OpenSSL's once and not for each key.
private struct Cipher: @unchecked Sendable {
  /// OpenSSL changes it no more, and it is never let go.
  let pointer: OpaquePointer?

  static let aes256GCM = Cipher(pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
}
