import HoldfastSDK

extension StorageConformance {
  /// Keys that a file system, a database or a careless comparison might take for something else.
  private static let strangeKeys = [
    "a", "A", "/", "..", "../a", "a/b", "a//b", "/etc/passwd", ".", "a.", "a ", " a", "\0", "a\0b", "é", "e\u{301}",
    "ß", "SS",
    "🧀", "👩‍👩‍👧", "CON", "a:b", "a*?", "%2F", "\u{FEFF}a", "\u{10FFFF}", "\n", "'; DROP TABLE item; --",
  ]

  private var keys: [String] {
    Self.strangeKeys + [String(repeating: "k", count: keyBytes), String(repeating: "k", count: keyBytes - 1)]
  }

  func absent(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    findings.expect(try await adapter.read("none") == nil, "reading gives something")
    findings.expect(try await adapter.version("none") == nil, "there is a version")
    findings.expect(try await !adapter.delete("none"), "deleting says that there was something")
    findings.expect(try await adapter.keys(prefix: "", after: nil, limit: 10).isEmpty, "there are keys")
  }

  func written(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    for size in [0, 1, 255, 4096, 65_537, valueBytes] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      let version = try await adapter.write(bytes, for: "value")
      let stored = try await adapter.read("value")
      findings.expect(stored?.bytes == bytes, "\(size) bytes come back as \(stored?.bytes.count ?? -1), or others")
      findings.expect(stored?.version == version, "\(size) bytes have version \(stored?.version ?? 0), not \(version)")
      findings.expect(try await adapter.version("value") == version, "the version alone is another")
    }
    findings.expect(try await adapter.delete("value"), "deleting says that there was nothing")
    findings.expect(try await adapter.read("value") == nil, "what was deleted is read")
    findings.expect(try await adapter.version("value") == nil, "what was deleted has a version")
  }

  func anyKey(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    for (number, key) in keys.enumerated() { try await adapter.write([UInt8(number)], for: key) }
    for (number, key) in keys.enumerated() {
      let stored = try await adapter.read(key)
      findings.expect(stored?.bytes == [UInt8(number)], "key \(key.debugDescription.prefix(40)) has another's value")
    }
    let listed = try await adapter.keys(prefix: "", after: nil, limit: 1000)
    let sorted = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    findings.expect(
      listed.count == sorted.count && zip(listed, sorted).allSatisfy { $0.utf8.elementsEqual($1.utf8) },
      "they are listed as \(listed.map { $0.debugDescription.prefix(40) })")
  }

  func bounds(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    await findings.expect(.invalidKey, of: "an empty key") { try await adapter.write([1], for: "") }
    await findings.expect(.invalidKey, of: "an empty key that is read") { _ = try await adapter.read("") }
    let long = String(repeating: "k", count: keyBytes + 1)
    await findings.expect(.invalidKey, .tooLarge, of: "a key of \(keyBytes + 1) bytes") {
      try await adapter.write([1], for: long)
    }
    await findings.expect(.invalidKey, of: "one key twice") {
      try await adapter.apply([.write([1], for: "a"), .delete("a")])
    }
    findings.expect(try await adapter.keys(prefix: "", after: nil, limit: 10).isEmpty, "something was written")
  }

  func versions(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    var seen: [UInt64] = []
    for round in 0..<20 {
      let version = try await adapter.write([UInt8(round)], for: "key")
      findings.expect(version > seen.last ?? 0, "version \(version) follows \(seen.last ?? 0)")
      seen.append(version)
    }
    try await adapter.delete("key")
    let again = try await adapter.write([99], for: "key")
    findings.expect(!seen.contains(again), "a key that was deleted has its old version \(again) again")
  }

  func expected(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    let first = try await adapter.write([1], for: "key", expected: 0)
    await findings.expect(.conflict, of: "a value where none was expected") {
      try await adapter.write([2], for: "key", expected: 0)
    }
    let second = try await adapter.write([2], for: "key", expected: first)
    await findings.expect(.conflict, of: "an old version") { try await adapter.write([3], for: "key", expected: first) }
    await findings.expect(.conflict, of: "deleting an old version") { try await adapter.delete("key", expected: first) }
    await findings.expect(.conflict, of: "a version of what is not there") {
      try await adapter.write([1], for: "other", expected: 7)
    }
    findings.expect(try await adapter.read("key") == StoredValue([2], version: second), "it has changed all the same")
    findings.expect(try await adapter.version("other") == nil, "it was written all the same")
    findings.expect(try await adapter.delete("key", expected: second), "the right version is not deleted")
  }

  func together(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    let outcomes = try await adapter.apply((0..<100).map { .write([UInt8($0)], for: "key\($0)") })
    findings.expect(outcomes.count == 100, "100 changes have \(outcomes.count) outcomes")
    for (number, outcome) in outcomes.enumerated() {
      let stored = try await adapter.read("key\(number)")
      findings.expect(
        stored == StoredValue([UInt8(number)], version: outcome.version), "key\(number) is \(stored as Any)")
    }
    let old = outcomes[0].version
    try await adapter.write([0], for: "key0")
    await findings.expect(.conflict, of: "a batch whose last expectation fails") {
      try await adapter.apply([
        .write([200], for: "new"), .delete("key1"), .write([201], for: "key2"), .check("key0", expected: old),
      ])
    }
    findings.expect(try await adapter.version("new") == nil, "a part of it was written")
    findings.expect(try await adapter.read("key1")?.bytes == [1], "a part of it was deleted")
    findings.expect(try await adapter.read("key2")?.bytes == [2], "a part of it was replaced")
    let mixed = try await adapter.apply([
      .delete("key1"), .delete("none"), .write([7], for: "key2"), .check("key3", expected: outcomes[3].version),
    ])
    findings.expect(
      mixed.prefix(2).map(\.existed) == [true, false], "deletions tell \(mixed.prefix(2).map(\.existed))")
    findings.expect(try await adapter.version("key1") == nil, "a deletion among others was not made")
    findings.expect(try await adapter.read("key2")?.bytes == [7], "a write among others was not made")
  }

  func listed(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    let keys = (0..<50).map { "list/\($0)" } + ["list", "lisu", "a", "list\u{10FFFF}", "z"]
    try await adapter.apply(keys.map { .write([1], for: $0) })
    func sorted(_ prefix: String) -> [String] {
      keys.filter { $0.utf8.starts(with: prefix.utf8) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    for prefix in ["", "list", "list/", "list/1", "nothing", "z"] {
      let found = try await adapter.keys(prefix: prefix, after: nil, limit: 1000)
      findings.expect(found == sorted(prefix), "with prefix “\(prefix)” they are \(found)")
      var paged: [String] = []
      while true {
        let page = try await adapter.keys(prefix: prefix, after: paged.last, limit: 7)
        findings.expect(page.count <= 7, "a page of 7 has \(page.count)")
        if page.isEmpty { break }
        paged += page
        if paged.count > keys.count { break }
      }
      findings.expect(paged == sorted(prefix), "in pages, with prefix “\(prefix)”, they are \(paged)")
    }
    let after = try await adapter.keys(prefix: "list/", after: "list/49", limit: 3)
    findings.expect(
      after == Array(sorted("list/").drop { $0 != "list/49" }.dropFirst().prefix(3)), "after list/49: \(after)")
  }

  func erased(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    try await adapter.apply((0..<300).map { .write([1], for: "key\($0)") })
    try await adapter.eraseAll()
    findings.expect(try await adapter.keys(prefix: "", after: nil, limit: 10).isEmpty, "there are keys")
    findings.expect(try await adapter.read("key7") == nil, "there is a value")
    try await adapter.write([2], for: "key7")
    findings.expect(try await adapter.read("key7")?.bytes == [2], "nothing can be written afterwards")
  }

  func concurrent(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<16 {
        group.addTask {
          for round in 0..<10 {
            let bytes = [UInt8(caller), UInt8(round)]
            let version = try await adapter.write(bytes, for: "caller\(caller)")
            let stored = try await adapter.read("caller\(caller)")
            findings.expect(stored == StoredValue(bytes, version: version), "caller \(caller) reads \(stored as Any)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  func transactions(_ adapter: any StorageAdapter, _ findings: Findings) async throws {
    let persistence = Persistence(adapter)
    try await persistence.saveAll(["from": 100, "to": 0])
    // All read before the first writes, so that transactions that do not notice each other are sure to be seen.
    let meeting = Meeting(of: 4)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          do {
            for _ in 0..<5 {
              try await persistence.transaction { accounts in
                let from = try await accounts.load(Int.self, "from") ?? 0
                let to = try await accounts.load(Int.self, "to") ?? 0
                await meeting.arrive()
                try accounts.save(from - 1, as: "from")
                try accounts.save(to + 1, as: "to")
              }
            }
          } catch {
            await meeting.open()
            throw error
          }
        }
      }
      try await group.waitForAll()
    }
    let (from, to) = (try await persistence.load(Int.self, "from"), try await persistence.load(Int.self, "to"))
    findings.expect(from == 80 && to == 20, "after 20 of them there are \(from as Any) and \(to as Any)")
  }

  func outlasts(
    _ adapter: any StorageAdapter, _ findings: Findings,
    _ reopen: @Sendable (any StorageAdapter) async throws -> any StorageAdapter
  ) async throws {
    let version = try await adapter.write([1, 2, 3], for: "key")
    try await adapter.write([4], for: "gone")
    try await adapter.delete("gone")
    let again = try await reopen(adapter)
    findings.expect(try await again.read("key") == StoredValue([1, 2, 3], version: version), "it is not what it was")
    findings.expect(try await again.version("gone") == nil, "what was deleted is there")
    findings.expect(try await again.keys(prefix: "", after: nil, limit: 10) == ["key"], "other keys are listed")
  }
}

/// Lets nobody go on before all have come; then it is open.
private actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(of count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    guard missing > 0 else { return open() }
    await withCheckedContinuation { waiting.append($0) }
  }

  /// Somebody will not come: nobody waits any more.
  func open() {
    missing = 0
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}
