import COpenSSL

/// Keys from other secrets.
public enum KeyDerivation {
  /// What a passphrase is stretched by: scrypt's cost, block size and parallelism (RFC 7914). The standard ones take 128
  /// MiB and a third of a second or so.
  public struct Cost: Sendable, Hashable {
    public var rounds: UInt64
    public var blockSize: UInt32
    public var lanes: UInt32

    public init(rounds: UInt64, blockSize: UInt32, lanes: UInt32) {
      (self.rounds, self.blockSize, self.lanes) = (rounds, blockSize, lanes)
    }

    public static let standard = Cost(rounds: 1 << 17, blockSize: 8, lanes: 1)
  }

  /// A key from a passphrase that a person remembers, by scrypt. Slow on purpose: never on an event loop.
  public static func scrypt(
    _ passphrase: String, salt: [UInt8], cost: Cost = .standard, count: Int = SealingKey.size
  ) throws(CryptoError) -> [UInt8] {
    guard cost.rounds <= Limits.scryptRounds, cost.blockSize <= Limits.scryptBlockSize, cost.lanes <= Limits.scryptLanes
    else { throw CryptoError(.invalidRequest, "The cost of the passphrase is beyond what is taken.") }
    let text = Array(passphrase.utf8CString.dropLast())
    var key = [UInt8](repeating: 0, count: count)
    guard
      EVP_PBE_scrypt(
        text, text.count, salt, salt.count, cost.rounds, UInt64(cost.blockSize), UInt64(cost.lanes),
        Limits.scryptMemory, &key, count) == 1
    else { throw .fromQueue("The passphrase could not be made into a key") }
    return key
  }

  /// A key for one purpose from a secret that is itself a good key, by HKDF with SHA-256 (RFC 5869).
  public static func hkdf(
    _ secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int = SealingKey.size
  ) throws(CryptoError) -> [UInt8] {
    guard count > 0, count <= 255 * SHA256.size else {
      throw CryptoError(.invalidRequest, "\(count) bytes cannot be derived.")
    }
    var key: [UInt8] = []
    let pseudorandom = try hmacSHA256(
      key: salt.isEmpty ? [UInt8](repeating: 0, count: SHA256.size) : salt, message: secret)
    var block: [UInt8] = []
    var number: UInt8 = 0
    while key.count < count {
      number += 1
      block = try hmacSHA256(key: pseudorandom, message: block + info + [number])
      key += block
    }
    return Array(key[..<count])
  }
}
