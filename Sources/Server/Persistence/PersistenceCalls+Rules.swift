internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// What is checked before a call reaches the store.
extension PersistenceCalls {
  /// Whether the caller may do this.
  /// - Returns: who the caller is, for the log.
  /// - Throws: `Forbidden`, or `invalidArgument` for a name that no space can have.
  @discardableResult
  func admit(_ context: CallContext, _ access: Access, to space: String) throws -> String {
    try checked(space: space)
    let client = context.client
    guard client.allows(access, space: space, service: "Persistence") else {
      throw Forbidden(space: space, need: access.rawValue)
    }
    return client.id
  }

  func checked(space: String) throws {
    guard !space.isEmpty, space.utf8.count <= Limits.spaceNameBytes else {
      throw CallError<Never>(.invalidArgument, "a space's name has 1 to \(Limits.spaceNameBytes) bytes")
    }
    guard space != GlobalContext.space else {
      throw CallError<Never>(.invalidArgument, "\(GlobalContext.space) is the hub's own space")
    }
  }

  func checked(subject: String) throws {
    guard subject.utf8.count <= Limits.subjectBytes else {
      throw TooLarge(what: "subject", limit: UInt64(Limits.subjectBytes), size: UInt64(subject.utf8.count))
    }
    guard !subject.utf8.contains(0) else {
      throw CallError<Never>(.invalidArgument, "the name of a subject has no zero in it")
    }
  }

  func checked(key: String) throws -> [UInt8] {
    let bytes = Array(key.utf8)
    guard !bytes.isEmpty else { throw CallError<Never>(.invalidArgument, "a key has at least one byte") }
    guard bytes.count <= Limits.keyBytes else {
      throw TooLarge(what: "key", limit: UInt64(Limits.keyBytes), size: UInt64(bytes.count))
    }
    return bytes
  }

  func newValue(
    key: String, content: [UInt8], type: String, expiresIn: Duration?, expected: UInt64?, subject: String
  ) throws -> NewValue {
    let key = try checked(key: key)
    guard content.count <= settings.valueBytes else {
      throw TooLarge(what: "content", limit: UInt64(settings.valueBytes), size: UInt64(content.count))
    }
    guard type.utf8.count <= Limits.typeBytes else {
      throw TooLarge(what: "type", limit: UInt64(Limits.typeBytes), size: UInt64(type.utf8.count))
    }
    if !subject.isEmpty { try checked(subject: subject) }
    if let expiresIn, expiresIn <= .zero {
      throw CallError<Never>(.invalidArgument, "expires_in is more than zero")
    }
    return NewValue(
      key: key, content: content, contentHash: SHA256.hash(content), type: type,
      expires: expiresIn.map { now.adding($0) }, expected: expected, subject: subject)
  }

  /// What seals and opens the contents of a space; nil where they are kept as they are given.
  func seal(of space: String) -> SpaceSeal? { ring.seal(of: space) }

  /// Makes the keys that a space and subjects need and do not have yet.
  nonisolated(nonsending) func prepareKeys(of seal: SpaceSeal, for subjects: Set<String> = []) async throws {
    do {
      for subject in subjects.union([""]) {
        try await seal.ring.prepare(KeyOwner(space: seal.space, subject: subject))
      }
    } catch let error as StoreError {
      throw CallError(error)
    }
  }

  /// The identity of the call, when its client gave one: its idempotency key with a hash of everything that it asks for.
  ///
  /// From a plain hash, a content of a few possible ones could be guessed. Where contents are sealed, only a holder of the
  /// subject's key can.
  func operation(
    _ context: CallContext, _ seal: SpaceSeal?, subject: String = "", _ describe: (inout [UInt8]) throws -> Void
  ) throws -> OperationIdentity? {
    guard let key = context.idempotencyKey else { return nil }
    guard !key.isEmpty, key.count <= Limits.operationKeyBytes else {
      throw CallError<Never>(.invalidArgument, "an idempotency key has 1 to \(Limits.operationKeyBytes) bytes")
    }
    var request: [UInt8] = []
    request.reserveCapacity(256)  // most requests describe themselves in less
    request.append(counted: context.name)
    do {
      try describe(&request)
      if let seal {
        return OperationIdentity(key: key, request: try seal.identity(of: request, subject: subject))
      }
    } catch is MissingKey {
      // Destroyed since the call began.
      var error = CallError<Never>(.unavailable, "somebody is being erased; try again")
      error.mayHaveBegun = false
      throw error
    }
    return OperationIdentity(key: key, request: SHA256.hash(request))
  }

  /// Says what the store's errors mean for a caller.
  nonisolated(nonsending) func storing<Value>(
    _ body: nonisolated(nonsending) () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch let error as StoreError {
      throw CallError(error)
    }
  }
}

extension [UInt8] {
  mutating func append(_ value: NewValue) {
    append(counted: value.key)
    append(counted: value.contentHash)
    append(counted: value.type)
    if !value.subject.isEmpty { append(counted: value.subject) }
    append(expected: value.expected)
  }

  mutating func append(expected: UInt64?) {
    append(number: expected == nil ? 0 : 1)
    append(number: Int64(bitPattern: expected ?? 0))
  }

  mutating func append(expiresIn: Duration?) {
    append(number: expiresIn?.components.seconds ?? -1)
    append(number: expiresIn?.components.attoseconds ?? -1)
  }
}
