import COpenSSL

/// Bytes that nobody can guess.
public enum Random {
  /// `count` bytes from OpenSSL's generator. Throws if the system has no randomness to give.
  public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard let size = Int32(exactly: count) else {
      throw CryptoError(.invalidRequest, "\(count) random bytes at once are too many.")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, size) == 1 else { throw .fromQueue("No random bytes are to be had") }
    return bytes
  }
}
