internal import HoldfastRPC
internal import HoldfastSDK
internal import HoldfastWire

/// How a network carries what it is given.
extension FaultyNetwork {
  /// Carries a call that has one reply.
  func carry<Reply: Sendable>(
    _ call: NetworkCall, of device: String, _ send: @escaping @Sendable () async throws -> Reply
  ) async throws -> Reply {
    let isCounted = DeviceClock.isCounted
    if !isCounted { clock.work(1) }
    defer { if !isCounted { clock.work(-1) } }
    let (place, judgement) = record(call, device)
    do {
      let reply = try await untilCut(call, device) { try await self.deliver(call, device, place, judgement, send) }
      ended(place, nil)
      return reply
    } catch {
      ended(place, error)
      throw error
    }
  }

  private func deliver<Reply: Sendable>(
    _ call: NetworkCall, _ device: String, _ place: Int, _ judgement: FaultPlan.Judgement,
    _ send: @escaping @Sendable () async throws -> Reply
  ) async throws -> Reply {
    let arriving: @Sendable () async throws -> Reply = {
      self.arrived(place)
      return try await send()
    }
    try await pause(judgement.requestDelay)
    switch judgement.fault {
    case .cut: throw NetworkFailure.cut
    case .refuse(let status, let retryAfter):
      throw NetworkFailure(status: status, message: "somebody on the way refuses it", retryAfter: retryAfter)
    case .loseRequest:
      try await pause(timeout)
      throw NetworkFailure.silence
    case .loseReply:
      _ = try await arriving()
      try await pause(timeout)
      throw NetworkFailure.silence
    case .overtake(let range):
      later(range.lowerBound, call, device, arriving)
      throw NetworkFailure.cut
    case .kill(let down):
      _ = try await arriving()
      await kill(for: down)
      throw NetworkFailure.cut
    case .duplicate(let range):
      let reply = try await arriving()
      later(range.lowerBound, call, device, arriving)
      try await pause(judgement.replyDelay)
      return reply
    case nil, .delay:
      let reply = try await arriving()
      try await pause(judgement.replyDelay)
      return reply
    }
  }

  private func kill(for duration: Duration) async {
    let end = clock.monotonic() + duration
    await killed()
    change { $0.kill(until: end) }
  }

  /// Waits, in a call; time may pass meanwhile.
  private func pause(_ duration: Duration) async throws {
    if duration > .zero { try await clock.sleep(clock.monotonic() + duration) }
  }

  /// Does something in a while for which nobody waits, unless there is no connection then.
  private func later<Value: Sendable>(
    _ duration: Duration, _ call: NetworkCall, _ device: String, _ body: @escaping @Sendable () async throws -> Value
  ) {
    let time = clock.monotonic() + duration
    clock.work(1)
    // Nobody hears of what comes of it.
    Task {
      defer { clock.work(-1) }
      try await clock.sleep(time)
      let isCut = state.withLock { $0.plan.isCut(call, of: device, at: time) }
      if !isCut { _ = try await body() }
    }
  }

  /// Carries a stream of items to a device. Each item is a call of its own, and what refuses one ends the stream.
  func stream<Item: Sendable>(
    _ call: NetworkCall, of device: String, _ heard: @escaping @Sendable (Item) async -> Void,
    _ open: @escaping @Sendable (_ hear: @escaping @Sendable (Item) async -> Void) async throws -> Void
  ) async throws {
    let (ends, end) = AsyncThrowingStream.makeStream(of: Never.self)
    try await untilCut(call, device) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await open { item in await self.pass(item, call, device, end, heard) } }
        group.addTask { for try await _ in ends {} }
        defer { group.cancelAll() }
        _ = try await group.next()
      }
    }
  }

  /// Lets an item of a stream through, or not.
  private func pass<Item: Sendable>(
    _ item: Item, _ call: NetworkCall, _ device: String, _ end: AsyncThrowingStream<Never, any Error>.Continuation,
    _ heard: @escaping @Sendable (Item) async -> Void
  ) async {
    let (place, judgement) = record(call, device)
    let arriving: @Sendable () async -> Void = {
      self.arrived(place)
      await heard(item)
    }
    var failure: NetworkFailure?
    switch judgement.fault {
    case .cut: failure = .cut
    case .kill(let down):
      await kill(for: down)
      failure = .cut
    case .refuse(let status, let retryAfter):
      failure = NetworkFailure(status: status, message: "somebody on the way ends it", retryAfter: retryAfter)
    case .loseRequest, .loseReply: break
    case .overtake(let range): later(range.lowerBound, call, device, arriving)
    case .duplicate(let range):
      later(range.lowerBound, call, device, arriving)
      fallthrough
    case nil, .delay:
      await rest(judgement.requestDelay)
      if !Task.isCancelled { await arriving() }
    }
    ended(place, failure)
    if let failure { end.finish(throwing: failure) }
  }

  /// Waits, in what no clock counts.
  private func rest(_ duration: Duration) async {
    guard duration > .zero else { return }
    // Whoever is cancelled sees that by itself.
    try? await clock.rest(until: clock.monotonic() + duration)
  }
}
