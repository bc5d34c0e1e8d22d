/// An entity as the hub keeps it.
package struct EntityRow: Hashable, Sendable {
  /// Of a deleted entity only what may be needed again.
  package var fields: EntityFields
  package var marks: EntityMarks
  /// The sequence of the change that wrote it.
  package var version: UInt64
  /// Whether this is the tombstone of an entity.
  package var isDeleted: Bool
  /// Whether the entity is gone for good.
  package var isErased: Bool

  package init(
    fields: EntityFields = EntityFields(), marks: EntityMarks = EntityMarks(), version: UInt64 = 0,
    isDeleted: Bool = false, isErased: Bool = false
  ) {
    self.fields = fields
    self.marks = marks
    self.version = version
    self.isDeleted = isDeleted
    self.isErased = isErased
  }

  /// What devices are told: the entity's message, and nothing of a deleted one.
  package var state: [UInt8] { isDeleted || isErased ? [] : fields.message }
}
