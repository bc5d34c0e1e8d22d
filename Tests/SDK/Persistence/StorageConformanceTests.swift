import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

/// Holdfast's own adapters keep the rules, and the suite sees who does not.
@Suite struct StorageConformanceTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func fresh() -> String { folder.path("\(UInt64.random(in: .min ... .max))") }

  @Test func `in memory`() async {
    #expect(await StorageConformance { MemoryAdapter() }.run() == [])
  }

  @Test func `in an SQLite file`() async throws {
    let paths = Paths()
    let broken = await StorageConformance { adapter in
      await (adapter as? SQLiteAdapter)?.close()
      return try await SQLiteAdapter.open(paths.last)
    } _: {
      try await SQLiteAdapter.open(paths.add(fresh()))
    }.run()
    #expect(broken == [])
  }

  @Test func `in files`() async throws {
    let paths = Paths()
    let broken = await StorageConformance { _ in
      try FileAdapter(directory: paths.last, client: "tests")
    } _: {
      try FileAdapter(directory: paths.add(fresh()), client: "tests")
    }.run()
    #expect(broken == [])
  }

  @Test func `in a preferences file`() async throws {
    let paths = Paths()
    let broken = await StorageConformance(valueBytes: 256 << 10) { _ in
      try DefaultsAdapter(file: paths.last)
    } _: {
      try DefaultsAdapter(file: paths.add(fresh() + "/settings.json"))
    }.run()
    #expect(broken == [])
  }

  @Test func `on a hub`() async throws {
    let hub = try await FakeHub.start()
    let broken = await StorageConformance(keyBytes: 1024) { _ in
      HubAdapter(hub.client(of: "second"), space: hub.space)
    } _: {
      let adapter = HubAdapter(hub.client(of: "first"), space: hub.space)
      try await adapter.eraseAll()
      return adapter
    }.run()
    #expect(broken == [])
    await hub.close()
  }

  @Test(arguments: Fault.allCases)
  func `an adapter that breaks a rule is found`(_ fault: Fault) async {
    let broken = await StorageConformance(valueBytes: 1024) { FaultyAdapter(fault) }.run()
    #expect(broken.map(\.rule).contains(fault.rawValue), "\(broken)")
  }
}

/// Where the adapter that was made last has its values.
private final class Paths: Sendable {
  private let made = Lock<[String]>([])
  var last: String { made.withLock { $0.last ?? "" } }
  func add(_ path: String) -> String {
    made.withLock { $0.append(path) }
    return path
  }
}

enum Fault: String, CaseIterable, Sendable {
  case brokenIsAbsent = "what is written is read"
  case foldsCase = "any text is a key"
  case takesEmptyKeys = "keys have bounds"
  case versionsStayOne = "versions rise"
  case ignoresExpectations = "an expectation that fails changes nothing"
  case writesOneByOne = "changes are made together or not at all"
  case pagesRepeat = "keys are listed by prefix, in pages"
  case forgetsToErase = "nothing is left after erasing"
  case losesRaces = "transactions run one after the other"
}

/// Keeps values in memory, and breaks one rule.
private final class FaultyAdapter: StorageAdapter {
  private let memory = MemoryAdapter()
  private let fault: Fault

  init(_ fault: Fault) { self.fault = fault }

  private func name(_ key: String) -> String {
    switch fault {
    case .foldsCase: key.lowercased()
    case .takesEmptyKeys: key.isEmpty ? "empty" : key
    default: key
    }
  }

  func read(_ key: String) async throws(StorageError) -> StoredValue? {
    var stored = try await memory.read(name(key))
    if fault == .brokenIsAbsent, stored?.bytes.isEmpty == true { return nil }
    if fault == .versionsStayOne { stored?.version = 1 }
    return stored
  }

  func version(_ key: String) async throws(StorageError) -> UInt64? { try await read(key)?.version }

  func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    try await memory.keys(prefix: prefix, after: fault == .pagesRepeat ? nil : last, limit: limit)
  }

  func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    var changes = changes.map { change in
      var change = change
      change.key = name(change.key)
      return change
    }
    if fault == .ignoresExpectations || fault == .losesRaces && changes.count > 1 {
      for place in changes.indices where changes[place].kind != .check { changes[place].expected = nil }
    }
    if fault == .writesOneByOne {
      var outcomes: [StorageOutcome] = []
      for change in changes { outcomes += try await memory.apply([change]) }
      return outcomes
    }
    var outcomes = try await memory.apply(changes)
    if fault == .versionsStayOne { for place in outcomes.indices { outcomes[place].version = 1 } }
    return outcomes
  }

  func eraseAll() async throws(StorageError) {
    if fault != .forgetsToErase { try await memory.eraseAll() }
  }
}
