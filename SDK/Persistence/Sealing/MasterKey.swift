import HoldfastCrypto
import HoldfastStore

/// Where the secret comes from that unlocks sealed values.
public struct MasterKey: Sendable {
  private let secret: MasterSecret

  /// 32 random bytes in a file that its owner alone may read (0600); made when there is none.
  public static func file(_ path: String) -> MasterKey { MasterKey(secret: .file(path)) }

  /// 64 hexadecimal digits in an environment variable.
  public static func environment(_ name: String) -> MasterKey { MasterKey(secret: .environment(name)) }

  /// A credential of the service that systemd hands to it (`LoadCredential=`): 32 bytes, or 64 hexadecimal digits.
  public static func systemdCredential(_ name: String) -> MasterKey { MasterKey(secret: .systemdCredential(name)) }

  /// What a person knows, stretched by scrypt.
  public static func passphrase(_ text: String) -> MasterKey { MasterKey(secret: .passphrase(text)) }

  /// 32 bytes from somewhere else.
  public static func bytes(_ bytes: [UInt8]) -> MasterKey { MasterKey(secret: .bytes(bytes)) }

  /// The key that seals other keys. Blocks, a passphrase for a third of a second or so.
  ///
  /// - Parameter salt: of the place that is unlocked, so that one passphrase gives each place another key.
  func key(salt: [UInt8], cost: KeyDerivation.Cost) throws(StorageError) -> SealingKey {
    do {
      return try secret.key(salt: salt, cost: cost)
    } catch let error as MasterSecretError {
      throw StorageError(error.code == .wrongKey ? .wrongKey : .notPermitted, error.description)
    } catch {
      throw StorageError(error, "the master key cannot be had")
    }
  }
}
