import HoldfastContract
package import HoldfastStore
package import HoldfastSync

/// An operation that waits for a decision, with what it is about.
package struct ParkedCase: Sendable {
  package let operation: StoredOperation
  package let record: EntityRecord?
  package let shape: EntityShape
  /// As the hub has it, or had it when it was last told of; nil when the hub has deleted it.
  package let server: EntityFields?
  /// As the operation finds it, behind what goes first; nil when there is nothing.
  package let before: EntityFields?
  /// As the operation makes it, without those behind it; of the hub's last state when the hub has deleted it. nil when
  /// the operation deletes it, or changes what is not known.
  package let mine: EntityFields?
}

extension ReplicaBook {
  /// The operation with what it is about.
  package func parkedCase(
    of operation: StoredOperation, in transaction: borrowing WriteTransaction
  ) throws -> ParkedCase {
    try parkedCase(of: operation, isAllWanted: try transaction.head().filters.isEmpty, in: transaction)
  }

  /// The operation with what it is about.
  package func parkedCase<T: Transaction & ~Copyable>(
    of operation: StoredOperation, in transaction: borrowing T
  ) throws -> ParkedCase {
    try parkedCase(of: operation, isAllWanted: try transaction.storedHead().filters.isEmpty, in: transaction)
  }

  private func parkedCase<T: Transaction & ~Copyable>(
    of operation: StoredOperation, isAllWanted: Bool, in transaction: borrowing T
  ) throws -> ParkedCase {
    let shape = try shape(of: operation.content.type, in: transaction)
    let record = try transaction.entity(operation.content.type, operation.content.key)
    let others = try transaction.operations(on: operation.entity)
    let lost = try record?.lost.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
    var server = try record?.server.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
    // The hub says of what has left the filters only that it is not wanted. It may well be there.
    let isGone = isAllWanted || record?.version ?? 0 > 0 || others.contains { $0.refusal?.isDeleted == true }
    if server == nil, !isGone { server = lost }
    let earlier = others.prefix { $0.position < operation.position }
    let before = Rebase.shown(server, earlier, shape)
    var mine = try Rebase.local(server: before, pending: [operation.content], shape: shape)
    if mine == nil, server == nil {
      mine = try Rebase.local(server: Rebase.shown(lost, earlier, shape), pending: [operation.content], shape: shape)
    }
    return ParkedCase(
      operation: operation, record: record, shape: shape, server: server, before: before, mine: mine)
  }
}

extension Rebase {
  /// What operations make of a state. What another version of the program made may mean nothing in this one: it waits and
  /// shows nothing.
  static func shown(
    _ fields: EntityFields?, _ operations: some Sequence<StoredOperation>, _ shape: EntityShape
  ) -> EntityFields? {
    operations.reduce(fields) { fields, operation in
      do throws(SyncError) {
        return try local(server: fields, pending: [operation.content], shape: shape)
      } catch {
        return fields
      }
    }
  }
}
