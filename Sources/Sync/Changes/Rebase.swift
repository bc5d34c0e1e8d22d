package import HoldfastContract

/// What a device shows: the hub's state with the device's own changes on top.
package enum Rebase {
  /// The local state of an entity, nil when there is none.
  ///
  /// `server` is the entity as the hub has it, as far as the device knows, and nil when it has none. `pending` are the
  /// operations of this entity that have no outcome, in their order; one that only changes what is no longer there shows
  /// nothing.
  package static func local(
    server: EntityFields?, pending: [EntityOperation], shape: EntityShape
  ) throws(SyncError) -> EntityFields? {
    var local = server
    for operation in pending {
      switch operation.kind {
      case .delete: local = nil
      case .create:
        var created = local ?? EntityFields()
        try created.apply(operation.changes, shape: shape)
        local = created
      default: try local?.apply(operation.changes, shape: shape)
      }
    }
    return local
  }
}
