import COpenSSL

/// Seals bytes with AES-256-GCM: who does not have the key can neither read them nor change them unnoticed.
///
/// What is sealed is a random nonce of 12 bytes, the encrypted bytes, and a tag of 16. One key seals at most 2^32 messages,
/// as nonces are random.
public struct SealingKey: Sendable {
  /// Bytes of a key.
  public static let size = 32
  /// How much longer than the message is what is sealed.
  public static let overhead = nonceBytes + tagBytes
  private static let nonceBytes = 12
  private static let tagBytes = 16

  private let bytes: [UInt8]

  /// A key of 32 bytes that nobody else knows.
  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.size else {
      throw CryptoError(.invalidRequest, "A key has \(Self.size) bytes, not \(bytes.count).")
    }
    self.bytes = bytes
  }

  /// A new key.
  public static func random() throws(CryptoError) -> SealingKey { try SealingKey(Random.bytes(size)) }

  /// Lends the key's bytes, to be sealed themselves.
  public func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(bytes) }

  /// Seals a message together with what it belongs to: only who names the same `context` opens it.
  public func seal(_ message: [UInt8], context: [UInt8]) throws(CryptoError) -> [UInt8] {
    try seal(message, context: context, nonce: Random.bytes(Self.nonceBytes))
  }

  func seal(_ message: [UInt8], context: [UInt8], nonce: [UInt8]) throws(CryptoError) -> [UInt8] {
    let cipher = try CipherRun(encrypts: true, bytes, nonce, context)
    var sealed = nonce
    sealed.reserveCapacity(message.count + Self.overhead)
    sealed += try cipher.update(message)
    sealed += try cipher.finish(tagBytes: Self.tagBytes)
    return sealed
  }

  /// The message, if it was sealed with this key and context and has not been changed; otherwise nil.
  public func open(_ sealed: [UInt8], context: [UInt8]) throws(CryptoError) -> [UInt8]? {
    guard sealed.count >= Self.overhead else { return nil }
    let end = sealed.count - Self.tagBytes
    let cipher = try CipherRun(encrypts: false, bytes, Array(sealed[..<Self.nonceBytes]), context)
    let message = try cipher.update(Array(sealed[Self.nonceBytes..<end]))
    return cipher.accepts(tag: Array(sealed[end...])) ? message : nil
  }
}

/// The cipher, looked up among OpenSSL's once and not for each message.
private struct Cipher: @unchecked Sendable {
  /// OpenSSL changes it no more, and it is never let go.
  let pointer: OpaquePointer?

  static let aes256GCM = Cipher(pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
}

/// One message on its way through the cipher.
private struct CipherRun: ~Copyable {
  private let context: OpaquePointer

  init(encrypts: Bool, _ key: [UInt8], _ nonce: [UInt8], _ attached: [UInt8]) throws(CryptoError) {
    let size = try Self.size(attached)
    guard let cipher = Cipher.aes256GCM.pointer, let made = EVP_CIPHER_CTX_new() else {
      throw .fromQueue("AES-GCM cannot begin")
    }
    var count: Int32 = 0
    guard EVP_CipherInit_ex(made, cipher, nil, key, nonce, encrypts ? 1 : 0) == 1,
      attached.isEmpty || EVP_CipherUpdate(made, nil, &count, attached, size) == 1
    else {
      EVP_CIPHER_CTX_free(made)
      throw .fromQueue("AES-GCM cannot begin")
    }
    context = made
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  func update(_ input: [UInt8]) throws(CryptoError) -> [UInt8] {
    // All empty arrays are one, which filling would write to.
    guard !input.isEmpty else { return [] }
    let size = try Self.size(input)
    var isDone = true
    let output = [UInt8](unsafeUninitializedCapacity: input.count) { output, count in
      var written: Int32 = 0
      isDone = EVP_CipherUpdate(context, output.baseAddress, &written, input, size) == 1
      count = Int(written)
    }
    guard isDone else { throw .fromQueue("AES-GCM failed") }
    return output
  }

  /// Ends an encryption.
  func finish(tagBytes: Int) throws(CryptoError) -> [UInt8] {
    var count: Int32 = 0
    var tag = [UInt8](repeating: 0, count: tagBytes)
    guard EVP_CipherFinal_ex(context, &tag, &count) == 1,
      holdfast_gcm_get_tag(context, &tag, Int32(tagBytes)) == 1
    else { throw .fromQueue("AES-GCM failed") }
    return tag
  }

  /// Ends a decryption. Whether all of it is what was sealed.
  func accepts(tag: [UInt8]) -> Bool {
    var count: Int32 = 0
    var rest: [UInt8] = [0]
    guard holdfast_gcm_set_tag(context, tag, Int32(tag.count)) == 1,
      EVP_CipherFinal_ex(context, &rest, &count) == 1
    else {
      _ = OpenSSLErrors.takeAll()
      return false
    }
    return true
  }

  private static func size(_ bytes: [UInt8]) throws(CryptoError) -> Int32 {
    guard let size = Int32(exactly: bytes.count) else {
      throw CryptoError(.invalidRequest, "\(bytes.count) bytes at once are too many to seal.")
    }
    return size
  }
}
