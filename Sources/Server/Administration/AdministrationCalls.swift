package import HoldfastContract
package import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// What a hub tells of itself, and its administration.
struct AdministrationCalls: AdministrationService {
  let tokens: TokenRegistry
  let spaces: any SpaceAdministration
  let keys: any KeyAdministration
  /// What every client is told; the services are those of the dispatcher.
  let description: DescribeReply
  /// How much the hub has to do now.
  let load: @Sendable () async -> HubLoad
  let metrics: MetricRegistry
  let spans: SpanLog
  /// Called after a token has been revoked, to end the connections that came with it.
  let revoked: @Sendable (_ id: String) async -> Void

  nonisolated(nonsending) func describe(
    _ request: DescribeRequest, context: CallContext
  ) async throws -> DescribeReply {
    var reply = description
    if context.client.allowsAdministration { reply.load = await load() }
    return reply
  }

  nonisolated(nonsending) func createToken(
    _ request: CreateTokenRequest, context: CallContext
  ) async throws -> CreateTokenReply {
    try requireAdministrator(context)
    let scope = Scope(request.scope)
    guard context.client.scope.covers(scope) else { throw NotAllowed(need: "everything that the new token allows") }
    let limits = ClientLimits(request.limits)
    do {
      guard request.certificateKey.isEmpty else {
        let record = try await tokens.allow(
          certificateKey: request.certificateKey, name: request.name, scope: scope, limits: limits,
          lifetime: request.expiresIn, now: .wallClock())
        return CreateTokenReply(info: TokenInfo(record))
      }
      let made = try await tokens.create(
        name: request.name, scope: scope, limits: limits, lifetime: request.expiresIn, now: .wallClock())
      return CreateTokenReply(token: made.text.text, info: TokenInfo(made.record))
    } catch let error as TokenError {
      throw CallError<Never>(.invalidArgument, error.description)
    } catch let error as StoreError {
      throw CallError(error)
    }
  }

  nonisolated(nonsending) func listTokens(
    _ request: ListTokensRequest, context: CallContext
  ) async throws -> ListTokensReply {
    try requireAdministrator(context)
    return ListTokensReply(tokens: tokens.list().map(TokenInfo.init))
  }

  nonisolated(nonsending) func revokeToken(
    _ request: RevokeTokenRequest, context: CallContext
  ) async throws -> RevokeTokenReply {
    try requireAdministrator(context)
    do {
      guard let record = try await tokens.revoke(id: request.id, now: .wallClock()) else {
        throw NoSuchToken(id: request.id)
      }
      await revoked(record.id)
      return RevokeTokenReply(info: TokenInfo(record))
    } catch let error as StoreError {
      throw CallError(error)
    }
  }

  nonisolated(nonsending) func setQuota(_ request: SpaceQuota, context: CallContext) async throws -> SpaceStatus {
    try requireAdministrator(context)
    return try await spaces.setQuota(request)
  }

  nonisolated(nonsending) func listSpaces(
    _ request: ListSpacesRequest, context: CallContext
  ) async throws -> ListSpacesReply {
    try requireAdministrator(context)
    return ListSpacesReply(spaces: try await spaces.listSpaces())
  }

  nonisolated(nonsending) func listKeys(
    _ request: ListKeysRequest, context: CallContext
  ) async throws -> ListKeysReply {
    try requireAdministrator(context)
    return try await keys.listKeys(request)
  }

  nonisolated(nonsending) func rotateKeys(
    _ request: RotateKeysRequest, context: CallContext
  ) async throws -> RotateKeysReply {
    try requireAdministrator(context)
    return try await keys.rotateKeys(request)
  }

  nonisolated(nonsending) func eraseSubject(
    _ request: EraseSubjectRequest, context: CallContext
  ) async throws -> EraseSubjectReply {
    try requireAdministrator(context)
    return try await keys.erase(request, by: context.client.id)
  }

  nonisolated(nonsending) func metrics(
    _ request: MetricsRequest, context: CallContext
  ) async throws -> MetricsReply {
    try requireAdministrator(context)
    return MetricsReply(text: metrics.text())
  }

  nonisolated(nonsending) func spans(_ request: SpansRequest, context: CallContext) async throws -> SpansReply {
    try requireAdministrator(context)
    var trace: TraceID?
    if !request.trace.isEmpty {
      guard let wanted = TraceID(bytes: request.trace) else {
        throw CallError<Never>(.invalidArgument, "a trace is known by 16 bytes, which are not all zero")
      }
      trace = wanted
    }
    let export = SpanExport(spans.spans(of: trace), version: HubServer.version, upTo: Limits.exportedSpanBytes)
    return SpansReply(otlp: try export.text(), more: !export.isComplete)
  }

  private func requireAdministrator(_ context: CallContext) throws {
    guard context.client.allowsAdministration else { throw NotAllowed(need: "an admin token") }
  }
}

/// What the administration of a hub needs of whoever keeps its values.
protocol SpaceAdministration: Sendable {
  /// Sets a space's quota and returns once it is on the disk; zero takes the hub's default.
  nonisolated(nonsending) func setQuota(_ quota: SpaceQuota) async throws -> SpaceStatus

  /// Every space that has had a value or a quota, in order of name.
  nonisolated(nonsending) func listSpaces() async throws -> [SpaceStatus]
}

/// What the administration of a hub needs of whoever seals what it keeps.
protocol KeyAdministration: Sendable {
  /// The keys that there are, oldest first.
  nonisolated(nonsending) func listKeys(_ request: ListKeysRequest) async throws -> ListKeysReply

  /// Puts new keys in the place of those in force, and returns once they are on the disk.
  nonisolated(nonsending) func rotateKeys(_ request: RotateKeysRequest) async throws -> RotateKeysReply

  /// Erases all that a space has of a subject.
  nonisolated(nonsending) func erase(_ request: EraseSubjectRequest, by who: String) async throws -> EraseSubjectReply
}

extension Scope {
  init(_ message: TokenScope) {
    self.init(
      spaces: message.spaces.map(SpacePattern.init), services: Set(message.services), canWrite: message.write,
      isAdmin: message.admin)
  }
}

extension TokenInfo {
  init(_ record: TokenRecord) {
    self.init(
      id: record.id, name: record.name,
      scope: TokenScope(
        spaces: record.scope.spaces.map(\.description), services: record.scope.services.sorted(),
        write: record.scope.canWrite, admin: record.scope.isAdmin),
      created: record.created, expires: record.expires, revoked: record.revoked, limits: TokenLimits(record.limits),
      certificateKey: record.certificateKey ?? [])
  }
}

extension ClientLimits {
  init(_ message: TokenLimits) {
    self.init(
      callsPerSecond: message.callsPerSecond.map(Int.init),
      bytesPerSecond: message.bytesPerSecond.map(Int.init(clamping:)),
      burst: message.burst, connections: message.connections.map(Int.init))
  }
}

extension TokenLimits {
  package init(_ limits: ClientLimits) {
    self.init(
      callsPerSecond: limits.callsPerSecond.map(UInt32.init(clamping:)),
      bytesPerSecond: limits.bytesPerSecond.map(UInt64.init(clamping:)), burst: limits.burst,
      connections: limits.connections.map(UInt32.init(clamping:)))
  }
}

extension ServiceDescription {
  init(_ service: ServiceDescriptor) {
    self.init(
      number: service.number, name: service.name,
      calls: service.methods.map { method in
        CallDescription(
          number: method.number, name: method.name, shape: HoldfastContract.CallShape(method.shape),
          idempotent: method.isIdempotent)
      })
  }
}

extension HoldfastContract.CallShape {
  init(_ shape: HoldfastWire.CallShape) {
    switch shape {
    case .unary: self = .unary
    case .serverStream: self = .serverStream
    case .clientStream: self = .clientStream
    case .bidirectional: self = .bidirectional
    }
  }
}
