package import HoldfastContract
import HoldfastWire

/// Which entities a device wants. Without any filter it wants all.
package struct FilterSet: Hashable, Sendable {
  /// Of each type, what is wanted: entities that agree with one of these in all its fields.
  private var wanted: [String: [EntityFields]] = [:]
  /// The same filters have the same, in whatever order they are given.
  package let hash: UInt64

  package init(_ filters: [EntityFilter] = []) throws(SyncError) {
    guard filters.count <= Limits.filters else {
      throw SyncError(.tooLarge, "at most \(Limits.filters) filters are taken")
    }
    var parts: Set<[UInt8]> = []
    for filter in filters {
      guard 1...Limits.typeBytes ~= filter.type.utf8.count, filter.equal.count <= Limits.stateBytes else {
        throw SyncError(.tooLarge, "a filter names a type of 1 to \(Limits.typeBytes) bytes, and few values")
      }
      let fields = try EntityFields(filter.equal)
      wanted[filter.type, default: []].append(fields)
      parts.insert(EntityFilter(type: filter.type, equal: fields.message).encoded())
    }
    var hash = SipHash()
    for part in parts.sorted(by: { $0.lexicographicallyPrecedes($1) }) { hash.add(counted: part) }
    self.hash = hash.digest.0
  }

  package var isEmpty: Bool { wanted.isEmpty }

  /// Whether any entity of the type can be wanted.
  package func wants(type: String) -> Bool {
    wanted.isEmpty || wanted[type] != nil
  }

  /// Whether an entity is wanted. A zero that a filter spells out also agrees with a field that has no value.
  package func matches(type: String, _ fields: EntityFields) -> Bool {
    if wanted.isEmpty { return true }
    return wanted[type]?.contains { filter in
      filter.all.allSatisfy { field in
        let value = fields[field.number]
        return value == field.bytes || value.isEmpty && Self.isZero(field.bytes)
      }
    } ?? false
  }

  /// Whether a device may have an entity that is not wanted: whether it was there when the device was told of changes the
  /// last time, up to `told`, and a field that the filters compare has changed since the device had everything, at
  /// `sequence`.
  package func mayHaveLeft(
    type: String, _ marks: EntityMarks, since sequence: UInt64, told: UInt64
  ) -> Bool {
    guard marks.born <= told else { return false }
    // A field that was never set may have been before the entity was deleted and created again.
    let mayBeNew = marks.fields.allSatisfy { $0.version > sequence }
    return wanted[type]?.contains { filter in
      filter.all.contains { field in marks[field.number].map { $0.version > sequence } ?? mayBeNew }
    } ?? false
  }

  /// Whether the bytes are a tag and nothing but zeros: a length of none, the number 0, false.
  private static func isZero(_ bytes: [UInt8]) -> Bool {
    bytes.drop { $0 & 0x80 != 0 }.dropFirst().allSatisfy { $0 == 0 }
  }
}
