import COpenSSL

/// The hash SHA-256: 32 bytes.
///
/// One value of this type takes a message in pieces; `hash` takes a message that is at hand.
public struct SHA256: ~Copyable {
  /// Bytes of a hash.
  public static let size = 32

  private let context: OpaquePointer

  /// Throws if OpenSSL has no memory, or SHA-256 is switched off in its configuration.
  public init() throws(CryptoError) {
    guard let context = EVP_MD_CTX_new() else { throw .fromQueue("SHA-256 cannot begin") }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw .fromQueue("SHA-256 cannot begin")
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // Fails only for a context without a hash, which this type has no way to make.
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Takes the next bytes of the message.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The hash of all that was taken.
  public consuming func finish() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
      EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      count = Self.size
    }
  }

  /// The hash of a message.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      hash(bytes, into: UnsafeMutableRawBufferPointer(buffer))
      count = size
    }
  }

  /// Writes the hash of a message to the first 32 bytes of `place`, which has at least so many.
  public static func hash(_ bytes: UnsafeRawBufferPointer, into place: UnsafeMutableRawBufferPointer) {
    precondition(place.count >= size, "a hash has \(size) bytes")
    holdfast_sha256(bytes.baseAddress, bytes.count, place.baseAddress)
  }

  /// The hash of a message.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { hash($0) }
  }
}

/// The HMAC of a message with SHA-256: 32 bytes that only a holder of the key can make.
public func hmacSHA256(key: [UInt8], message: [UInt8]) throws(CryptoError) -> [UInt8] {
  guard let keySize = Int32(exactly: key.count) else {
    throw CryptoError(.invalidRequest, "A key of \(key.count) bytes is too long.")
  }
  var code = [UInt8](repeating: 0, count: SHA256.size)
  guard HMAC(EVP_sha256(), key, keySize, message, message.count, &code, nil) != nil else {
    throw .fromQueue("HMAC failed")
  }
  return code
}

/// Whether two secrets are equal, in a time that tells nothing about where they differ. Their sizes are no secret.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
