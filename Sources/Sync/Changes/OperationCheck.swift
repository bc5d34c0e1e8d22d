package import HoldfastContract
import HoldfastWire

extension EntityShape {
  /// The operation with every value in canonical form.
  ///
  /// Throws when it is for another type, beyond a bound, or says what its fields cannot mean: a number with the bytes of a
  /// text, elements for what is no list, two new values for one field. After this, two values are the same if and only if
  /// their bytes are.
  package func checked(_ operation: EntityOperation) throws(SyncError) -> EntityOperation {
    guard operation.type == type else {
      throw SyncError(.malformed, "an operation on \(operation.type) is none on \(type)")
    }
    guard 1...Limits.keyBytes ~= operation.key.count else {
      throw SyncError(.tooLarge, "a key has 1 to \(Limits.keyBytes) bytes, not \(operation.key.count)")
    }
    switch operation.kind {
    case .create, .update: break
    case .delete:
      guard operation.changes.isEmpty else { throw SyncError(.malformed, "a deletion changes no fields") }
    default: throw SyncError(.malformed, "operation kind \(operation.kind.rawValue) is not known here")
    }
    guard operation.isWithinLimits else {
      throw SyncError(
        .tooLarge, "an operation has at most \(Limits.changes) changes of \(Limits.operationBytes) bytes together")
    }
    var operation = operation
    for index in operation.changes.indices {
      if index > 0 { try check(operation.changes[index], follows: operation.changes[index - 1]) }
      do {
        operation.changes[index] = try self[operation.changes[index].field].checked(operation.changes[index])
      } catch {
        throw SyncError(
          .malformed, "the change of field \(operation.changes[index].field) of \(type) is malformed", cause: error)
      }
    }
    return operation
  }

  /// Changes stand in ascending order of their fields; of one field there may be two, elements in and elements out.
  private func check(_ change: FieldChange, follows last: FieldChange) throws(SyncError) {
    if last.field < change.field { return }
    guard last.field == change.field, last.kind == .insert, change.kind == .remove else {
      throw SyncError(.malformed, "changes of field \(change.field) of \(type) do not go together or are out of order")
    }
  }
}

extension EntityShape.Field {
  fileprivate func checked(_ change: FieldChange) throws(MessageDecodingError) -> FieldChange {
    guard 1...Limits.fieldNumber ~= number else {
      throw MessageDecodingError(.malformed, "\(number) is no number of a field")
    }
    var change = change
    switch change.kind {
    case .assign:
      change.before = try canonical(change.before)
      change.after = try canonical(change.after)
      return change
    case .increment where counter != nil:
      return change
    case .insert where policy == .set, .remove where policy == .set:
      guard let elements else { break }
      change.after = try elements.union(change.after, [], of: number)
      return change
    case .append where policy == .append:
      guard let elements else { break }
      change.after = try elements.canonical(change.after, of: number, many: true)
      return change
    default: break
    }
    throw MessageDecodingError(
      .malformed, "\(change.kind) is no change of a field with the policy \(policy)", path: [number])
  }

  /// The field's bytes in the one form that they have.
  private func canonical(_ bytes: [UInt8]) throws(MessageDecodingError) -> [UInt8] {
    if let elements {
      if policy == .set { return try elements.union(bytes, [], of: number) }
      return try elements.canonical(bytes, of: number, many: isMany)
    }
    // All that can be said of an unknown kind is whose records these are.
    let fields: EntityFields
    do { fields = try EntityFields(bytes) } catch {
      throw error.cause ?? MessageDecodingError(.malformed, error.message, path: [number])
    }
    guard fields.all.allSatisfy({ $0.number == number }) else {
      throw MessageDecodingError(.malformed, "records of other fields among those of field \(number)", path: [number])
    }
    return bytes
  }
}

extension EntityOperation {
  /// Whether its changes are as few and as short as every hub takes them.
  var isWithinLimits: Bool {
    changes.count <= Limits.changes
      && changes.reduce(0) { $0 + $1.before.count + $1.after.count } <= Limits.operationBytes
  }

  /// What it says, without how it is sent: two sendings of one operation agree in this.
  package var content: [UInt8] {
    var content = self
    content.number = 0
    content.base = 0
    content.group = 0
    return content.encoded()
  }
}
