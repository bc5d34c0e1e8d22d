import COpenSSL

/// Signs messages with Ed25519 (RFC 8032): whoever has the verifying key can tell that the holder of this one wrote them.
public struct SigningKey: Sendable {
  /// Bytes of a key.
  public static let size = 32

  private let seed: [UInt8]
  /// What others check signatures with.
  public let verifyingKey: VerifyingKey

  /// A key of 32 bytes that nobody else knows.
  public init(_ seed: [UInt8]) throws(CryptoError) {
    self.seed = seed
    let key = try Self.key(seed)
    defer { EVP_PKEY_free(key) }
    var bytes = [UInt8](repeating: 0, count: VerifyingKey.size)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 else {
      throw .fromQueue("The signing key has no public part")
    }
    verifyingKey = try VerifyingKey(bytes)
  }

  /// A new key.
  public static func random() throws(CryptoError) -> SigningKey { try SigningKey(Random.bytes(size)) }

  /// Lends the key's bytes, to be kept.
  public func withBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result { try body(seed) }

  /// The signature of a message: 64 bytes, always the same.
  public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
    let key = try Self.key(seed)
    defer { EVP_PKEY_free(key) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureSize)
    var count = signature.count
    guard context != nil, EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == signature.count
    else { throw .fromQueue("The message could not be signed") }
    return signature
  }

  private static func key(_ seed: [UInt8]) throws(CryptoError) -> OpaquePointer {
    guard seed.count == size else {
      throw CryptoError(.invalidRequest, "A signing key has \(size) bytes, not \(seed.count).")
    }
    guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
      throw .fromQueue("The signing key cannot be used")
    }
    return key
  }
}

/// The public part of a signing key.
public struct VerifyingKey: Sendable, Hashable {
  /// Bytes of a key.
  public static let size = 32
  /// Bytes of a signature.
  public static let signatureSize = 64

  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) throws(CryptoError) {
    guard bytes.count == Self.size else {
      throw CryptoError(.malformed, "A verifying key has \(Self.size) bytes, not \(bytes.count).")
    }
    self.bytes = bytes
  }

  /// Whether the key's holder has signed the message.
  public func verifies(_ signature: [UInt8], of message: [UInt8]) throws(CryptoError) -> Bool {
    guard signature.count == Self.signatureSize else { return false }
    guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
      throw .fromQueue("The verifying key cannot be used")
    }
    defer { EVP_PKEY_free(key) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    guard context != nil, EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else {
      throw .fromQueue("The signature could not be checked")
    }
    let isGenuine = EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    // A signature that is none leaves its reasons behind.
    if !isGenuine { _ = OpenSSLErrors.takeAll() }
    return isGenuine
  }
}
