package import HoldfastContract
import HoldfastWire

extension EntityFields {
  /// Makes one change.
  package mutating func apply(_ change: FieldChange, shape: EntityShape) throws(SyncError) {
    do {
      self[change.field] = try shape[change.field].applying(change, to: self[change.field])
    } catch {
      throw SyncError(.malformed, "a change of field \(change.field) of \(shape.type) is malformed", cause: error)
    }
  }

  /// Makes the changes in their order.
  package mutating func apply(_ changes: [FieldChange], shape: EntityShape) throws(SyncError) {
    for change in changes { try apply(change, shape: shape) }
  }
}

extension EntityShape.Field {
  /// The field after the change. Whether the kind of change befits the field has been checked before.
  fileprivate func applying(_ change: FieldChange, to bytes: [UInt8]) throws(MessageDecodingError) -> [UInt8] {
    switch change.kind {
    case .assign: return change.after
    case .increment:
      guard let counter else { break }
      return try counter.adding(change.amount, to: bytes, of: number)
    case .insert:
      guard let elements else { break }
      return try elements.union(bytes, change.after, of: number)
    case .remove:
      guard let elements else { break }
      return try elements.subtracting(change.after, from: bytes, of: number)
    case .append:
      guard let elements else { break }
      return try elements.joined(bytes, change.after, of: number)
    default: break
    }
    throw MessageDecodingError(.malformed, "\(change.kind) is no change of this field", path: [number])
  }
}
