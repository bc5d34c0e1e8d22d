internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// An erasure of all that a space has of a subject, as the database remembers it until nothing is left to do.
struct Erasure: Sendable {
  let id: Int64
  let space: String
  let subject: String
  let who: String
  /// The fields by which its entities are known, beside those that their types declare.
  let entities: [SubjectField]
  /// All that was written up to this change goes; nil until the subject's keys seal nothing any more.
  var until: Int64?

  /// Whose keys are destroyed: the subject's, and those of outcomes, which may have anything of anybody. A uuid may be
  /// written in several ways, and stands in one for the keys of entities.
  var owners: [KeyOwner] {
    let names = Set([subject, UUID(uuidString: subject)?.uuidString ?? subject, SealedOutcome.subject])
    return names.map { KeyOwner(space: space, subject: $0) }
  }
}

extension PersistenceCalls {
  /// Erases all that a space has of a subject. Returns when nothing of it is left in the files of the hub.
  ///
  /// Each value that goes leaves a change in the log which says so: without a content, but with its key, which the chain of
  /// digests covers for as long as the log is kept. What is written about the subject from now on stays, under a new key.
  /// An erasure that a stop interrupts goes on with the next start.
  nonisolated(nonsending) func erase(
    _ request: EraseSubjectRequest, by who: String
  ) async throws -> EraseSubjectReply {
    let (space, subject) = (request.space, request.subject)
    try checked(space: space)
    guard !subject.isEmpty else { throw CallError<Never>(.invalidArgument, "a subject has a name") }
    try checked(subject: subject)
    return try await storing {
      let erasure = try await store.write { [ring] transaction in
        // What makes no sense is said before anything is done.
        _ = try EntityErasure(
          of: subject, by: request.entities, in: space, until: 0, who: who, opening: ring.seal(of: space),
          transaction)
        let id = try transaction.first(
          "INSERT INTO erasure (space, subject, who, request) VALUES ($1, $2, $3, $4) RETURNING id",
          [.text(space), .text(subject), .text(who), .bytes(request.encoded())]
        ) { $0.integer(0) }
        guard let id else { throw StoreError(.corrupt, "the row of an erasure was not made") }
        return Erasure(id: id, space: space, subject: subject, who: who, entities: request.entities)
      }
      return try await perform(erasure)
    }
  }

  /// Goes on with what an earlier run of the hub, or a fault, has interrupted.
  nonisolated(nonsending) func finishErasures() async throws {
    let open = try await store.scan { transaction in
      try transaction.all("SELECT id, space, subject, who, until, request FROM erasure ORDER BY id LIMIT 100") {
        (row) throws(StoreError) in
        do {
          return Erasure(
            id: row.integer(0), space: row.text(1), subject: row.text(2), who: row.text(3),
            entities: try EraseSubjectRequest(decoding: row.bytes(5)).entities, until: row.optionalInteger(4))
        } catch {
          throw StoreError(.corrupt, "an erasure under way is damaged: \(error)")
        }
      }
    }
    for erasure in open { _ = try await perform(erasure) }
  }

  /// Each step may be done again.
  private nonisolated(nonsending) func perform(_ begun: Erasure) async throws -> EraseSubjectReply {
    var erasure = begun
    if erasure.until == nil {
      try await ring?.abandon(erasure.owners)
      // Whatever was sealed by the keys of before has been committed before this.
      erasure.until = try await store.write { [erasure] transaction in try erasure.fixEnd(transaction) }
    }
    var reply = EraseSubjectReply()
    let now = now
    while true {
      let piece = try await store.write { [erasure, defaultQuota, ring] transaction in
        try Self.withThoroughDeletion(isOn: ring == nil, transaction) { transaction in
          try erasure.removeSome(now: now, defaultQuota: defaultQuota, transaction)
        }
      }
      reply.values += UInt64(piece.values)
      reply.context += UInt64(piece.context)
      if piece.values + piece.context == 0 { break }
    }
    reply.entities = try await eraseEntities(of: erasure, at: now)
    if ring == nil { try await emptyOutcomes(in: erasure.space) }
    if let ring {
      reply.keys = UInt64(try await ring.destroyAbandoned(erasure.owners))
      let erasures = try await ring.erasures()
      try await store.write { transaction in try SealingTable.note(erasures: erasures, transaction) }
    }
    try await store.emptyLog()
    try await store.write { [erasure] transaction in
      _ = try transaction.execute("DELETE FROM erasure WHERE id = $1", [.integer(erasure.id)])
    }
    try await store.emptyLog()
    return reply
  }

  /// - Returns: how many entities have been erased.
  private nonisolated(nonsending) func eraseEntities(of erasure: Erasure, at now: Moment) async throws -> UInt64 {
    var (count, last): (UInt64, Int64?) = (0, 0)
    while let start = last {
      let piece = try await store.write { [ring] transaction in
        let entities = try EntityErasure(
          of: erasure.subject, by: erasure.entities, in: erasure.space, until: erasure.until ?? 0, who: erasure.who,
          opening: ring.seal(of: erasure.space), transaction)
        return try Self.withThoroughDeletion(isOn: ring == nil, transaction) { transaction in
          let piece = try entities?.removeSome(after: start, now: now, transaction)
          if piece?.end == nil { try entities?.emptyOutcomes(transaction) }
          return piece ?? (0, nil)
        }
      }
      count += UInt64(piece.count)
      last = piece.end
    }
    return count
  }

  /// Runs a part of a job whose deletions are to overwrite all that they free.
  private static func withThoroughDeletion<Value>(
    isOn: Bool, _ transaction: borrowing WriteTransaction, _ body: (borrowing WriteTransaction) throws -> Value
  ) throws -> Value {
    guard isOn else { return try body(transaction) }
    _ = try transaction.first("PRAGMA secure_delete = ON") { $0.integer(0) }
    let result = Result { try body(transaction) }
    _ = try transaction.first("PRAGMA secure_delete = FAST") { $0.integer(0) }
    return try result.get()
  }

  /// Empties the outcomes of calls which have read contents, where these are not sealed: they may have anything of anybody.
  private nonisolated(nonsending) func emptyOutcomes(in space: String) async throws {
    var last: Int64 = 0
    while true {
      let start = last
      let page = try await store.scan { transaction in
        try transaction.all(Self.outcomes, [.text(space), .integer(start), .integer(Limits.sealedRows)]) { row in
          (id: row.integer(0), outcome: row.bytes(1))
        }
      }
      guard let end = page.last?.id else { return }
      let due = page.filter { SealedOutcome.holdsContents($0.outcome) }.map(\.id)
      if !due.isEmpty {
        try await store.write { transaction in
          try Self.withThoroughDeletion(isOn: true, transaction) { transaction in
            for id in due {
              try transaction.execute(
                "UPDATE change SET outcome = $2 WHERE id = $1", [.integer(id), .bytes(SealedOutcome.erased)])
            }
          }
        }
      }
      last = end
    }
  }

  private static let outcomes: SQL = """
    SELECT c.id, c.outcome FROM space AS s JOIN change AS c
    ON c.id > max($2, (s.id << 40) + s.forgotten) AND c.id <= (s.id << 40) + s.sequence
    WHERE s.name = $1 AND length(c.outcome) > 16 ORDER BY c.id LIMIT $3
    """
}

extension Erasure {
  /// Notes up to where changes go.
  fileprivate func fixEnd(_ transaction: borrowing WriteTransaction) throws -> Int64 {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    try transaction.execute(
      "UPDATE erasure SET until = $2 WHERE id = $1", [.integer(id), .integer(account.row.sequence)])
    return account.row.sequence
  }

  /// Removes some of what is there.
  fileprivate func removeSome(
    now: Moment, defaultQuota: SpaceAccount.Quota, _ transaction: borrowing WriteTransaction
  ) throws -> (values: Int, context: Int) {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    var mutation = Mutation(of: account, now: now, by: who, defaultQuota: defaultQuota, sealing: nil)
    let values = try removeValues(&mutation, transaction)
    let context = try mutation.eraseContext(of: subject, until: until ?? 0, transaction)
    try mutation.finish(nil, outcome: [], transaction)
    return (values, context)
  }

  private func removeValues(
    _ mutation: inout Mutation, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int {
    guard let number = try SubjectTable.find(subject, in: mutation.account.id, transaction) else { return 0 }
    let due = try transaction.all(
      "SELECT id, version, length(content), key, seal FROM value WHERE subject = $1 AND version <= $2 LIMIT $3",
      [.integer(number), .integer(until ?? 0), .integer(Limits.sealedRows)]
    ) { row in
      (
        record: ValueRecord(
          id: row.integer(0), version: row.integer(1),
          size: SealedContent.size(stored: row.integer(2), isSealed: !row.isNull(4))),
        key: row.bytes(3)
      )
    }
    for row in due { try mutation.erase(row.record, key: row.key, transaction) }
    if due.isEmpty {
      try transaction.execute(
        "DELETE FROM subject WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM value WHERE subject = $1)", [.integer(number)])
    }
    return due.count
  }
}
