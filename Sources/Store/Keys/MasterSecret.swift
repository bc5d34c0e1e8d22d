package import HoldfastCrypto

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the secret comes from that unlocks the keys of a place: a device's sealed values, or a hub's data.
package enum MasterSecret: Sendable {
  /// 32 random bytes in a file that its owner alone may read (0600); made when there is none.
  case file(String)
  /// 64 hexadecimal digits in an environment variable.
  case environment(String)
  /// A credential of the service that systemd hands to it (`LoadCredential=`): 32 bytes, or 64 hexadecimal digits.
  case systemdCredential(String)
  /// What a person knows, stretched by scrypt.
  case passphrase(String)
  /// 32 bytes from somewhere else.
  case bytes([UInt8])

  /// The key that seals other keys. Blocks, a passphrase for a third of a second or so.
  ///
  /// - Parameters:
  ///   - salt: of the place that is unlocked, so that one secret gives each place another key.
  ///   - mayMake: whether a file that is missing is made. Not where something was sealed by it.
  /// - Throws: `MasterSecretError`, or what the file system or OpenSSL says.
  package func key(salt: [UInt8], cost: KeyDerivation.Cost, mayMake: Bool = true) throws -> SealingKey {
    if case .passphrase(let passphrase) = self {
      return try SealingKey(KeyDerivation.scrypt(passphrase, salt: salt, cost: cost))
    }
    return try SealingKey(
      KeyDerivation.hkdf(secret(mayMake), salt: salt, info: Array("holdfast sealed values".utf8)))
  }

  private func secret(_ mayMake: Bool) throws -> [UInt8] {
    switch self {
    case .file(let path): return try Self.read(path, mayMake: mayMake)
    case .environment(let name):
      guard let text = getenv(name).map({ String(cString: $0) }) else {
        throw MasterSecretError(.wrongKey, "the environment has no \(name): set it to 64 hexadecimal digits")
      }
      return try Self.secret(Array(text.utf8), "the environment's \(name)")
    case .systemdCredential(let name):
      guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }) else {
        throw MasterSecretError(
          .wrongKey, "no CREDENTIALS_DIRECTORY: add LoadCredential=\(name):PATH to the service's unit")
      }
      return try Self.secret(LocalFile.read("\(folder)/\(name)", limit: 4096), "the credential \(name)")
    case .bytes(let bytes): return try Self.secret(bytes, "the key")
    case .passphrase(let text): return Array(text.utf8)
    }
  }

  private static func secret(_ bytes: [UInt8], _ what: String) throws(MasterSecretError) -> [UInt8] {
    if bytes.count == SealingKey.size { return bytes }
    var text = String(decoding: bytes, as: UTF8.self)
    while text.last?.isWhitespace == true { text.removeLast() }
    guard let secret = HoldfastCrypto.bytes(hex: text), secret.count == SealingKey.size else {
      throw MasterSecretError(.wrongKey, "\(what) is not \(SealingKey.size) bytes, nor their hexadecimal digits")
    }
    return secret
  }

  private static func read(_ path: String, mayMake: Bool) throws -> [UInt8] {
    if let status = try LocalFile.status(of: path) {
      guard status.mode & 0o077 == 0 else {
        throw MasterSecretError(.notPermitted, "others may read \(path): take that from them with chmod 600 \(path)")
      }
      return try secret(LocalFile.read(path, limit: 4096), path)
    }
    guard mayMake else {
      throw MasterSecretError(.wrongKey, "\(path) is gone, the key by which others are sealed: put it back")
    }
    // Two processes that make it at once end with the same: the lock lets one make it, and the other find it.
    return try FileLock(path + ".lock", shared: false).holding {
      if try LocalFile.status(of: path) != nil { return try secret(LocalFile.read(path, limit: 4096), path) }
      let bytes = try Random.bytes(SealingKey.size)
      try LocalFile.replace(path, with: bytes, mode: 0o600)
      return bytes
    }
  }
}

/// Why a master secret cannot be had.
package struct MasterSecretError: Error, Hashable, CustomStringConvertible {
  package enum Code: Sendable {
    /// There is none, or it is none.
    case wrongKey
    /// Others than its owner could read it.
    case notPermitted
  }

  package let code: Code
  /// What is wrong and what to do.
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
