internal import HoldfastStore
internal import HoldfastSync

extension SpaceSeal? {
  /// An entity's state as its row is to have it; nil where the hub seals nothing, and of an empty state.
  /// - Throws: `MissingKey` when a key has to be made first.
  func sealed(_ row: EntityRow, of type: EntityType, key: [UInt8]) throws -> SealedContent? {
    guard let self, row.fields.size > 0 else { return nil }
    return try self.seal(
      row.fields.message, of: .entity(type: type.id, key: key, version: row.version),
      subject: type.subject(of: row.fields))
  }
}

extension EntityType {
  /// By whose key an entity is sealed; empty for that of the space.
  func subject(of fields: EntityFields?) -> String {
    // Of a field that cannot be read, judging says so; nobody is in it.
    guard let fields, let subject = try? shape.subject(of: fields), Self.canBeSubject(subject) else { return "" }
    return subject
  }

  /// Whether values can be about somebody of that name as well.
  static func canBeSubject(_ name: String) -> Bool {
    name.utf8.count <= Limits.subjectBytes && !name.utf8.contains(0)
  }
}
