import Foundation
import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// What somebody may do to a log who can write to the file, and where that has to show.
private enum Tampering: CaseIterable, CustomTestStringConvertible {
  case content, who, moment, kind, key, digest, takenOut, cutShort, putIn, value, emptied

  var statements: [SQL] {
    switch self {
    case .content: ["UPDATE change SET content = zeroblob(32) WHERE id = (1 << 40) + 3"]
    case .who: ["UPDATE change SET who = 'nobody' WHERE id = (1 << 40) + 3"]
    case .moment: ["UPDATE change SET at = at + 1 WHERE id = (1 << 40) + 3"]
    case .kind: ["UPDATE change SET kind = 2 WHERE id = (1 << 40) + 3"]
    case .key: ["UPDATE change SET key = x'41' WHERE id = (1 << 40) + 3"]
    case .digest: ["UPDATE change SET digest = zeroblob(32) WHERE id = (1 << 40) + 3"]
    case .takenOut: ["DELETE FROM change WHERE id = (1 << 40) + 3"]
    case .cutShort:
      [
        "DELETE FROM change WHERE id > (1 << 40) + 2",
        "UPDATE space SET sequence = 2, digest = (SELECT digest FROM change WHERE id = (1 << 40) + 2)",
      ]
    case .putIn:
      [
        """
        INSERT INTO change (id, at, who, kind, key, content, digest)
        SELECT id + 1, at, who, kind, key, content, digest FROM change WHERE id = (1 << 40) + 5
        """,
        "UPDATE space SET sequence = 6",
      ]
    case .value: ["UPDATE value SET content = x'00' WHERE version = 3"]
    case .emptied: ["DELETE FROM change"]
    }
  }

  /// The changes that findings name.
  var places: [Int64] {
    switch self {
    case .who, .moment, .kind, .key, .takenOut, .value: [3]
    // Also the value, which is not what the log says now.
    case .content: [3, 3]
    // Also the one after it, which does not follow from the new digest.
    case .digest: [3, 4]
    case .cutShort: [5]
    case .putIn: [6]
    // By what is signed, and by what the space says.
    case .emptied: [5, 1]
    }
  }

  var testDescription: String { "\(self)" }
}

@Suite("The audit trail")
struct AuditTrailTests {
  private let parent: TemporaryDirectory
  private let directory: HubDirectory

  init() throws {
    parent = try TemporaryDirectory()
    directory = HubDirectory(path: parent.path("hub"))
    try directory.prepare()
  }

  /// A run of a hub, as far as it matters here.
  private func run(
    changesKept: Int64 = .max, reports: Lock<[String]> = Lock([]),
    _ body: (PersistenceClient, PersistenceCalls) async throws -> Void
  ) async throws {
    let store = try Store(Database(path: directory.database, options: StoreOptions(), migrations: Schema.migrations))
    defer { store.close() }
    var settings = PersistenceSettings()
    settings.changesKeptCount = changesKept
    settings.outcomesKept = .zero
    let calls = try await PersistenceCalls.open(store, settings)
    var dispatcher = Dispatcher()
    calls.register(on: &dispatcher)
    var keeper = try await AuditKeeper(store, directory) { report in reports.withLock { $0.append(report) } }
    let client = RPCClient.inProcess(
      dispatcher, authenticator: Known(principal: HubPrincipal("ann", scope: .everything)))
    try await body(PersistenceClient(client), calls)
    try await keeper.keep(store)
  }

  private struct Known: Authenticator {
    let principal: HubPrincipal

    nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { principal }
  }

  private func writeFive() async throws {
    try await run { client, _ in for number in 1...5 { try await client.put("key \(number)", "value \(number)") } }
  }

  private func verify(key: VerifyingKey? = nil) throws -> AuditTrail.Report {
    try AuditTrail(of: directory).verify(key: key)
  }

  private func change(by statements: [SQL]) throws {
    let database = try Database(path: directory.database, options: StoreOptions(), migrations: Schema.migrations)
    for statement in statements { _ = try database.write { try $0.execute(statement) } }
  }

  @Test("What nobody has touched is whole, also beside the hub that writes it")
  func whole() async throws {
    try await run { client, _ in
      for number in 1...5 { try await client.put("key \(number)", "value \(number)") }
      try await client.put("key 1", "another value")
      let report = try verify()
      #expect(report.findings.isEmpty)
      #expect((report.changes, report.heads) == (6, 0))
    }
    let report = try verify()
    #expect(report.findings.isEmpty)
    #expect((report.spaces, report.changes, report.values, report.heads) == (1, 6, 5, 1))
    #expect(report.key != nil)
  }

  @Test("Whatever is changed is found, and the place is named", arguments: Tampering.allCases)
  fileprivate func tampered(_ tampering: Tampering) async throws {
    try await writeFive()
    try change(by: tampering.statements)
    let findings = try verify().findings
    #expect(findings.map(\.sequence) == tampering.places)
    #expect(findings.allSatisfy { $0.space == "notes" })
  }

  @Test("A finding says whose change it is and of what")
  func named() async throws {
    try await writeFive()
    try change(by: Tampering.content.statements)
    let finding = try #require(try verify().findings.first)
    #expect(finding.who == "ann")
    #expect(finding.key == Array("key 3".utf8))
    #expect(finding.at != nil)
  }

  @Test("A log that has been cut by age is whole")
  func cut() async throws {
    try await run(changesKept: 2) { client, calls in
      for number in 1...5 { try await client.put("key \(number)", "value \(number)") }
      try await calls.tendLogs()
    }
    let report = try verify()
    #expect(report.findings.isEmpty)
    #expect(report.changes == 2)
    #expect(report.heads == 1)
  }

  @Test("What is signed is not taken from another")
  func otherKey() async throws {
    try await writeFive()
    let key = try #require(try verify().key)
    #expect(try verify(key: key).findings.isEmpty)
    #expect(try verify(key: SigningKey.random().verifyingKey).findings.map(\.sequence) == [5])
    let files = AuditFiles(directory)
    let heads = try LocalFile.readText(files.heads)
    try LocalFile.replace(files.heads, with: heads.replacing("\n5 ", with: "\n4 ").utf8, mode: 0o644)
    #expect(try verify().findings.map(\.sequence) == [4])
    try LocalFile.remove(files.heads)
    #expect(try verify().findings.map(\.sequence) == [nil])
  }

  @Test("A damaged file of heads is told as such")
  func damagedHeads() async throws {
    try await writeFive()
    let files = AuditFiles(directory)
    try LocalFile.replace(files.heads, with: "nonsense\n".utf8, mode: 0o644)
    #expect(throws: HubDirectoryError.self) { try verify() }
  }

  @Test("A hub whose data come from a backup says so, and the trail tells it until somebody has explained it")
  func backup() async throws {
    try await run { client, _ in for number in 1...2 { try await client.put("key \(number)", "old") } }
    let backup = try LocalFile.read(directory.database, limit: 1 << 30)
    try await run { client, _ in for number in 3...5 { try await client.put("key \(number)", "lost") } }
    try LocalFile.replace(directory.database, with: backup, mode: 0o600)
    let reports = Lock<[String]>([])
    try await run(reports: reports) { client, _ in for number in 3...8 { try await client.put("key \(number)", "new") }
    }
    #expect(reports.withLock { $0 }.count == 1)
    let findings = try verify().findings
    #expect(findings.map(\.sequence) == [5])
    #expect(findings.first?.problem.contains("backup") == true)
    try LocalFile.remove(AuditFiles(directory).breaks)
    #expect(try verify().findings.isEmpty)
  }

  @Test("A hub that finds its signed heads gone says so, and the trail tells it")
  func headsGone() async throws {
    try await writeFive()
    try LocalFile.remove(AuditFiles(directory).heads)
    let reports = Lock<[String]>([])
    try await run(reports: reports) { _, _ in }
    #expect(reports.withLock { $0 }.count == 1)
    #expect(try verify().findings.map(\.problem) == ["when the hub began, the file of signed heads was gone"])
  }

  @Test("What could not be written beside the database is written when it can be")
  func triedAgain() async throws {
    let store = try Store(Database(path: directory.database, options: StoreOptions(), migrations: Schema.migrations))
    defer { store.close() }
    let calls = try await PersistenceCalls.open(store, PersistenceSettings())
    var dispatcher = Dispatcher()
    calls.register(on: &dispatcher)
    let client = PersistenceClient(
      RPCClient.inProcess(dispatcher, authenticator: Known(principal: HubPrincipal("ann", scope: .everything))))
    var keeper = try await AuditKeeper(store, directory) { _ in }
    try await client.put("key", "value")
    // Nothing can be put in the place of a folder.
    let heads = AuditFiles(directory).heads
    try LocalFile.remove(heads)
    try LocalFile.makeDirectory(heads, mode: 0o700)
    await #expect(throws: FileError.self) { try await keeper.keep(store) }
    #expect(rmdir(heads) == 0)
    try await keeper.keep(store)
    #expect(try verify().heads == 1)
  }

  @Test("A directory without a hub's data is refused")
  func nothing() {
    #expect(throws: HubDirectoryError.self) { try AuditTrail(of: HubDirectory(path: parent.path("none"))) }
  }
}
