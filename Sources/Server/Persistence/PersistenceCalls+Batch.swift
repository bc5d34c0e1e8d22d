internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

extension PersistenceCalls {
  nonisolated(nonsending) func batch(_ request: BatchRequest, context: CallContext) async throws -> BatchReply {
    let caller = try admit(request, context)
    let seal = seal(of: request.space)
    if let seal { try await prepareKeys(of: seal, for: Set(request.operations.map(\.subject))) }
    let (steps, identity) = try prepare(request, context, seal)
    return try await mutate(request.space, caller, identity, seal) { mutation, transaction in
      var room = Limits.inlineBytes
      return BatchReply(
        outcomes: try steps.map { step in
          do {
            return try step.run(&mutation, &room, transaction)
          } catch {
            // Each rule is looked at before a row changes, so there is nothing to undo.
            guard let outcome = OperationOutcome(refused: error) else { throw error }
            return outcome
          }
        })
    }
  }

  nonisolated(nonsending) func transaction(_ request: BatchRequest, context: CallContext) async throws -> BatchReply {
    let caller = try admit(request, context)
    let seal = seal(of: request.space)
    if let seal { try await prepareKeys(of: seal, for: Set(request.operations.map(\.subject))) }
    let (steps, identity) = try prepare(request, context, seal)
    return try await mutate(request.space, caller, identity, seal) { mutation, transaction in
      var room = Limits.inlineBytes
      return BatchReply(outcomes: try steps.map { try $0.run(&mutation, &room, transaction) })
    }
  }

  private func admit(_ request: BatchRequest, _ context: CallContext) throws -> String {
    let caller = try admit(context, .write, to: request.space)
    if request.operations.contains(where: \.readsValue) { try admit(context, .read, to: request.space) }
    guard request.operations.count <= Limits.batchOperations else {
      throw TooLarge(
        what: "operations", limit: UInt64(Limits.batchOperations), size: UInt64(request.operations.count))
    }
    return caller
  }

  private func prepare(
    _ request: BatchRequest, _ context: CallContext, _ seal: SpaceSeal?
  ) throws -> (steps: [Step], OperationIdentity?) {
    let steps = try request.operations.map { try step($0) }
    let identity = try operation(context, seal) { hash in
      hash.append(counted: request.space)
      for operation in request.operations {
        let bytes = operation.encoded()
        hash.append(counted: try seal?.identity(of: bytes, subject: operation.subject) ?? bytes)
      }
    }
    return (steps, identity)
  }

  private func step(_ operation: Operation) throws -> Step {
    switch operation.value {
    case .put(let put):
      return .put(
        try newValue(
          key: put.key, content: put.content, type: put.type, expiresIn: put.expiresIn, expected: put.expected,
          subject: put.subject))
    case .delete(let delete): return .delete(key: try checked(key: delete.key), expected: delete.expected)
    case .get(let key):
      _ = try checked(key: key)
      return .get(key: key)
    case .check(let check): return .check(key: try checked(key: check.key), expected: check.expected)
    case nil: throw CallError<Never>(.invalidArgument, "an operation of a kind that this hub does not know")
    }
  }
}

extension Operation {
  fileprivate var readsValue: Bool { if case .get = value { true } else { false } }

  /// Whom its content is about.
  fileprivate var subject: String { if case .put(let put) = value { put.subject } else { "" } }
}

/// One operation of a batch or transaction, checked.
private enum Step: Sendable {
  case put(NewValue)
  case delete(key: [UInt8], expected: UInt64?)
  case get(key: String)
  case check(key: [UInt8], expected: UInt64)

  /// - Parameter room: bytes of content that the reply still has room for.
  func run(
    _ mutation: inout Mutation, _ room: inout Int, _ transaction: borrowing WriteTransaction
  ) throws -> OperationOutcome {
    switch self {
    case .put(let value): return OperationOutcome(version: try mutation.put(value, transaction))
    case .delete(let key, let expected):
      let version = try mutation.delete(key: key, expected: expected, transaction)
      return OperationOutcome(version: version ?? 0, existed: version != nil)
    case .check(let key, let expected):
      return OperationOutcome(version: try mutation.check(key: key, expected: expected, transaction))
    case .get(let key):
      let value = try mutation.get(key: key, limit: room, transaction)
      room -= value?.content.count ?? 0
      return OperationOutcome(version: value?.version ?? 0, value: value)
    }
  }
}

extension OperationOutcome {
  /// What a batch says of an operation that was refused; nil when the whole batch has failed.
  fileprivate init?(refused error: any Error) {
    switch error {
    case let conflict as Conflict:
      self.init(
        status: UInt32(Status.failedPrecondition.rawValue),
        message: "the key has version \(conflict.actual), not \(conflict.expected)", version: conflict.actual)
    case let quota as QuotaExceeded:
      self.init(
        status: UInt32(Status.resourceExhausted.rawValue),
        message: "the space may have \(quota.limit) \(quota.resource), and has \(quota.used)")
    case let large as TooLarge:
      self.init(
        status: UInt32(Status.resourceExhausted.rawValue),
        message: "\(large.what) has \(large.size) bytes, and there is room for \(large.limit)")
    default: return nil
    }
  }
}
