import HoldfastSDK

/// What goes on while others change things, and what happens when they break.
extension ContextConformance {
  func watched(_ subject: Subject, _ findings: Findings) async throws {
    let key = ContextKey<Int>("key")
    try await subject.writer.set(1, for: key)
    let seen = Seen()
    let watching = Task {
      for await outcome in subject.provider.watch(key) { await seen.add(outcome) }
    }
    defer { watching.cancel() }
    try await findings.settle("who watches does not see what is there") { await seen.last == .some(.some(1)) }
    try await subject.writer.set(2, for: key)
    try await findings.settle("who watches does not see a new value") { await seen.last == .some(.some(2)) }
    try await subject.writer.remove(key)
    try await findings.settle("who watches does not see that it is gone") { await seen.last == .some(.none) }
    try await subject.writer.set(3, for: key)
    try await findings.settle("who watches does not see it come again") { await seen.last == .some(.some(3)) }
    let all = await seen.all
    findings.expect(zip(all, all.dropFirst()).allSatisfy { $0 != $1 }, "the same is told twice: \(all)")
    watching.cancel()
    await watching.value
  }

  func cancelled(_ subject: Subject, _ findings: Findings) async throws {
    try await subject.writer.set(1, for: ContextKey("key"))
    // Whether its answer is there already or not, it comes back.
    let caller = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await subject.provider.resolveAll([ContextKey<Int>("key")])
    }
    switch await caller.value.first {
    case .success(let found): findings.expect(found?.value == 1, "a caller who gives up gets \(found as Any)")
    case .failure(let error): findings.expect(error.code == .cancelled, "a caller who gives up gets \(error)")
    case nil: findings.add("a caller who gives up gets nothing")
    }
    let found = try await subject.provider.resolve(ContextKey<Int>("key"))
    findings.expect(found?.value == 1, "after one who gave up, the next gets \(found as Any)")
  }

  func damaged(_ subject: Subject, _ findings: Findings) async throws {
    guard let damage = subject.damage else { return }
    try await subject.writer.set("text", for: ContextKey("key"))
    try await subject.writer.set("text", for: ContextKey("other"))
    try await damage("key")
    subject.provider.invalidateAll()
    for _ in 0..<2 {
      await findings.expectError(.corruption, .composition, of: "what is damaged") {
        _ = try await subject.provider.resolve(ContextKey("key", default: "default"))
      }
    }
    let other = try await subject.provider.resolve(ContextKey<String>("other"))
    findings.expect(other?.value == "text", "beside what is damaged there is \(other as Any)")
  }

  func unreachable(_ subject: Subject, _ findings: Findings) async throws {
    guard let cutOff = subject.cutOff else { return }
    try await subject.writer.set(1, for: ContextKey("key"))
    _ = try await subject.provider.resolve(ContextKey<Int>("key"))
    try await cutOff()
    await findings.expectError(.unavailable, .network, .persistence, .composition, of: "a key that was never asked for")
    {
      _ = try await subject.provider.resolve(ContextKey("never", default: 9))
    }
    if case .failure(let error)? = await subject.provider.resolveAll([ContextKey("never", default: 9)]).first {
      findings.expect(!error.message.isEmpty && !error.provider.isEmpty, "the error says nothing: \(error)")
    } else {
      findings.add("among others, a key that was never asked for has no error")
    }
    do {
      let found = try await subject.provider.resolve(ContextKey("key", default: 9))
      findings.expect(found?.value == 1, "what was known is \(found as Any)")
    } catch {
      findings.expect(error.code != .corruption, "what was known gives \(error)")
    }
  }

  func ended(_ subject: Subject, _ findings: Findings) async throws {
    guard let pass = subject.pass else { return }
    try await subject.writer.set(1, for: ContextKey("key"), lifetime: .seconds(100))
    try await subject.writer.set(2, for: ContextKey("stays"))
    findings.expect(try await subject.provider.resolve(ContextKey<Int>("key"))?.value == 1, "it is not there at first")
    try await pass(.seconds(99))
    findings.expect(try await subject.provider.resolve(ContextKey<Int>("key"))?.value == 1, "it has ended too early")
    try await pass(.seconds(2))
    let found = try await subject.provider.resolve(ContextKey("key", default: 9))
    findings.expect(found?.reason == .default, "after its end it is \(found as Any)")
    findings.expect(try await subject.provider.resolve(ContextKey<Int>("stays"))?.value == 2, "another has ended too")
  }
}

/// What one who watches has seen: values, nil for none. Failures are left out; they pass.
private actor Seen {
  private(set) var all: [Int?] = []
  var last: Int?? { all.last }

  func add(_ outcome: ContextOutcome<Int>) {
    if case .success(let found) = outcome { all.append(found?.value) }
  }
}
