/// Seals bytes with AES-256-GCM: who does not have the key can neither read them nor change them unnoticed.
///
/// What is sealed is a random nonce of 12 bytes, the encrypted bytes, and a tag of 16. One key seals at most 2^32 messages,
/// as nonces are random.
public struct SealingKey: Sendable {
  /// Bytes of a key.
  public static let size = 32
  /// How much longer than the message is what is sealed.
  public static let overhead = nonceBytes + tagBytes
  private static let nonceBytes = CipherContext.nonceBytes
  private static let tagBytes = CipherContext.tagBytes

  private let bytes: [UInt8]
  private let contexts: KeptContexts?

  /// A key of 32 bytes that nobody else knows.
  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.size else {
      throw CryptoError(.invalidRequest, "A key has \(Self.size) bytes, not \(bytes.count).")
    }
    self.init(bytes: bytes, nil)
  }

  private init(bytes: [UInt8], _ contexts: KeptContexts?) {
    self.bytes = bytes
    self.contexts = contexts
  }

  /// A new key.
  public static func random() throws(CryptoError) -> SealingKey { try SealingKey(Random.bytes(size)) }

  /// The same key for who seals or opens many messages with it: it keeps what else is worked out anew for each. That
  /// takes some KiB of memory.
  public func prepared() -> SealingKey { SealingKey(bytes: bytes, KeptContexts()) }

  /// Lends the key's bytes, to be sealed themselves.
  public func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(bytes) }

  /// Seals a message together with what it belongs to: only who names the same `context` opens it.
  ///
  /// - Parameter head: stands before what is sealed, for everybody to read and to change.
  public func seal(_ message: [UInt8], context: [UInt8], after head: [UInt8] = []) throws(CryptoError) -> [UInt8] {
    try with(encrypts: true) { (cipher) throws(CryptoError) in
      let nonce = try contexts == nil ? Random.bytes(Self.nonceBytes)[...] : cipher.nextNonce()
      return try Self.sealed(message, context, nonce, after: [head[...], nonce], by: cipher)
    }
  }

  func seal(_ message: [UInt8], context: [UInt8], nonce: [UInt8]) throws(CryptoError) -> [UInt8] {
    try with(encrypts: true) { (cipher) throws(CryptoError) in
      try Self.sealed(message, context, nonce[...], after: [nonce[...]], by: cipher)
    }
  }

  /// What is sealed with a nonce that whoever opens it knows.
  func seal(
    _ message: [UInt8], context: [UInt8], knownNonce nonce: [UInt8], after head: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try with(encrypts: true) { (cipher) throws(CryptoError) in
      try Self.sealed(message, context, nonce[...], after: [head[...]], by: cipher)
    }
  }

  /// The message, if it was sealed with this key and context and has not been changed; otherwise nil.
  ///
  /// - Parameter start: how many bytes stand before what is sealed.
  public func open(_ sealed: [UInt8], from start: Int = 0, context: [UInt8]) throws(CryptoError) -> [UInt8]? {
    guard start >= 0, sealed.count - start >= Self.overhead else { return nil }
    let nonce = sealed[start..<start + Self.nonceBytes]
    return try with(encrypts: false) { (cipher) throws(CryptoError) in
      try cipher.decrypt(sealed, from: nonce.endIndex, attached: context, nonce: nonce)
    }
  }

  /// Opens what was sealed with a nonce that the caller knows.
  func open(
    _ sealed: [UInt8], from start: Int, context: [UInt8], knownNonce nonce: [UInt8]
  ) throws(CryptoError) -> [UInt8]? {
    guard sealed.count - start >= Self.tagBytes else { return nil }
    return try with(encrypts: false) { (cipher) throws(CryptoError) in
      try cipher.decrypt(sealed, from: start, attached: context, nonce: nonce)
    }
  }

  private static func sealed(
    _ message: [UInt8], _ context: [UInt8], _ nonce: ArraySlice<UInt8>, after heads: [ArraySlice<UInt8>],
    by cipher: CipherContext
  ) throws(CryptoError) -> [UInt8] {
    var sealed: [UInt8] = []
    let start = heads.reduce(0) { $0 + $1.count }
    sealed.reserveCapacity(start + message.count + tagBytes)
    for head in heads { sealed += head }
    sealed += repeatElement(0, count: message.count + tagBytes)
    try cipher.encrypt(message, attached: context, nonce: nonce, into: &sealed, at: start)
    return sealed
  }

  /// Lends a context, which is not used again after an error.
  private func with<Result>(
    encrypts: Bool, _ body: (CipherContext) throws(CryptoError) -> Result
  ) throws(CryptoError) -> Result {
    let kept = contexts?.take(encrypts: encrypts)
    let cipher = if let kept { kept } else { try CipherContext(bytes, encrypts: encrypts) }
    let result = try body(cipher)
    contexts?.keep(cipher, encrypts: encrypts)
    return result
  }
}
