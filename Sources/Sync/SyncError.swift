package import HoldfastWire

/// Why something about entities cannot be done.
package struct SyncError: Error, Sendable, Hashable {
  /// The kind of fault. More kinds may be added.
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Bytes are not what the field's kind says, or an operation contradicts itself.
    package static let malformed = Code(description: "malformed")
    /// An entity's description contradicts itself or asks for what does not exist.
    package static let description = Code(description: "description")
    /// Beyond one of `Limits`.
    package static let tooLarge = Code(description: "tooLarge")

    /// An operation is of another version of its entity, and cannot be brought to the one at hand.
    package static let version = Code(description: "version")

    package let description: String
  }

  package var code: Code
  /// What was found, and what was expected.
  package var message: String
  /// What the bytes were found to be, if they were at fault.
  package var cause: MessageDecodingError?

  package init(_ code: Code, _ message: String, cause: MessageDecodingError? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }
}

extension SyncError: CustomStringConvertible {
  package var description: String {
    cause.map { "\(message): \($0)" } ?? message
  }
}
