internal import HoldfastStore
internal import HoldfastSync

extension SpaceSeal? {
  /// An entity's state as its row is to have it; nil where the hub seals nothing, and of an empty state.
  /// - Throws: `MissingKey` when a key has to be made first.
  func sealed(_ row: EntityRow, of type: EntityType, key: [UInt8]) throws -> SealedContent? {
    guard let self, row.fields.size > 0 else { return nil }
    return try self.seal(row.fields.message, of: .entity(type: type.id, key: key, version: row.version))
  }
}
