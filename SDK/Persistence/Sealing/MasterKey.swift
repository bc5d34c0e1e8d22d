import HoldfastCrypto
import HoldfastRPC
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the secret comes from that unlocks sealed values.
public enum MasterKey: Sendable {
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
  /// - Parameter salt: of the place that is unlocked, so that one passphrase gives each place another key.
  func key(salt: [UInt8], cost: KeyDerivation.Cost) throws(StorageError) -> SealingKey {
    do {
      if case .passphrase(let passphrase) = self {
        return try SealingKey(KeyDerivation.scrypt(passphrase, salt: salt, cost: cost))
      }
      return try SealingKey(
        KeyDerivation.hkdf(secret(), salt: salt, info: Array("holdfast sealed values".utf8)))
    } catch {
      throw StorageError(error, "the master key cannot be had")
    }
  }

  private func secret() throws -> [UInt8] {
    switch self {
    case .file(let path): return try Self.readOrMake(path)
    case .environment(let name):
      guard let text = getenv(name).map({ String(cString: $0) }) else {
        throw StorageError(.wrongKey, "the environment has no \(name): set it to 64 hexadecimal digits")
      }
      return try Self.secret(Array(text.utf8), "the environment's \(name)")
    case .systemdCredential(let name):
      guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }) else {
        throw StorageError(
          .wrongKey, "no CREDENTIALS_DIRECTORY: add LoadCredential=\(name):PATH to the service's unit")
      }
      return try Self.secret(LocalFile.read("\(folder)/\(name)", limit: 4096), "the credential \(name)")
    case .bytes(let bytes): return try Self.secret(bytes, "the key")
    case .passphrase: throw StorageError(.failed, "a passphrase is no key by itself")
    }
  }

  private static func secret(_ bytes: [UInt8], _ what: String) throws(StorageError) -> [UInt8] {
    if bytes.count == SealingKey.size { return bytes }
    var text = String(decoding: bytes, as: UTF8.self)
    while text.last?.isWhitespace == true { text.removeLast() }
    guard let secret = HoldfastCrypto.bytes(hex: text), secret.count == SealingKey.size else {
      throw StorageError(.wrongKey, "\(what) is not \(SealingKey.size) bytes, nor their hexadecimal digits")
    }
    return secret
  }

  private static func readOrMake(_ path: String) throws -> [UInt8] {
    if let status = try LocalFile.status(of: path) {
      guard status.mode & 0o077 == 0 else {
        throw StorageError(.notPermitted, "others may read \(path): take that from them with chmod 600 \(path)")
      }
      return try secret(LocalFile.read(path, limit: 4096), path)
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
