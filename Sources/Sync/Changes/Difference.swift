package import HoldfastContract
import HoldfastWire

/// What lies between two states of an entity, as the changes that lead from one to the other.
package enum Difference {
  /// The changes that make `new` of `old`, in ascending order of their fields.
  ///
  /// Fields whose policy merges deltas change by what is added and removed, so that another device's changes of the same
  /// field survive; all others get a new value. Applying the changes to `old` gives `new`.
  package static func changes(
    from old: EntityFields, to new: EntityFields, shape: EntityShape
  ) throws(SyncError) -> [FieldChange] {
    var changes: [FieldChange] = []
    let numbers = Set(old.all.map(\.number)).union(new.all.map(\.number))
    for number in numbers.sorted() where old[number] != new[number] {
      let field = shape[number]
      do {
        changes += try field.changes(from: old[number], to: new[number])
      } catch {
        throw SyncError(.malformed, "field \(number) of \(shape.type) is malformed", cause: error)
      }
    }
    return changes
  }
}

extension EntityShape.Field {
  fileprivate func changes(from old: [UInt8], to new: [UInt8]) throws(MessageDecodingError) -> [FieldChange] {
    let assignment = FieldChange(field: number, kind: .assign, before: old, after: new)
    if let counter {
      let amount = try counter.difference(from: old, to: new, of: number)
      // A zero that is spelled out has the same number as none.
      guard amount != 0 else { return [assignment] }
      return [FieldChange(field: number, kind: .increment, amount: amount)]
    }
    guard let elements else { return [assignment] }
    switch policy {
    case .set:
      let inserted = try elements.subtracting(old, from: new, of: number)
      let removed = try elements.subtracting(new, from: old, of: number)
      // Sets in another form or order have the same elements.
      guard !inserted.isEmpty || !removed.isEmpty else { return [assignment] }
      return [(FieldChangeKind.insert, inserted), (.remove, removed)]
        .filter { !$0.1.isEmpty }
        .map { FieldChange(field: number, kind: $0.0, after: $0.1) }
    case .append:
      guard let rest = try elements.rest(of: new, after: old, of: number), !rest.isEmpty else { return [assignment] }
      return [FieldChange(field: number, kind: .append, after: rest)]
    default: return [assignment]
    }
  }
}
