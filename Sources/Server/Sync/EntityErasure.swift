internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Erases the entities of a space that are about a subject, some at a time.
///
/// What goes leaves a tombstone for ever: devices learn of it and let the entity go, and what they had queued for it is
/// answered with `gone`. Its state, its conflicts, and the outcomes that tell of its state go.
struct EntityErasure: Sendable {
  /// What an entity that is about the subject agrees with.
  private let wanted: FilterSet
  private let types: [String]
  let space: String
  /// Entities that were written after this change stay.
  let until: Int64
  let who: String
  private let seal: SpaceSeal?

  /// - Parameter fields: those by which entities are known, beside those that their types declare.
  /// - Returns: nil when there is nothing to look for.
  /// - Throws: `invalidArgument` for a type or a field that the space does not have, or that no subject can be in.
  init?(
    of subject: String, by fields: [SubjectField], in space: String, until: Int64, who: String,
    opening seal: SpaceSeal?, _ transaction: borrowing WriteTransaction
  ) throws {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    let declared = try Self.declared(of: subject, in: account.id, transaction)
    let named = try fields.map { field in
      guard let type = try transaction.shared(EntityTypes.self).find(field.type, in: account.id, transaction) else {
        throw CallError<Never>(.invalidArgument, "the space has no entities of a type \(field.type)")
      }
      guard let found = type.shape.description.fields.first(where: { $0.name == field.field }) else {
        throw CallError<Never>(.invalidArgument, "entities of the type \(field.type) have no field \(field.field)")
      }
      return EntityFilter(type: field.type, equal: try Self.bytes(of: found, subject))
    }
    let filters = named + declared.filter { !named.contains($0) }
    guard !filters.isEmpty else { return nil }
    do {
      wanted = try FilterSet(filters)
    } catch {
      throw CallError<Never>(.invalidArgument, error.description)
    }
    types = filters.map(\.type)
    (self.space, self.until, self.who, self.seal) = (space, until, who, seal)
  }

  /// What entities agree with that are about the subject by what their types declare.
  private static func declared(
    of subject: String, in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> [EntityFilter] {
    let names = try transaction.all("SELECT name FROM entity_type WHERE space = $1 ORDER BY id", [.integer(space)]) {
      $0.text(0)
    }
    return try names.compactMap { name in
      let description = try transaction.shared(EntityTypes.self).find(name, in: space, transaction)?.shape.description
      guard let description, let field = description.fields.first(where: { $0.number == description.subject }) else {
        return nil
      }
      // Nobody whose name is no uuid can be in a uuid.
      if field.kind == .uuid, UUID(uuidString: subject) == nil { return nil }
      return EntityFilter(type: name, equal: try bytes(of: field, subject))
    }
  }

  /// A field as an entity has it whose value is the subject.
  private static func bytes(of field: FieldDescription, _ subject: String) throws -> [UInt8] {
    let content: [UInt8]
    switch (field.kind, field.many) {
    case (.string, false): content = Array(subject.utf8)
    case (.uuid, false):
      guard let id = UUID(uuidString: subject) else {
        throw CallError<Never>(.invalidArgument, "\(field.name) is a uuid, and \(subject) is none")
      }
      content = withUnsafeBytes(of: id.uuid) { Array($0) }
    default:
      throw CallError<Never>(.invalidArgument, "\(field.name) is neither a text nor a uuid: no subject can be in it")
    }
    // Both are counted bytes on the wire.
    return varint(UInt64(field.number) << 3 | 2) + varint(UInt64(content.count)) + content
  }

  private static func varint(_ number: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  // MARK: Entities

  static let candidates: SQL = """
    SELECT e.id, t.name, e.type, e.key, e.state, e.seal, e.marks, e.is_deleted
    FROM entity AS e JOIN entity_type AS t ON t.id = e.type
    WHERE e.id > $1 AND e.id <= $2 AND e.is_erased = 0 ORDER BY e.id LIMIT $3
    """

  /// Looks at some of the space's entities, after one change.
  ///
  /// - Returns: how many were erased, and the change to go on after; nil when all have been looked at.
  func removeSome(
    after last: Int64, now: Moment, _ transaction: borrowing WriteTransaction
  ) throws -> (count: Int, end: Int64?) {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    let range = [last, until].map { ChangeID(space: account.id, sequence: $0).rawValue }
    let found = try transaction.all(
      Self.candidates, [.integer(range[0]), .integer(range[1]), .integer(Limits.sealedRows)]
    ) { (row) throws(StoreError) in
      let (key, version) = (row.bytes(3), EntityTable.version(row.integer(0)))
      let state = try EntityTable.state(row, 4, seal, type: row.integer(2), key: key, version: version)
      return Candidate(
        id: row.integer(0), type: row.text(1), typeID: row.integer(2), key: key, isReadable: state != nil,
        row: EntityRow(
          fields: try EntityTable.fields(state ?? []), marks: try EntityTable.marks(row.bytes(6)),
          version: version, isDeleted: row.integer(7) != 0))
    }
    // What cannot be read has been erased before, and is cleared by the sweep.
    let due = found.filter { $0.isReadable && wanted.matches(type: $0.type, $0.row.fields) }
    for entity in due { try erase(entity, account, entities, now, transaction) }
    return (due.count, found.last.map { Int64(clamping: $0.row.version) })
  }

  private struct Candidate {
    let id: Int64
    let type: String
    let typeID: Int64
    let key: [UInt8]
    let isReadable: Bool
    let row: EntityRow
  }

  private func erase(
    _ entity: Candidate, _ account: SpaceAccount, _ entities: EntityAccount, _ now: Moment,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let tombstone = Tombstone(id: entity.id, type: (entity.typeID, entity.type), key: entity.key)
    let row = try tombstone.write(entity.row.marks, in: account, at: now, by: who, transaction)
    let growth = StoredEntity.growth(from: entity.row, to: row, key: entity.key)
    account.row.bytes += growth.bytes
    account.row.values += growth.values
    entities.row.replace(entity.row, by: row, type: entity.type, key: entity.key)
    try ConflictTable.removeAll(of: entity.typeID, entity.key, in: entities, transaction)
  }

  // MARK: Outcomes

  static let outcomes: SQL = """
    SELECT o.id, o.outcome, o.seal FROM replica AS r JOIN outcome AS o ON o.id > (r.id << 40) AND o.id < ((r.id + 1) << 40)
    WHERE r.space = $1 AND r.id = $2 AND o.id > $3 ORDER BY o.id LIMIT $4
    """

  /// Empties the outcomes of operations, of those that wait until their devices have them, that tell of the subject.
  func emptyOutcomes(_ transaction: borrowing WriteTransaction) throws {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    let replicas = try transaction.all("SELECT id FROM replica WHERE space = $1", [.integer(account.id)]) {
      $0.integer(0)
    }
    for replica in replicas {
      var last: Int64 = 0
      while true {
        let page = try transaction.all(
          Self.outcomes, [.integer(account.id), .integer(replica), .integer(last), .integer(Limits.sealedRows)]
        ) { row in (id: OperationID(rawValue: row.integer(0)), bytes: row.bytes(1), seal: row.optionalInteger(2)) }
        guard let end = page.last else { break }
        for (id, bytes, key) in page where try tells(OutcomeTable.open(bytes, sealedBy: key, of: id, seal)) {
          try OutcomeTable.erase(id, transaction)
        }
        last = end.id.rawValue
      }
    }
  }

  private func tells(_ outcome: Outcome?) throws(StoreError) -> Bool {
    guard let state = outcome?.state, !state.isEmpty else { return false }
    do {
      let fields = try EntityFields(state)
      return types.contains { wanted.matches(type: $0, fields) }
    } catch {
      throw StoreError(.corrupt, "the outcome of an operation is damaged: \(error)")
    }
  }
}
