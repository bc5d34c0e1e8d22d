internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// The service of entities: checks what a call may do, lets those in that cost something, and runs them on the store.
///
/// What the calls do is `SyncDesk`'s. Values and entities of a space share its log, sequence and quota, so this shares
/// with `PersistenceCalls` what looks after those.
final class SyncCalls: SyncService {
  let persistence: PersistenceCalls
  let desk: SyncDesk
  let admission: Admission

  init(beside persistence: PersistenceCalls, admitting capacity: Int = Limits.admittedSyncs) {
    self.persistence = persistence
    desk = SyncDesk(
      epoch: persistence.epoch, quotaBytes: persistence.settings.spaceBytes,
      quotaValues: persistence.settings.spaceValues, keys: persistence.ring)
    admission = Admission(capacity: capacity)
  }

  var store: Store { persistence.store }
  var now: Int64 { persistence.now.microseconds }

  // MARK: Calls

  nonisolated(nonsending) func join(_ request: JoinRequest, context: CallContext) async throws -> JoinReply {
    let caller = try admit(context, .read, to: request.space)
    let canWrite = context.client.allows(.write, space: request.space, service: Self.name)
    return try await persistence.storing {
      // A device that comes back brings nothing new, and of these there may be very many at once.
      let known = try await store.read { [desk, now] transaction in
        try desk.joinKnown(request, by: caller, canWrite: canWrite, at: now, transaction)
      }
      if let known { return known }
      return try await admission.admitted(caller) {
        try await store.write { [desk, now] transaction in
          try desk.join(request, by: caller, at: now, transaction)
        }
      }
    }
  }

  nonisolated(nonsending) func push(_ request: PushRequest, context: CallContext) async throws -> PushReply {
    let caller = try admit(context, .write, to: request.space)
    return try await sealing(request.space, request.operations) { [desk, now] transaction in
      try desk.push(request, by: caller, at: now, transaction)
    }
  }

  nonisolated(nonsending) func pull(_ request: PullRequest, context: CallContext) async throws -> PullReply {
    let caller = try admit(context, .read, to: request.space)
    let filters = try checked(request.filters)
    return try await persistence.storing {
      let nothing = try await store.read { [desk, now] transaction in
        try desk.pullNothing(request, filters, at: now, transaction)
      }
      if let nothing { return nothing }
      return try await admission.admitted(caller) {
        try await store.scan { [desk, now] transaction in
          try desk.pull(request, filters, at: now, transaction)
        }
      }
    }
  }

  nonisolated(nonsending) func checksum(
    _ request: ChecksumRequest, context: CallContext
  ) async throws -> ChecksumReply {
    let caller = try admit(context, .read, to: request.space)
    let filters = try checked(request.filters)
    return try await persistence.storing {
      if filters.isEmpty {
        return try await store.read { [desk] transaction in try desk.checksum(of: request.space, transaction) }
      }
      return try await admission.admitted(caller) {
        try await store.scan { [desk] transaction in try desk.checksum(of: request.space, filters, transaction) }
      }
    }
  }

  nonisolated(nonsending) func conflicts(
    _ request: ConflictsRequest, context: CallContext
  ) async throws -> ConflictsReply {
    try admit(context, .read, to: request.space)
    return try await persistence.storing {
      try await store.scan { [desk] transaction in try desk.conflicts(request, transaction) }
    }
  }

  nonisolated(nonsending) func resolve(_ request: ResolveRequest, context: CallContext) async throws -> ResolveReply {
    let caller = try admit(context, .write, to: request.space)
    return try await sealing(request.space) { [desk, now] transaction in
      try desk.resolve(request, by: caller, at: now, transaction)
    }
  }

  /// Runs a job that seals what it writes, with keys that are there.
  /// - Parameter operations: whose subjects may need some.
  private nonisolated(nonsending) func sealing<Reply: Sendable>(
    _ space: String, _ operations: [EntityOperation] = [],
    _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> Reply
  ) async throws -> Reply {
    if let seal = desk.seal(of: space) { try await persistence.prepareKeys(of: seal) }
    return try await persistence.storing {
      while true {
        do {
          return try await store.write(body)
        } catch let missing as MissingKey {
          let subjects = try await store.scan { [desk] transaction in
            try desk.subjects(of: operations, in: space, transaction)
          }
          let owners = subjects.map { KeyOwner(space: space, subject: $0) }
          try await persistence.ring?.prepare(Set(owners).union([missing.owner]))
        }
      }
    }
  }

  // MARK: Rules

  private static let name = "Sync"

  /// Whether the caller may do this.
  /// - Returns: who the caller is, for the log.
  @discardableResult
  func admit(_ context: CallContext, _ access: Access, to space: String) throws -> String {
    try persistence.checked(space: space)
    let client = context.client
    guard client.allows(access, space: space, service: Self.name) else {
      throw NoAccess(space: space, need: access.rawValue)
    }
    return client.id
  }

  func checked(_ filters: [EntityFilter]) throws -> FilterSet {
    do {
      return try FilterSet(filters)
    } catch {
      throw CallError<Never>(.invalidArgument, error.description)
    }
  }
}
