import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastWire
import TestSupport
import Testing

/// Entities while the hub comes and goes, and goes back in time.
struct `A hub that is restored` {
  private static let replica = ReplicaIdentity(device: UUID(), incarnation: UUID())
  private static let title: UInt8 = 1 << 3 | 2

  /// Asks for everything again: the connection of before is gone with its hub.
  private func device(_ process: HubProcess) async throws -> SyncClient {
    SyncClient(try await process.connect().client)
  }

  private func join(_ sync: SyncClient, epoch: [UInt8] = []) async throws -> JoinReply {
    let description = EntityDescription(
      type: "note", version: 1, fields: [FieldDescription(number: 1, name: "title", kind: .string)])
    return try await sync.join(
      JoinRequest(space: "notes", replica: Self.replica, entities: [description], epoch: epoch))
  }

  private func create(_ number: UInt64, _ text: String) -> EntityOperation {
    EntityOperation(
      number: number, kind: .create, type: "note", key: [UInt8(number)],
      changes: [FieldChange(field: 1, kind: .assign, after: [Self.title, UInt8(text.utf8.count)] + Array(text.utf8))],
      schema: 1)
  }

  private func push(_ operations: [EntityOperation], _ sync: SyncClient) async throws -> [Outcome] {
    try await sync.push(PushRequest(space: "notes", replica: Self.replica, operations: operations)).outcomes
  }

  @Test func `after a kill devices go on where they were`() async throws {
    let process = try await HubProcess()
    var sync = try await device(process)
    let epoch = try await join(sync).epoch
    _ = try await push([create(1, "a")], sync)
    let cursor = try await sync.pull(PullRequest(space: "notes")).cursor
    await process.end(SIGKILL)
    try await process.restart()
    sync = try await device(process)
    #expect(try await join(sync, epoch: epoch).epoch == epoch)
    #expect(try await push([create(1, "a")], sync).map(\.isReplay) == [true])
    let page = try await sync.pull(PullRequest(space: "notes", cursor: cursor))
    #expect(page.entities.isEmpty && !page.restart)
  }

  @Test func `a hub that stops in order leaves everything in one file`() async throws {
    let process = try await HubProcess()
    let hub = try await process.connect()
    _ = try await hub.persistence.put(PutRequest(space: "notes", key: "a", content: [1]))
    hub.close()
    #expect(await process.end() == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: process.data)
    #expect(names.filter { $0.hasPrefix("holdfast.sqlite") } == ["holdfast.sqlite"])
  }

  @Test func `from an old backup it has a new history, and devices begin anew with it`() async throws {
    let process = try await HubProcess()
    var sync = try await device(process)
    let epoch = try await join(sync).epoch
    _ = try await push([create(1, "kept")], sync)
    await process.end()
    let backup = try Backup(of: process)

    try await process.restart()
    sync = try await device(process)
    #expect(try await join(sync, epoch: epoch).epoch == epoch)
    #expect(try await push([create(2, "lost")], sync).map(\.version) == [2])
    let cursor = try await sync.pull(PullRequest(space: "notes")).cursor
    await process.end()
    try backup.restore()

    try await process.restart()
    #expect(process.errors.contains("devices and watches begin anew"))
    sync = try await device(process)
    let early = await #expect(throws: CallError<Sync.PushFailure>.self) {
      var stale = create(3, "x")
      stale.base = 2
      return try await push([stale], sync)
    }
    #expect(early?.status == .unavailable)
    let reply = try await join(sync, epoch: epoch)
    #expect(reply.epoch != epoch)
    #expect(reply.shared == 1)
    #expect(reply.number == 1)
    let page = try await sync.pull(PullRequest(space: "notes", cursor: cursor))
    #expect(page.restart)
    #expect(page.entities.map(\.key) == [[1]])
    // Sent again, what was lost happens; what was not stays as it is.
    let outcomes = try await push([create(1, "kept"), create(2, "lost")], sync)
    #expect(outcomes.map(\.isReplay) == [true, false])
    #expect(outcomes.map(\.version) == [1, 2])
  }

  @Test func `whoever restores the whole directory takes its note of the history away`() async throws {
    let process = try await HubProcess()
    var sync = try await device(process)
    let epoch = try await join(sync).epoch
    await process.end()
    try FileManager.default.removeItem(atPath: process.data + "/history")
    try await process.restart()
    sync = try await device(process)
    #expect(try await join(sync, epoch: epoch).epoch != epoch)
  }
}

/// The database of a hub that is stopped, with the part of it that SQLite keeps in another file.
private struct Backup {
  private let files: [String: String]
  private let data: String

  init(of process: HubProcess) throws {
    data = process.data
    var files: [String: String] = [:]
    for name in try Self.names(in: data) {
      files[name] = process.directory.path("backup of \(name)")
      try FileManager.default.copyItem(atPath: data + "/" + name, toPath: process.directory.path("backup of \(name)"))
    }
    self.files = files
  }

  func restore() throws {
    for name in try Self.names(in: data) { try FileManager.default.removeItem(atPath: data + "/" + name) }
    for (name, copy) in files { try FileManager.default.copyItem(atPath: copy, toPath: data + "/" + name) }
  }

  private static func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("holdfast.sqlite") }
  }
}
