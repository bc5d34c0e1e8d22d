internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// The service of context: checks what a call may do, finds the scope that counts, and runs mutations as jobs of the store.
///
/// Context shares with values its spaces, their log and sequence, and what serves calls that are sent twice, so this
/// shares with `PersistenceCalls` what looks after those.
final class ContextCalls: ContextService {
  let persistence: PersistenceCalls
  /// The id of the space that keeps the scope `global`.
  let global: Int64

  /// Makes the space of the scope `global` when it is not there yet.
  static func open(beside persistence: PersistenceCalls) async throws -> ContextCalls {
    let global = try await persistence.store.write { transaction in
      try transaction.shared(SpaceLedger.self).openAccount(named: GlobalContext.space, transaction).id
    }
    return ContextCalls(persistence, global)
  }

  private init(_ persistence: PersistenceCalls, _ global: Int64) {
    self.persistence = persistence
    self.global = global
  }

  var store: Store { persistence.store }
  private var now: Moment { persistence.now }
  private var history: Int { max(1, persistence.settings.contextHistory) }

  // MARK: Calls

  nonisolated(nonsending) func lookup(
    _ request: ContextLookupRequest, context: CallContext
  ) async throws -> ContextLookupReply {
    let view = try admit(context, request.view)
    guard request.names.count <= Limits.contextNames else {
      throw TooLarge(what: "names", limit: UInt64(Limits.contextNames), size: UInt64(request.names.count))
    }
    for name in request.names { try checked(name: name) }
    let now = now
    return try await persistence.storing {
      try await store.read { [persistence, global] transaction in
        try view.find(request.names, global: global, persistence.spaces, persistence.ring, now: now, transaction)
      }
    }
  }

  nonisolated(nonsending) func set(
    _ request: ContextSetRequest, context: CallContext
  ) async throws -> ContextSetReply {
    let place = try admit(context, .write, to: request.place)
    let new = try newContext(request, at: place)
    let seal = persistence.seal(of: place.space)
    let subject = new.address.subject ?? ""
    if let seal { try await persistence.prepareKeys(of: seal, for: [subject]) }
    let identity = try persistence.operation(context, seal, subject: subject) { hash in
      hash.append(counted: place.space)
      hash.append(counted: new.address.encoded())
      hash.append(counted: new.contentHash)
      hash.append(counted: new.type)
      hash.append(expected: new.expected)
      hash.append(expiresIn: request.expiresIn)
    }
    return try await persistence.mutate(place.space, context.client.id, identity, seal) {
      [history] mutation, transaction in
      ContextSetReply(version: try mutation.set(new, history: history, transaction))
    }
  }

  nonisolated(nonsending) func remove(
    _ request: ContextRemoveRequest, context: CallContext
  ) async throws -> ContextRemoveReply {
    let place = try admit(context, .write, to: request.place)
    let address = try place.address(of: checked(name: request.name))
    let seal = persistence.seal(of: place.space)
    if let seal { try await persistence.prepareKeys(of: seal) }
    let identity = try persistence.operation(context, seal) { hash in
      hash.append(counted: place.space)
      hash.append(counted: address.encoded())
      hash.append(expected: request.expected)
      hash.append(number: request.forget ? 1 : 0)
    }
    return try await persistence.mutate(place.space, context.client.id, identity, seal) {
      [history] mutation, transaction in
      let version = try mutation.remove(
        address, history: history, forget: request.forget, expected: request.expected, transaction)
      return ContextRemoveReply(existed: version != nil, version: version ?? 0)
    }
  }

  nonisolated(nonsending) func list(
    _ request: ContextListRequest, context: CallContext
  ) async throws -> ContextListReply {
    let place = try admit(context, .read, to: request.place)
    let now = now
    let limit = request.limit == 0 ? Limits.listDefault : min(Int(request.limit), Limits.listValues)
    let after = request.after.isEmpty ? nil : place.address(of: request.after)
    return try await persistence.storing {
      try await store.scan { [persistence] transaction in
        guard let space = try persistence.spaces.id(of: place.space, transaction) else { return ContextListReply() }
        var reply = ContextListReply()
        var bytes = 0
        try ContextTable.forEach(
          in: space, from: place.address(of: request.prefix), after: after, now: now, limit: limit + 1,
          isBare: request.bare, opening: persistence.seal(of: place.space), transaction
        ) { entry, size in
          guard reply.entries.count < limit, reply.entries.isEmpty || bytes + size <= Limits.pageBytes else {
            reply.more = true
            return false
          }
          bytes += size + Limits.valueOverheadBytes
          reply.entries.append(entry)
          return true
        }
        return reply
      }
    }
  }

  nonisolated(nonsending) func history(
    _ request: ContextHistoryRequest, context: CallContext
  ) async throws -> ContextHistoryReply {
    let place = try admit(context, .read, to: request.place)
    let address = try place.address(of: checked(name: request.name))
    let now = now
    let limit = request.limit == 0 ? Limits.listValues : min(Int(request.limit), Limits.listValues)
    let before = request.before == 0 ? ChangeID.lastSequence : Int64(clamping: request.before)
    return try await persistence.storing {
      try await store.scan { [persistence] transaction in
        guard let space = try persistence.spaces.id(of: place.space, transaction) else { return ContextHistoryReply() }
        var reply = ContextHistoryReply()
        var bytes = 0
        try ContextTable.forEachPast(
          space: space, address, before: min(before, ChangeID.lastSequence), now: now,
          opening: persistence.seal(of: place.space), transaction
        ) { change, size in
          guard reply.changes.count < limit, reply.changes.isEmpty || bytes + size <= Limits.pageBytes else {
            reply.more = true
            return false
          }
          bytes += size + Limits.valueOverheadBytes
          reply.changes.append(change)
          return true
        }
        return reply
      }
    }
  }

  private func newContext(_ request: ContextSetRequest, at place: ContextSpot) throws -> NewContext {
    let address = try place.address(of: checked(name: request.name))
    guard request.content.count <= Limits.contextBytes else {
      throw TooLarge(
        what: "content of context", limit: UInt64(Limits.contextBytes), size: UInt64(request.content.count))
    }
    guard request.type.utf8.count <= Limits.typeBytes else {
      throw TooLarge(what: "type", limit: UInt64(Limits.typeBytes), size: UInt64(request.type.utf8.count))
    }
    if let expiresIn = request.expiresIn, expiresIn <= .zero {
      throw CallError<Never>(.invalidArgument, "expires_in is more than zero")
    }
    return NewContext(
      address: address, content: request.content, contentHash: SHA256.hash(request.content), type: request.type,
      expires: request.expiresIn.map { now.adding($0) }, expected: request.expected)
  }
}
