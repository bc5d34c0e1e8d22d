package import HoldfastStore

/// An entity as a replica's file has it.
package struct EntityRecord: Hashable, Sendable {
  package var id: Int64
  package var type: String
  package var key: [UInt8]
  /// What the hub gave the state, or the deletion, that it is known to have; 0: nothing is known.
  package var version: UInt64
  /// The hub's state; nil when it has none as far as is known here.
  package var server: [UInt8]?
  /// What the program sees while operations wait; nil when there is nothing to see.
  package var local: [UInt8]?
  /// The hub's last state, when the hub has deleted it under operations that wait, or it has left the filters.
  package var lost: [UInt8]?
  /// Operations on it that have no outcome yet.
  package var pending: Int64

  /// What the program sees.
  package var visible: [UInt8]? { pending > 0 ? local : server }
}

extension Transaction where Self: ~Copyable {
  package func entity(_ type: String, _ key: [UInt8]) throws(StoreError) -> EntityRecord? {
    try first(
      "SELECT id, type, key, version, server, local, lost, pending FROM entity WHERE type = $1 AND key = $2",
      [.text(type), .bytes(key)]
    ) { EntityRecord($0) }
  }

  /// The entity in that row.
  func entity(at row: Int64) throws(StoreError) -> EntityRecord? {
    try first(
      "SELECT id, type, key, version, server, local, lost, pending FROM entity WHERE id = $1", [.integer(row)]
    ) { EntityRecord($0) }
  }

  /// What the program sees of an entity: its state, nil when there is none.
  package func visibleState(_ type: String, _ key: [UInt8]) throws(StoreError) -> [UInt8]? {
    try first(
      "SELECT CASE WHEN pending > 0 THEN local ELSE server END FROM entity WHERE type = $1 AND key = $2",
      [.text(type), .bytes(key)]
    ) { $0.optionalBytes(0) } ?? nil
  }

  /// Lends what the program sees of the entities of a type, in the order of their keys, until `body` returns false.
  package func forEachVisible(
    _ type: String, _ body: (_ key: [UInt8], _ state: [UInt8]) throws(StoreError) -> Bool
  ) throws(StoreError) {
    try forEach(
      """
      SELECT key, CASE WHEN pending > 0 THEN local ELSE server END FROM entity WHERE type = $1 ORDER BY key
      """, [.text(type)]
    ) { (row) throws(StoreError) in
      guard let state = row.optionalBytes(1) else { return true }
      return try body(row.bytes(0), state)
    }
  }
}

extension EntityRecord {
  package init(_ row: borrowing Row) {
    id = row.integer(0)
    type = row.text(1)
    key = row.bytes(2)
    version = UInt64(bitPattern: row.integer(3))
    server = row.optionalBytes(4)
    local = row.optionalBytes(5)
    lost = row.optionalBytes(6)
    pending = row.integer(7)
  }
}

/// Names an entity among all that a replica holds.
package struct EntityRef: Hashable, Sendable {
  package var type: String
  package var key: [UInt8]

  package init(type: String, key: [UInt8]) {
    self.type = type
    self.key = key
  }

  /// All of the key at once: an array hashes its elements one by one.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    key.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}
