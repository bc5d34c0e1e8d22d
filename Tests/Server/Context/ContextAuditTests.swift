import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// What somebody may do to context who can write to the file, and what that shows as.
private enum Tampering: CaseIterable, CustomTestStringConvertible {
  case content, pastContent, kind, name, owner, removalUndone, logged, logTakenOut

  var statements: [SQL] {
    switch self {
    case .content: ["UPDATE context SET content = x'34' WHERE id & 255 = 3"]
    case .pastContent: ["UPDATE context SET content = x'34' WHERE id & 255 = 1"]
    case .kind: ["UPDATE context SET kind = 3 WHERE id & 255 = 3"]
    case .name: ["UPDATE context SET key = x'020042' WHERE id & 255 = 3"]
    case .owner: ["UPDATE context SET key = x'03014161' WHERE id & 255 = 3"]
    case .removalUndone: ["UPDATE context SET kind = 1, content = x'34' WHERE id & 255 = 4"]
    case .logged: ["UPDATE change SET content = zeroblob(32) WHERE id & 255 = 3"]
    case .logTakenOut: ["DELETE FROM change WHERE id & 255 = 3"]
    }
  }

  var places: [Int64] {
    switch self {
    case .content, .kind, .name, .owner, .logTakenOut: [3]
    case .pastContent: [1]
    case .removalUndone: [4]
    // The change, and the value that it tells otherwise of.
    case .logged: [3, 3]
    }
  }

  var testDescription: String { "\(self)" }
}

struct `The audit of context` {
  private let parent: TemporaryDirectory
  private let directory: HubDirectory

  init() throws {
    parent = try TemporaryDirectory()
    directory = HubDirectory(path: parent.path("hub"))
    try directory.prepare()
  }

  private func run(_ body: (ContextClient) async throws -> Void) async throws {
    let store = try Store(Database(path: directory.database, options: StoreOptions(), migrations: Schema.migrations))
    defer { store.close() }
    let calls = try await PersistenceCalls.open(store)
    var dispatcher = Dispatcher()
    try await ContextCalls.open(beside: calls).register(on: &dispatcher)
    var keeper = try await AuditKeeper(store, directory) { _ in }
    try await body(
      ContextClient(.inProcess(dispatcher, authenticator: Known(principal: HubPrincipal("ann", scope: .everything)))))
    try await keeper.keep(store)
  }

  private struct Known: Authenticator {
    let principal: HubPrincipal

    nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { principal }
  }

  /// Four changes of the space: a name that is set twice, one of another, and a removal.
  private func write() async throws {
    try await run { context in
      try await context.set("a", "1")
      try await context.set("a", "2")
      try await context.set("b", "3", at: .user)
      try await context.remove("a")
    }
  }

  @Test func `what nobody has touched is whole, in all scopes`() async throws {
    try await write()
    try await run { context in try await context.set("a", "1", at: .global) }
    let report = try AuditTrail(of: directory).verify()
    #expect(report.findings.isEmpty)
    #expect((report.spaces, report.changes, report.values, report.heads) == (2, 5, 5, 2))
  }

  @Test(arguments: Tampering.allCases)
  fileprivate func `what is changed is found, and named`(tampering: Tampering) async throws {
    try await write()
    let database = try Database(path: directory.database, options: StoreOptions(), migrations: Schema.migrations)
    for statement in tampering.statements { _ = try database.write { try $0.execute(statement) } }
    let findings = try AuditTrail(of: directory).verify().findings
    #expect(findings.map(\.sequence) == tampering.places)
    #expect(findings.allSatisfy { $0.space == "notes" && ($0.who == "ann" || tampering == .logTakenOut) })
  }
}
