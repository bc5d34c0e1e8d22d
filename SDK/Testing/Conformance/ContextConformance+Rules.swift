import HoldfastSDK

/// A value with parts.
private struct Sample: Codable, Equatable, Sendable {
  var title: String
  var counts: [Int]
  var inner: [String: Double]
}

extension ContextConformance {
  private static let strangeNames = [
    "a", "A", "/", "..", "../a", "a/b", "a//b", ".", "a.", "a ", " a", "\0", "a\0b", "é", "e\u{301}", "ß", "SS", "🧀",
    "%2F", "\u{FEFF}a", "\u{10FFFF}", "\n", "'; DROP TABLE item; --", "a?b=c#d",
    String(repeating: "k", count: ContextLimits.keyBytes),
  ]

  func absent(_ subject: Subject, _ findings: Findings) async throws {
    for _ in 0..<2 {
      let plain = try await subject.provider.resolve(ContextKey<String>("nobody"))
      findings.expect(plain == nil, "without a default it is \(plain as Any)")
      let filled = try await subject.provider.resolve(ContextKey("nobody", default: "so"))
      findings.expect(filled?.value == "so", "with a default it is \(filled as Any)")
      findings.expect(filled?.reason == .default, "a default has the reason \(filled?.reason as Any)")
    }
  }

  func found(_ subject: Subject, _ findings: Findings) async throws {
    func look<Value: ContextValue>(_ value: Value, _ name: String) async throws {
      let key = ContextKey<Value>(name)
      try await subject.writer.set(value, for: key)
      for round in 1...2 {
        let found = try await subject.provider.resolve(key)
        findings.expect(found?.value == value, "\(value) comes back as \(found as Any), time \(round)")
        guard let found else { continue }
        findings.expect([.fresh, .cached].contains(found.reason), "\(name) is \(found.reason) though nothing fails")
        findings.expect(!found.source.isEmpty, "\(name) comes from nowhere")
        findings.expect(found.age >= .zero, "\(name) is \(found.age) old")
        findings.expect(found.problem == nil, "\(name) has a problem: \(found.problem as Any)")
      }
    }
    try await look("text", "string")
    try await look("", "empty string")
    try await look("🧀\0\n\"", "strange string")
    try await look(Int.min, "smallest")
    try await look(Int.max, "greatest")
    try await look(-0.1, "double")
    try await look(true, "bool")
    try await look([1, 2, 3], "array")
    try await look([Int](), "empty array")
    try await look(Sample(title: "t", counts: [1], inner: ["a": 1.5]), "structure")
    try await look(String(repeating: "long ", count: 20_000), "long")
  }

  func anyKey(_ subject: Subject, _ findings: Findings) async throws {
    for (number, name) in Self.strangeNames.enumerated() {
      try await subject.writer.set(number, for: ContextKey(name))
    }
    for (number, name) in Self.strangeNames.enumerated() {
      let found = try await subject.provider.resolve(ContextKey<Int>(name))
      findings.expect(found?.value == number, "\(name.debugDescription.prefix(40)) has \(found?.value as Any)")
    }
  }

  func bounds(_ subject: Subject, _ findings: Findings) async throws {
    for name in ["", String(repeating: "k", count: ContextLimits.keyBytes + 1)] {
      let key = ContextKey("\(name)", default: 1)
      await findings.expectError(.invalidKey, of: "a name of \(name.utf8.count) bytes") {
        _ = try await subject.provider.resolve(key)
      }
      await findings.expectError(.invalidKey, of: "setting a name of \(name.utf8.count) bytes") {
        try await subject.writer.set(1, for: key)
      }
    }
  }

  func typed(_ subject: Subject, _ findings: Findings) async throws {
    try await subject.writer.set("text", for: ContextKey("key"))
    for _ in 0..<2 {
      await findings.expectError(.corruption, of: "text that is asked for as a number") {
        _ = try await subject.provider.resolve(ContextKey("key", default: 7))
      }
      let found = try await subject.provider.resolve(ContextKey<String>("key"))
      findings.expect(found?.value == "text", "asked for as text it is \(found as Any)")
    }
  }

  func last(_ subject: Subject, _ findings: Findings) async throws {
    let key = ContextKey<Int>("key")
    for number in 0..<10 {
      try await subject.writer.set(number, for: key)
      try await findings.settle("\(number) is set, and not found") {
        try await subject.provider.resolve(key)?.value == number
      }
    }
  }

  func removed(_ subject: Subject, _ findings: Findings) async throws {
    let key = ContextKey<Int>("key")
    try await subject.writer.remove(key)
    try await subject.writer.set(1, for: key)
    findings.expect(try await subject.provider.resolve(key)?.value == 1, "it is not there before")
    try await subject.writer.remove(key)
    try await findings.settle("it is found after it was removed") { try await subject.provider.resolve(key) == nil }
    try await subject.writer.set(2, for: key)
    try await findings.settle("it is not found when it is set again") {
      try await subject.provider.resolve(key)?.value == 2
    }
  }

  func together(_ subject: Subject, _ findings: Findings) async throws {
    try await subject.writer.set("text", for: ContextKey("wrong"))
    for number in 0..<300 where !number.isMultiple(of: 3) {
      try await subject.writer.set(number, for: ContextKey("key\(number)"))
    }
    var keys = (0..<300).map { ContextKey<Int>("key\($0)") }
    keys += [ContextKey("default", default: -1), ContextKey("wrong"), ContextKey(""), ContextKey("key1")]
    for _ in 0..<2 {
      let outcomes = await subject.provider.resolveAll(keys)
      guard outcomes.count == keys.count else {
        return findings.add("\(keys.count) keys have \(outcomes.count) outcomes")
      }
      for (number, outcome) in outcomes.prefix(300).enumerated() {
        let value = try outcome.get()?.value
        findings.expect(
          value == (number.isMultiple(of: 3) ? nil : number), "key\(number) is \(value as Any) among others")
      }
      findings.expect(try outcomes[300].get()?.value == -1, "a default is not found among others")
      await findings.expectError(.corruption, of: "one of another type") { _ = try outcomes[301].get() }
      await findings.expectError(.invalidKey, of: "an empty name among others") { _ = try outcomes[302].get() }
      findings.expect(try outcomes[303].get()?.value == 1, "a key that is asked for twice has one value")
    }
    findings.expect(await subject.provider.resolveAll([ContextKey<Int>]()).isEmpty, "no keys have outcomes")
  }

  func atHand(_ subject: Subject, _ findings: Findings) async throws {
    let (key, nobody) = (ContextKey("key", default: 0), ContextKey("nobody", default: 0))
    try await subject.writer.set(5, for: key)
    _ = try await subject.provider.resolve(key)
    _ = try await subject.provider.resolve(nobody)
    if case .known(let found) = subject.provider.atHand(key) {
      findings.expect(found?.value == 5, "it is \(found as Any)")
    }
    if case .known(let found) = subject.provider.atHand(nobody) {
      findings.expect(found == nil, "what nobody has set is \(found as Any)")
    }
    if case .known(let found) = subject.provider.atHand(ContextKey<String>("key")) {
      findings.add("a number that is asked for as text is \(found as Any)")
    }
  }

  func invalidated(_ subject: Subject, _ findings: Findings) async throws {
    let key = ContextKey<Int>("key")
    try await subject.writer.set(5, for: key)
    for _ in 0..<2 {
      subject.provider.invalidate(key)
      findings.expect(try await subject.provider.resolve(key)?.value == 5, "it is lost when it is invalidated")
      subject.provider.invalidateAll()
      findings.expect(try await subject.provider.resolve(key)?.value == 5, "it is lost when all is invalidated")
    }
  }

  func concurrent(_ subject: Subject, _ findings: Findings) async throws {
    try await subject.writer.set(-1, for: ContextKey("shared"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<16 {
        group.addTask {
          let key = ContextKey<Int>("caller\(caller)")
          for round in 0..<8 {
            let value = caller * 100 + round
            try await subject.writer.set(value, for: key)
            try await findings.settle("caller \(caller) does not find what it has set") {
              try await subject.provider.resolve(key)?.value == value
            }
            let shared = try await subject.provider.resolve(ContextKey<Int>("shared"))
            findings.expect(shared?.value == -1, "caller \(caller) finds \(shared as Any)")
          }
        }
      }
      try await group.waitForAll()
    }
    for caller in 0..<16 {
      let found = try await subject.provider.resolve(ContextKey<Int>("caller\(caller)"))
      findings.expect(found?.value == caller * 100 + 7, "in the end caller \(caller) has \(found as Any)")
    }
  }
}
