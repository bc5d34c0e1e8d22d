import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// Operations that an older version of the program has queued.
extension ReplicaBook {
  /// Brings operations that were never sent, or are parked, to the version at hand. What was sent stays what it was,
  /// since the hub may know it as that. None is dropped: one that means nothing any longer is parked.
  func upgrade(
    _ type: EntityType, from origin: EntityDescription, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    let shape = try EntityShape(type.description)
    var stale: [StoredOperation] = []
    try transaction.forEachOperation { operation in
      let isOpen = operation.state == .fresh || operation.isParked
      if isOpen, operation.content.type == shape.type, operation.content.schema < type.description.version {
        stale.append(operation)
      }
      return true
    }
    var touched = Touched()
    touched.isQueueTouched = !stale.isEmpty
    for var operation in stale {
      let from = operation.content.schema == origin.version ? origin : nil
      switch shape.upgrade(operation.content, by: type.upgrades, from: from) {
      case .current(let content):
        operation.content = content
        if operation.isParked {
          try renumber(operation, state: .parked, refusal: operation.refusal, transaction)
        } else {
          try transaction.store(operation)
        }
      case .parked(let reason):
        operation.state = .parked
        operation.refusal = Outcome(
          number: operation.content.number, kind: .rejected, status: UInt32(Status.failedPrecondition.rawValue),
          message: reason.message)
        try transaction.store(operation)
        touched.settled.insert(operation.position)
      }
      touched.entities.insert(operation.entity)
    }
    for entity in touched.entities { try rebase(entity, in: transaction) }
    if !stale.isEmpty { try transaction.changeHead { (head) throws(StoreError) in head.edits += 1 } }
    return touched
  }
}
