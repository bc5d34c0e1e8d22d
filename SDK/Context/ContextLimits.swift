/// The bounds of context.
public enum ContextLimits {
  /// Bytes of a key's name, and of the name under which a hub has it, with the prefix.
  public static let keyBytes = 900
  static let hubNameBytes = 1_024
  /// Keys that one question to a source asks for.
  public static let questionKeys = 256
  /// Lookups under way for one that asks for many, where the place cannot be asked for several at once.
  static let lookupsAtOnce = 32
  /// How often one value is asked for, whatever the policy says.
  public static let attempts = 100
  /// Keys of which is remembered that they could not be had just now.
  static let failures = 10_000
  /// What an entry of a cache needs beside its name and its bytes.
  static let entryBytes = 256
  /// Keys of which a composite remembers what its members came to.
  static let results = 10_000
  /// Members of a composite.
  public static let members = 64
}
