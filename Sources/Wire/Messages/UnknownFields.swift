/// Fields that were received and that the definition does not know: their tags and payloads, byte for byte, in the order
/// in which they came.
public struct UnknownFields: Sendable, Hashable {
  /// The fields in wire format, written unchanged after the known fields.
  public var bytes: [UInt8]

  /// No fields.
  public init() {
    bytes = []
  }
}
