import HoldfastCache
import HoldfastRPC
import HoldfastWire

extension NetworkContextProvider {
  /// Keeps what is remembered up to date until the task is cancelled: fetches it before it is too old, all in parallel, and
  /// listens to what the source says has changed.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.refreshRegularly() }
      group.addTask { await self.followSource() }
    }
  }

  /// Fetches all that is remembered, in parallel, and returns when each has been answered. What cannot be fetched stays
  /// as it is.
  public func refresh() async {
    guard isOnline else { return }
    for flight in refreshing(due: .distantFuture) { _ = await flight.landing.value(resting: clock.counting) }
  }

  /// Often enough that each value is looked at twice between the first moment to fetch it and the last.
  private var interval: Duration { max(settings.refreshInterval / 5, .milliseconds(1)) }

  private func refreshRegularly() async {
    clock.work(1)
    defer { clock.work(-1) }
    while !Task.isCancelled {
      do { try await clock.sleep(clock.monotonic() + interval) } catch { return }
      // Not waited for: what is under way when it is looked at again is not asked for twice.
      if isOnline { _ = refreshing(due: clock.monotonic() + interval * 2) }
    }
  }

  /// Fetches what is not fresh any more by then, and lets go what is of no use to anybody.
  private func refreshing(due: MonotonicTime) -> [Flight] {
    let now = clock.monotonic()
    var names: [ContextName] = []
    for name in cache.keys {
      guard let held = cache.peek(name) else { continue }
      if now >= held.usableUntil {
        state.withLock { _ in
          if cache.peek(name) === held { cache.remove(name) }
        }
        // Whoever watches it learns that it has ended.
        news.changed(name.text)
      } else if held.bytes != nil, held.freshUntil <= due {
        names.append(name)
        // It could not be fetched in time: whoever watches it learns that it is not what the source says now.
        if held.freshUntil <= now { news.changed(name.text) }
      }
    }
    // Several names may share a question.
    return Array(fly(names, evenIfKnown: true).values)
  }

  private func followSource() async {
    while !Task.isCancelled {
      do throws(ContextError) {
        try await source.follow { [weak self] in self?.heard($0) }
        // A source that never tells.
        if !Task.isCancelled { return }
      } catch {
        // What it would have told is not known; what is remembered gets old by itself, and it is tried again.
        do { try await clock.rest(until: clock.monotonic() + interval) } catch { return }
      }
    }
  }

  /// What has changed is asked for when somebody wants it, so that a key that changes all the time costs nothing; all that
  /// may have changed is asked for at once. What there is does meanwhile where the source cannot be asked.
  private func heard(_ notice: ContextNotice) {
    switch notice {
    case .everything:
      for name in cache.keys { age(name, version: 0) }
      failures.removeAll()
      if isOnline { _ = refreshing(due: .distantFuture) }
      news.changedSomehow()
    case .changed(let text, let version):
      let name = ContextName(text: text)
      // News of what this provider has seen already.
      guard age(name, version: version) else { return }
      failures.remove(name)
      news.changed(text)
    }
  }

  /// What is under way may be older than the change, and is not kept. False when the version is known already.
  @discardableResult
  private func age(_ name: ContextName, version: UInt64) -> Bool {
    state.withLock { state in
      let held = cache.peek(name)
      if let held, version != 0, held.version >= version { return false }
      state.flights[name] = nil
      if let held { cache.put(name, held.aged()) }
      return true
    }
  }
}
