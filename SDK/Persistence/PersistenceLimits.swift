/// The bounds of saving and loading.
public enum PersistenceLimits {
  /// Bytes of a key.
  public static let keyBytes = 16 << 10
  /// Keys of one page of a listing.
  public static let page = 256
  /// How often a transaction runs when others change what it has read.
  public static let transactionAttempts = 16
  /// Changes of one transaction.
  public static let changes = 10_000
  /// Bytes of one value in a file.
  public static let fileBytes = 1 << 30
  /// Bytes of a file that is kept for the next value when it is replaced.
  static let spareBytes = 256 << 10
  /// Bytes of one value in an SQLite file, with its key.
  public static let rowBytes = 512 << 20
  /// Bytes of a preferences file, which is written whole with each change.
  public static let preferencesBytes = 8 << 20
  /// Objects and arrays within one another that are stored in a preferences file as they are; deeper ones as base64.
  static let preferencesDepth = 64
}
