import HoldfastCache
import HoldfastRPC
import HoldfastWire

extension NetworkContextProvider {
  /// The questions that will answer for these names: those under way, and new ones for the others, all at once.
  ///
  /// - Parameter evenIfKnown: also for names whose answers are there. Otherwise these have no question.
  func fly(_ names: [ContextName], evenIfKnown: Bool) -> [ContextName: Flight] {
    let (flights, new): ([ContextName: Flight], [Flight]) = state.withLock { state in
      var unasked: [ContextName] = []
      var seen: Set<ContextName> = []
      for name in names where state.flights[name] == nil && seen.insert(name).inserted {
        // Looked at here, where no answer can come in between.
        if evenIfKnown || !isKnown(name) { unasked.append(name) }
      }
      var new: [Flight] = []
      for start in stride(from: 0, to: unasked.count, by: ContextLimits.questionKeys) {
        let flight = Flight(Array(unasked[start..<min(start + ContextLimits.questionKeys, unasked.count)]))
        for name in flight.names { state.flights[name] = flight }
        new.append(flight)
      }
      var flights: [ContextName: Flight] = [:]
      for name in names { flights[name] = state.flights[name] }
      return (flights, new)
    }
    for flight in new {
      clock.work(1)
      Task {
        await DeviceClock.$isCounted.withValue(true) { await self.perform(flight) }
        clock.work(-1)
      }
    }
    return flights
  }

  /// Asks until all is answered, or it is of no use to go on.
  private func perform(_ flight: Flight) async {
    let deadline = clock.monotonic() + settings.deadline
    var results: [ContextName: Result<HeldValue, ContextError>] = [:]
    var open = flight.names
    var attempt = 1
    while !open.isEmpty {
      let asked = clock.monotonic()
      let answers = await ask(open, until: min(deadline, asked + settings.requestTimeout))
      var again: [ContextName] = []
      var pause = Duration.zero
      for (name, answer) in zip(open, answers) {
        switch answer {
        case .value(let content): results[name] = .success(held(content))
        case .absent: results[name] = .success(heldAbsence())
        case .failed(let error):
          results[name] = .failure(error)
          if let wait = settings.retry.pause(after: attempt, error) {
            again.append(name)
            pause = max(pause, wait)
          }
        }
      }
      let next = clock.monotonic() + pause
      guard !again.isEmpty, next < deadline else { break }
      // Nobody cancels a question; were it so, it would be over.
      do { try await clock.sleep(next) } catch { break }
      open = again
      attempt += 1
    }
    land(flight, results)
  }

  /// One attempt: an answer for each name, whatever the source does.
  private func ask(_ names: [ContextName], until end: MonotonicTime) async -> [ContextAnswer] {
    let source = source
    let texts = names.map(\.text)
    let outcome = await clock.within(end) { () async -> Result<[ContextAnswer], ContextError> in
      do throws(ContextError) {
        return .success(try await source.fetch(texts))
      } catch {
        return .failure(error)
      }
    }
    let failure: ContextError
    switch outcome {
    case .done(.success(let answers)):
      if answers.count == names.count { return answers }
      failure = ContextError(
        .corruption, "the source gave \(answers.count) answers to a question for \(names.count) keys", provider: name)
    case .done(.failure(let error)): failure = error
    case .late: failure = ContextError(.unavailable, "the source did not answer in time", provider: name)
    case .cancelled: failure = .cancelled(nil, name)
    }
    return names.map { .failed(failure.about($0.text)) }
  }

  private func held(_ content: ContextContent) -> HeldValue {
    let now = clock.monotonic()
    let end = content.lifetime.map { now + $0 } ?? .distantFuture
    let fresh = now + settings.refreshInterval
    return HeldValue(
      content.bytes, source: content.source ?? name, version: content.version, fetched: now,
      freshUntil: min(fresh, end), usableUntil: min(fresh + settings.staleLimit, end))
  }

  private func heldAbsence() -> HeldValue {
    let now = clock.monotonic()
    let end = now + settings.absentLifetime
    return HeldValue(nil, source: name, version: 0, fetched: now, freshUntil: end, usableUntil: end)
  }

  /// Remembers what has come, where nobody has set or invalidated the key meanwhile, and tells those who wait.
  private func land(_ flight: Flight, _ results: [ContextName: Result<HeldValue, ContextError>]) {
    let now = clock.monotonic()
    let changed: [ContextName] = state.withLock { state in
      var changed: [ContextName] = []
      for name in flight.names where state.flights[name] === flight {
        state.flights[name] = nil
        switch results[name] {
        case .success(let held):
          failures.remove(name)
          let old = cache.peek(name)
          cache.put(name, Self.kept(held, over: old))
          if let old, old.bytes != held.bytes { changed.append(name) }
        case .failure(let error):
          let pause = max(settings.failureLifetime, error.retryAfter ?? .zero)
          failures.put(name, Failed(error: error, until: now + pause))
        case nil: break
        }
      }
      return changed
    }
    flight.landing.land(results)
    for name in changed { news.changed(name.text) }
  }

  /// What was made of the same bytes is not made again.
  private static func kept(_ new: HeldValue, over old: HeldValue?) -> HeldValue {
    guard let old, let made = old.made, old.bytes == new.bytes else { return new }
    return HeldValue(
      new.bytes, made: made, source: new.source, version: new.version, fetched: new.fetched,
      freshUntil: new.freshUntil, usableUntil: new.usableUntil)
  }

  /// Remembers the value that was made of what is held, unless something else is held meanwhile.
  func remember(_ made: HeldValue, in name: ContextName, inPlaceOf held: HeldValue) {
    state.withLock { _ in
      if cache.peek(name) === held { cache.put(name, made) }
    }
  }

  // MARK: Setting

  public func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError) {
    try await store(key.bytes(of: value, by: settings.coder, name), for: key, lifetime)
  }

  public func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) {
    try await store(nil, for: key, nil)
  }

  private func store<Value: ContextValue>(
    _ bytes: [UInt8]?, for key: ContextKey<Value>, _ lifetime: Duration?
  ) async throws(ContextError) {
    try key.check(name)
    guard isOnline else {
      throw ContextError(
        .unavailable, "offline; nothing was set, set it again when there is a network", key: key.name, provider: name)
    }
    let source = source
    let end = clock.monotonic() + min(settings.deadline, settings.requestTimeout)
    let outcome = await clock.within(end) { () async -> ContextError? in
      do throws(ContextError) {
        _ = try await source.store(bytes, for: key.name, lifetime: lifetime)
        return nil
      } catch {
        return error
      }
    }
    // Asked anew in any case: whether what failed was done is not known, and others may have set it since.
    invalidate(key)
    switch outcome {
    case .done(nil): return
    case .done(let error?): throw error
    case .late:
      throw ContextError(
        .unavailable, "the source did not answer in time; it may have been set or not", key: key.name, provider: name)
    case .cancelled: throw .cancelled(key.name, name)
    }
  }

  // MARK: Invalidating

  public func invalidate<Value: ContextValue>(_ key: ContextKey<Value>) {
    let id = key.id
    state.withLock { state in
      state.flights[id] = nil
      cache.remove(id)
      failures.remove(id)
    }
    news.changed(key.name)
  }

  public func invalidateAll() {
    state.withLock { state in
      state.flights = [:]
      cache.removeAll()
      failures.removeAll()
    }
    news.changedSomehow()
  }
}
