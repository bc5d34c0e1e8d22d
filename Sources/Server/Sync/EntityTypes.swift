internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// An entity type of one space, with the description that is in force.
struct EntityType: Sendable {
  var id: Int64
  var shape: EntityShape
}

/// The descriptions of entity types. Of one type there may be several; that with the highest version is in force.
enum EntityTypeTable {
  /// Of a type, when there is such.
  static func find<Reading: Transaction & ~Copyable>(
    _ name: String, in space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> EntityType? {
    try transaction.first(
      """
      SELECT t.id, d.description FROM entity_type AS t JOIN entity_description AS d ON d.type = t.id
      WHERE t.space = $1 AND t.name = $2 ORDER BY d.version DESC LIMIT 1
      """, [.integer(space), .text(name)]
    ) { (row) throws(StoreError) in
      do {
        return EntityType(
          id: row.integer(0), shape: try EntityShape(EntityDescription(decoding: row.bytes(1))))
      } catch {
        throw StoreError(.corrupt, "the description of the entity type \(name) is damaged: \(error)")
      }
    }
  }

  /// The hash of a description; nil when there is none of that version.
  static func hash<Reading: Transaction & ~Copyable>(
    of description: EntityDescription, in space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [UInt8]? {
    try transaction.first(
      """
      SELECT d.hash FROM entity_type AS t JOIN entity_description AS d ON d.type = t.id
      WHERE t.space = $1 AND t.name = $2 AND d.version = $3
      """, [.integer(space), .text(description.type), .integer(Int64(description.version))]
    ) { $0.bytes(0) }
  }

  /// Notes a description that the hub does not have.
  static func insert(
    _ description: EntityDescription, in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws {
    let type = try transaction.first(
      "SELECT id FROM entity_type WHERE space = $1 AND name = $2", [.integer(space), .text(description.type)]
    ) { $0.integer(0) }
    let id = try type ?? insertType(description.type, in: space, transaction)
    try transaction.execute(
      "INSERT INTO entity_description (type, version, hash, description) VALUES ($1, $2, $3, $4)",
      [
        .integer(id), .integer(Int64(description.version)), .bytes(description.hash),
        .bytes(description.encoded()),
      ])
    transaction.shared(EntityTypes.self).forget(description.type, in: space)
  }

  private static func insertType(
    _ name: String, in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> Int64 {
    let count = try transaction.first(
      "SELECT count(*) FROM entity_type WHERE space = $1", [.integer(space)]
    ) { $0.integer(0) }
    guard count ?? 0 < Limits.entityTypes else { throw SyncRefusal.tooMany("entity types", Limits.entityTypes) }
    let id = try transaction.first(
      "INSERT INTO entity_type (space, name) VALUES ($1, $2) RETURNING id", [.integer(space), .text(name)]
    ) { $0.integer(0) }
    guard let id else { throw StoreError(.corrupt, "an entity type that was inserted has no id") }
    return id
  }
}

extension EntityDescription {
  /// What tells it from another of the same version.
  var hash: [UInt8] { SHA256.hash(encoded()) }
}

/// The types that the writer has at hand, so that a description is read and checked once and not for every push.
///
/// Exact, because nobody but the writer changes descriptions: whatever a job has touched is forgotten when the job is
/// undone, and everything when its group is.
final class EntityTypes: GroupState {
  private struct Name: Hashable {
    var space: Int64
    var name: String
  }

  private var known: [Name: EntityType] = [:]
  /// Those that the job which runs now has read.
  private var touched: [Name] = []

  init() {}

  /// The type of that name; nil when no device has described it.
  func find(
    _ name: String, in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> EntityType? {
    let place = Name(space: space, name: name)
    if let type = known[place] { return type }
    guard let type = try EntityTypeTable.find(name, in: space, transaction) else { return nil }
    if known.count >= Limits.recentTypes { known.removeAll() }
    known[place] = type
    touched.append(place)
    return type
  }

  /// Its description has changed.
  func forget(_ name: String, in space: Int64) { known[Name(space: space, name: name)] = nil }

  func jobEnded(kept: Bool) {
    if !kept { for name in touched { known[name] = nil } }
    touched.removeAll(keepingCapacity: true)
  }

  func flush(_ transaction: borrowing WriteTransaction) {}

  func outlivesCommit() -> Bool { true }
}
