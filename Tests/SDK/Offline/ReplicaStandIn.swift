import HoldfastContract
import HoldfastSDK

// What generated entities expect of a replica.

struct Replica {
  func collection<E: Entity>(_ type: E.Type) -> EntityCollection<E> { EntityCollection() }
}

struct EntityCollection<E: Entity> {
  var type: String { E.entityDescription.type }
}

struct EntityConflictOf<E: Entity> {
  var delta: E.Delta
}
