package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// An entity type as a program brings it.
package struct EntityType: Sendable {
  package var description: EntityDescription
  package var upgrades: [EntityUpgrade]

  package init(_ description: EntityDescription, upgrades: [EntityUpgrade] = []) {
    self.description = description
    self.upgrades = upgrades
  }
}

/// What is done to a replica's file: each method is one step within a transaction that the caller holds.
///
/// It has no clock, no random numbers and no thread; times, in microseconds since 1970 by the device's clock, and fresh
/// identities are given to it. So a simulator runs the same steps as a program.
///
/// Invariants: an entity's local state is the hub's with the queue's operations on it applied in their order; a change
/// and its operation are there together or not at all; what was sent under a number is never changed under it.
package struct ReplicaBook: Sendable {
  /// The types that the program knows, each in the newest version that any program on this file has known.
  private(set) var shapes: [String: EntityShape] = [:]
  /// The versions in which this program makes operations.
  private var schemas: [String: UInt32] = [:]

  /// What has become different by a step, for those who watch.
  package struct Touched: Hashable, Sendable {
    package var entities: Set<EntityRef> = []
    /// Operations that have left the queue or are parked.
    package var settled: Set<UInt64> = []
    /// Whether operations have come or changed.
    package var isQueueTouched = false

    package init() {}

    package mutating func formUnion(_ other: Touched) {
      entities.formUnion(other.entities)
      settled.formUnion(other.settled)
      isQueueTouched = isQueueTouched || other.isQueueTouched
    }
  }

  // MARK: Opening

  /// Makes the file a replica if it is none, and tells it which types the program has.
  ///
  /// Every opening gets a name, which the operations that are made until the next one carry. A file may have come out of a
  /// backup, at the same place and under the same incarnation, and nothing in it tells. Its earlier life has used the
  /// numbers that come next, and the hub may have forgotten their outcomes. What is made from now on differs from that by
  /// its opening, however often the program is killed or a reply is lost: nothing made after the restore is taken for
  /// done. What waited in the backup keeps number and opening, so it is not done again if the earlier life has sent it.
  ///
  ///
  /// - Parameters:
  ///   - place: where the file is. A replica that was made elsewhere is a copy and gets a new incarnation.
  ///   - fresh: identities that nobody has used, for a device and for an incarnation.
  package static func open(
    space: String, types: [EntityType], place: [UInt8], fresh: (device: UUID, incarnation: UUID), at now: Int64,
    in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook {
    if let head = try transaction.storedHeadIfAny() {
      guard head.space == space else {
        throw ReplicaError(.wrongFile, "the file holds a replica of the space “\(head.space)”, not of “\(space)”")
      }
      try transaction.changeHead { (head) throws(StoreError) in
        head.opening = fresh.incarnation.halves
        guard head.place != place else { return }
        head.place = place
        head.incarnation = fresh.incarnation
      }
    } else {
      var head = ReplicaHead(device: fresh.device, incarnation: fresh.incarnation, place: place, space: space)
      head.opening = fresh.incarnation.halves
      try transaction.beginReplica(head)
    }
    var book = ReplicaBook()
    for type in types { _ = try book.register(type, at: now, in: transaction) }
    return book
  }

  /// Lets the program use a type. Of the versions that programs on this file have had, the highest counts; operations
  /// that an older one has queued, and that were never sent, are brought to it, or parked where that cannot be done.
  package mutating func register(
    _ type: EntityType, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    var shape = try EntityShape(type.description)
    let known = try Self.storedShape(shape.type, in: transaction)
    if let known, known.description.version > type.description.version {
      shape = known
    } else if known?.description != type.description {
      try transaction.execute(
        """
        INSERT INTO entity_type(type, version, description) VALUES($1, $2, $3)
        ON CONFLICT(type) DO UPDATE SET version = excluded.version, description = excluded.description
        """,
        [.text(shape.type), .integer(Int64(type.description.version)), .bytes(type.description.encoded())])
    }
    shapes[shape.type] = shape
    schemas[shape.type] = type.description.version
    guard let known, known.description.version < type.description.version else { return Touched() }
    return try upgrade(type, from: known.description, in: transaction)
  }

  package func knows(_ type: String) -> Bool { shapes[type] != nil }

  /// Takes over a type that another book has registered.
  mutating func adopt(_ type: EntityType, from other: ReplicaBook) {
    shapes[type.description.type] = other.shapes[type.description.type]
    schemas[type.description.type] = type.description.version
  }

  // MARK: Types

  /// The descriptions that a hub is told: those of other programs on this file too, whose operations may wait here.
  func descriptions(in transaction: borrowing WriteTransaction) throws -> [EntityDescription] {
    try transaction.all("SELECT description FROM entity_type ORDER BY type") { $0.bytes(0) }.map {
      try EntityDescription(decoding: $0)
    }
  }

  /// What is known of a type: by this program, by another that has used the file, or nothing.
  func shape<T: Transaction & ~Copyable>(of type: String, in transaction: borrowing T) throws -> EntityShape {
    if let known = shapes[type] { return known }
    if let stored = try Self.storedShape(type, in: transaction) { return stored }
    return try EntityShape(EntityDescription(type: type, version: 0))
  }

  func schema(of type: String) -> UInt32 { schemas[type] ?? 0 }

  private static func storedShape<T: Transaction & ~Copyable>(
    _ type: String, in transaction: borrowing T
  ) throws -> EntityShape? {
    let bytes = try transaction.first("SELECT description FROM entity_type WHERE type = $1", [.text(type)]) {
      $0.bytes(0)
    }
    guard let bytes else { return nil }
    return try EntityShape(try EntityDescription(decoding: bytes))
  }
}
