/// The bounds of the compiler. Each one ends in a diagnostic, never in a trap.
public enum Limits {
  /// Bytes of one definition file.
  public static let fileBytes = 4 << 20
  /// Files in one compilation, imports included.
  public static let files = 1_000
  /// Diagnostics of one file; what comes after is counted by none.
  public static let diagnosticsPerFile = 100
  /// Messages inside messages.
  public static let nesting = 16
  /// Bytes of a name.
  public static let nameBytes = 64

  /// Numbers of fields, as protobuf has them.
  public static let fieldNumbers = 1...536_870_911
  /// Numbers that protobuf keeps for itself.
  public static let protobufNumbers = 19_000...19_999
  /// Numbers of enum values.
  public static let enumNumbers = 0...2_147_483_647
  /// Numbers of the calls of a service.
  public static let callNumbers = 1...1_023
  /// Numbers of services. Below `firstServiceNumber` they belong to the hub.
  public static let serviceNumbers = 1...4_194_303
  public static let firstServiceNumber = 1_000
  /// Numbers of the errors of a package.
  public static let errorNumbers = 1...65_535
  /// Bytes that a call may name as its request or reply limit.
  public static let messageBytes = 1...(1 << 30)
}
