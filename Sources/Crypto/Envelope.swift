import COpenSSL

/// A message under a key of its own, which is sealed beside it by another key.
///
/// | bytes | what |
/// |---|---|
/// | 60 | the message's key, sealed (`SealingKey`) together with what the message belongs to |
/// | n | the encrypted message |
/// | 16 | its tag |
///
/// The other key can be changed without touching the message: only what stands before it is made anew. So what a log says
/// of the sealed message (`body`) stays true. A message's key seals that message alone, so its nonce may be zero.
public enum Envelope {
  /// Bytes of the sealed key at the start.
  public static let headBytes = SealingKey.size + SealingKey.overhead
  /// How much longer than the message it is.
  public static let overhead = headBytes + tagBytes
  private static let tagBytes = 16
  private static let nonce = [UInt8](repeating: 0, count: 12)

  /// Seals a message; only who names the same `context` opens it.
  public static func seal(_ message: [UInt8], by key: SealingKey, context: [UInt8]) throws(CryptoError) -> [UInt8] {
    let own = try SealingKey.random()
    return try own.seal(message, context: [], knownNonce: nonce, after: head(of: own, by: key, context))
  }

  /// The message, if it was sealed by this key and context and has not been changed; otherwise nil.
  public static func open(
    _ envelope: [UInt8], by key: SealingKey, context: [UInt8]
  ) throws(CryptoError) -> [UInt8]? {
    guard envelope.count >= overhead, let own = try ownKey(of: envelope, by: key, context) else { return nil }
    return try own.open(envelope, from: headBytes, context: [], knownNonce: nonce)
  }

  /// The same message, its key sealed by another; nil when it does not open.
  public static func changed(
    _ envelope: [UInt8], from key: SealingKey, to next: SealingKey, context: [UInt8]
  ) throws(CryptoError) -> [UInt8]? {
    guard envelope.count >= overhead, let own = try ownKey(of: envelope, by: key, context) else { return nil }
    return try head(of: own, by: next, context) + envelope[headBytes...]
  }

  /// What stays when the key is changed.
  public static func body(of envelope: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: envelope.dropFirst(headBytes))
  }

  private static func head(
    of own: SealingKey, by key: SealingKey, _ context: [UInt8]
  ) throws(CryptoError) -> [UInt8] {
    try own.withBytes { bytes in Result { () throws(CryptoError) in try key.seal(bytes, context: context) } }.get()
  }

  private static func ownKey(
    of envelope: [UInt8], by key: SealingKey, _ context: [UInt8]
  ) throws(CryptoError) -> SealingKey? {
    try key.open(Array(envelope[..<headBytes]), context: context).map { (bytes) throws(CryptoError) in
      try SealingKey(bytes)
    }
  }
}
