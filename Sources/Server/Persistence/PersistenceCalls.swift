internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// The service of durable values: checks what a call may do, runs it as one job of the store, and tells watches.
///
/// Invariant: a mutation, its place in the log and its outcome are committed together or not at all.
final class PersistenceCalls: PersistenceService {
  let store: Store
  let settings: PersistenceSettings
  /// The keys by which contents are sealed; nil where they are kept as they are given.
  let ring: KeyRing?
  let spaces: SpaceNames
  let signals: CommitSignals
  /// Tells this hub's history from another's, or from that of a restored backup.
  let epoch: [UInt8]
  /// Bytes of values that are on their way in pieces.
  let transfers = TransferBudget(capacity: Limits.transferBytes)
  private let observation: CommitObservation

  /// Reads what it needs of a store whose schema has `PersistenceTables`.
  static func open(
    _ store: Store, _ settings: PersistenceSettings = PersistenceSettings(), keys ring: KeyRing? = nil
  ) async throws -> PersistenceCalls {
    let epoch = try await store.scan { transaction in
      try transaction.first("SELECT epoch FROM history WHERE id = 1") { $0.bytes(0) }
    }
    guard let epoch else { throw StoreError(.corrupt, "the store does not say which history it holds") }
    return try PersistenceCalls(store, settings, ring, epoch: epoch)
  }

  private init(_ store: Store, _ settings: PersistenceSettings, _ ring: KeyRing?, epoch: [UInt8]) throws {
    self.store = store
    self.settings = settings
    self.ring = ring
    self.epoch = epoch
    spaces = SpaceNames()
    let signals = CommitSignals()
    self.signals = signals
    observation = try store.observeCommits { signals.announce($0) }
  }

  /// Ends every watch, so that the hub can shut down; they go on elsewhere or later with their cursors.
  func endWatches() { signals.close() }

  var now: Moment { Moment(settings.clock()) }

  // MARK: Calls

  nonisolated(nonsending) func put(_ request: PutRequest, context: CallContext) async throws -> PutReply {
    let caller = try admit(context, .write, to: request.space)
    let value = try newValue(
      key: request.key, content: request.content, type: request.type, expiresIn: request.expiresIn,
      expected: request.expected, subject: request.subject)
    let seal = seal(of: request.space)
    if let seal { try await prepareKeys(of: seal, for: [request.subject]) }
    let identity = try operation(context, seal, subject: request.subject) { hash in
      hash.append(counted: request.space)
      hash.append(value)
      hash.append(expiresIn: request.expiresIn)
    }
    return try await mutate(request.space, caller, identity, seal) { mutation, transaction in
      PutReply(version: try mutation.put(value, transaction))
    }
  }

  nonisolated(nonsending) func get(_ request: GetRequest, context: CallContext) async throws -> GetReply {
    try admit(context, .read, to: request.space)
    let now = now
    let seal = seal(of: request.space)
    return try await storing {
      try await store.read { [spaces] transaction in
        guard let space = try spaces.id(of: request.space, transaction) else { return GetReply() }
        return GetReply(
          value: try ValueTable.read(
            space: space, key: request.key, now: now, limit: Limits.inlineBytes, opening: seal, transaction))
      }
    }
  }

  nonisolated(nonsending) func delete(_ request: DeleteRequest, context: CallContext) async throws -> DeleteReply {
    let caller = try admit(context, .write, to: request.space)
    let key = try checked(key: request.key)
    let seal = seal(of: request.space)
    if let seal { try await prepareKeys(of: seal) }
    let identity = try operation(context, seal) { hash in
      hash.append(counted: request.space)
      hash.append(counted: key)
      hash.append(expected: request.expected)
    }
    return try await mutate(request.space, caller, identity, seal) { mutation, transaction in
      let version = try mutation.delete(key: key, expected: request.expected, transaction)
      return DeleteReply(existed: version != nil, version: version ?? 0)
    }
  }

  nonisolated(nonsending) func exists(_ request: GetRequest, context: CallContext) async throws -> ExistsReply {
    try admit(context, .read, to: request.space)
    let now = now
    return try await storing {
      try await store.read { [spaces] transaction in
        guard let space = try spaces.id(of: request.space, transaction),
          let found = try ValueTable.find(space: space, key: Array(request.key.utf8), transaction),
          found.isAlive(at: now)
        else { return ExistsReply() }
        return ExistsReply(exists: true, version: UInt64(clamping: found.version), size: UInt64(clamping: found.size))
      }
    }
  }

  // MARK: Steps of every mutation

  /// Runs `body` as one job and keeps its outcome; answers with the first outcome when the operation was done before.
  ///
  /// Most operations are new, so nothing is looked up beforehand: one that was done before shows when its row meets the
  /// other in the log, when a rule refuses it, or when it changes nothing. Then the job undoes itself.
  nonisolated(nonsending) func mutate<Reply: Message>(
    _ space: String, _ caller: String, _ operation: OperationIdentity?, _ seal: SpaceSeal?,
    _ body: @escaping @Sendable (inout Mutation, borrowing WriteTransaction) throws -> Reply
  ) async throws -> Reply {
    let now = now
    let defaultQuota = defaultQuota
    return try await storing {
      // Set once at most: after it is forgotten, another outcome under the same identity is a fresh one.
      var outdated: EarlierOutcome?
      while true {
        do {
          return try await store.write { [outdated] transaction in
            if let outdated { try ChangeLog.forget(outdated, transaction) }
            do {
              let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
              var mutation = Mutation(of: account, now: now, by: caller, defaultQuota: defaultQuota, sealing: seal)
              let reply = try body(&mutation, transaction)
              if mutation.isEmpty, let operation { try Self.replay(operation, by: caller, transaction) }
              let outcome = try operation.map { try SealedOutcome.stored(reply, of: $0, seal) } ?? []
              try mutation.finish(operation, outcome: outcome, transaction)
              return reply
            } catch {
              if let operation { try Self.replay(operation, by: caller, transaction) }
              throw error
            }
          }
        } catch let earlier as EarlierOutcome {
          guard earlier.at >= now.subtracting(settings.outcomesKept) else {
            outdated = earlier
            continue
          }
          guard earlier.isSame else {
            throw OperationMismatch(message: "the idempotency key was used for another request; take a fresh one")
          }
          guard let operation else { preconditionFailure("only a call with an identity meets an earlier outcome") }
          return try SealedOutcome.reply(earlier.outcome, of: operation, seal)
        } catch let missing as MissingKey {
          // Its key was destroyed since the call began.
          try await ring?.prepare(missing.owner)
        }
      }
    }
  }

  /// Runs a job that may seal, as often as keys have to be made for it first.
  nonisolated(nonsending) func writeSealing<Value: Sendable>(
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Value
  ) async throws -> Value {
    while true {
      do {
        return try await store.write(body)
      } catch let missing as MissingKey {
        try await ring?.prepare(missing.owner)
      }
    }
  }

  /// Throws the outcome of an operation that was done before, so that the job that found it undoes itself.
  private static func replay(
    _ operation: OperationIdentity, by who: String, _ transaction: borrowing WriteTransaction
  ) throws {
    if let earlier = try ChangeLog.earlier(operation, by: who, transaction) { throw earlier }
  }

  var defaultQuota: SpaceAccount.Quota { .init(bytes: settings.spaceBytes, values: settings.spaceValues) }
}
