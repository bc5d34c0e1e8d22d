package import HoldfastContract
import HoldfastStore
package import HoldfastSync

/// Entities and changes by the names that a description gives to fields.
package struct NamedField: Sendable, Hashable {
  package var name: String
  package var isMany: Bool
  /// None when it is zero, empty or absent.
  package var values: [FieldValue]
}

/// What an operation does to one field.
package struct NamedChange: Sendable, Hashable {
  package var name: String
  package var isMany: Bool
  package var kind: FieldChangeKind
  /// Of an assignment, as the device saw it.
  package var before: [FieldValue]
  package var after: [FieldValue]
  package var amount: Int64
}

extension EntityDescription {
  /// What is known of a field. One that the description does not name is called by its number.
  func field(_ number: UInt32) -> FieldDescription {
    fields.first { $0.number == number } ?? FieldDescription(number: number, name: "\(number)")
  }

  /// The field of a name, or of a number that has none.
  func field(named name: String) throws(ReplicaError) -> FieldDescription {
    if let field = fields.first(where: { $0.name == name }) { return field }
    if let number = UInt32(name) { return field(number) }
    let names = fields.map(\.name).joined(separator: ", ")
    throw ReplicaError(
      .invalid, "\(type) has no field \(name)" + (names.isEmpty ? "" : "; there are \(names)"))
  }

  /// The fields that have a value.
  func named(_ fields: EntityFields) throws(SyncError) -> [NamedField] {
    var named: [NamedField] = []
    for field in fields.all {
      let known = self.field(field.number)
      named.append(NamedField(name: known.name, isMany: known.many, values: try known.values(in: field.bytes)))
    }
    return named
  }

  func named(_ change: FieldChange) throws(SyncError) -> NamedChange {
    let known = field(change.field)
    return NamedChange(
      name: known.name, isMany: known.many, kind: change.kind, before: try known.values(in: change.before),
      after: try known.values(in: change.after), amount: change.amount)
  }
}

/// An entity as it is seen on the device.
package struct NamedEntity: Sendable, Hashable {
  package var type: String
  /// As it travels.
  package var key: [UInt8]
  /// What the hub gave it; 0 when the hub does not have it, as far as is known.
  package var version: UInt64
  /// Whether operations on it wait.
  package var isChanged: Bool
  package var fields: [NamedField]
}

extension Replica {
  /// Entities in the order of their types and keys, from after `last`; at most `limit`.
  package func entities(after last: NamedEntity?, limit: Int) async throws -> [NamedEntity] {
    let (type, key) = (last?.type ?? "", last?.key ?? [])
    return try await core.read { book, transaction in
      let records = try transaction.all(
        """
        SELECT id, type, key, version, server, local, lost, pending FROM entity
        WHERE (type, key) > ($1, $2) AND CASE WHEN pending > 0 THEN local ELSE server END IS NOT NULL
        ORDER BY type, key LIMIT $3
        """, [.text(type), .bytes(key), .integer(Int64(limit))]
      ) { EntityRecord($0) }
      return try records.map { record in
        let description = try book.shape(of: record.type, in: transaction).description
        return NamedEntity(
          type: record.type, key: record.key, version: record.version, isChanged: record.pending > 0,
          fields: try description.named(EntityFields(record.visible ?? [])))
      }
    }
  }
}
