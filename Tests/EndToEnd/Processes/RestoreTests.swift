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

  private func join(
    _ sync: SyncClient, epoch: [UInt8] = [], earlier: [EarlierHistory] = []
  ) async throws -> JoinReply {
    let description = EntityDescription(
      type: "note", version: 1, fields: [FieldDescription(number: 1, name: "title", kind: .string)])
    return try await sync.join(
      JoinRequest(
        space: "notes", replica: Self.replica, entities: [description], epoch: epoch, earlier: earlier))
  }

  private func create(_ number: UInt64, _ text: String) -> EntityOperation {
    EntityOperation(
      number: number, kind: .create, type: "note", key: [UInt8(number)],
      changes: [FieldChange(field: 1, kind: .assign, after: [Self.title, UInt8(text.utf8.count)] + Array(text.utf8))],
      schema: 1)
  }

  private func push(
    _ operations: [EntityOperation], _ sync: SyncClient, epoch: [UInt8]
  ) async throws -> [Outcome] {
    try await sync.push(
      PushRequest(space: "notes", replica: Self.replica, operations: operations, epoch: epoch)
    ).outcomes
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func `after a kill, or a stop, devices and watches go on where they were`(signal: Int32) async throws {
    let process = try await HubProcess()
    let hub = try await process.connect()
    var sync = SyncClient(hub.client)
    let first = try await join(sync)
    _ = try await push([create(1, "a")], sync, epoch: first.epoch)
    let cursor = try await sync.pull(PullRequest(space: "notes")).cursor
    let watched = try await caughtUp(hub, from: [])
    await process.end(signal)
    try await process.restart()
    let again = try await process.connect()
    sync = SyncClient(again.client)
    let second = try await join(sync, epoch: first.epoch)
    #expect(second.shared == 1)
    #expect(try await push([create(1, "a")], sync, epoch: second.epoch).map(\.isReplay) == [true])
    let page = try await sync.pull(PullRequest(space: "notes", cursor: cursor))
    #expect(page.entities.isEmpty && !page.restart)
    #expect(try await caughtUp(again, from: watched) != watched)
  }

  /// Watches the space until nothing is left to tell.
  /// - Returns: where it would go on.
  private func caughtUp(_ hub: Hub, from cursor: [UInt8]) async throws -> [UInt8] {
    for try await change in hub.persistence.watch(WatchRequest(space: "notes", cursor: cursor)) {
      if change.kind == .caughtUp { return change.cursor }
    }
    return []
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

  @Test func `of what an old backup lacks nothing is known any longer, and the rest is`() async throws {
    let process = try await HubProcess()
    var sync = try await device(process)
    let first = try await join(sync)
    _ = try await push([create(1, "kept")], sync, epoch: first.epoch)
    await process.end()
    let backup = try Backup(of: process)

    try await process.restart()
    sync = try await device(process)
    let second = try await join(sync, epoch: first.epoch)
    #expect(try await push([create(2, "lost")], sync, epoch: second.epoch).map(\.version) == [2])
    let cursor = try await sync.pull(PullRequest(space: "notes")).cursor
    await process.end()
    try backup.restore()

    try await process.restart()
    sync = try await device(process)
    let early = await #expect(throws: CallError<SyncMethods.PushFailure>.self) {
      var stale = create(3, "x")
      stale.base = 2
      return try await push([stale], sync, epoch: second.epoch)
    }
    #expect(early?.status == .unavailable)
    let known = EarlierHistory(epoch: first.epoch, shared: second.shared)
    let reply = try await join(sync, epoch: second.epoch, earlier: [known])
    #expect(reply.shared == 1)
    #expect(reply.number == 1)
    let page = try await sync.pull(PullRequest(space: "notes", cursor: cursor))
    #expect(page.restart)
    #expect(page.entities.map(\.key) == [[1]])
    // Sent again, what was lost happens; what was not stays as it is.
    let outcomes = try await push([create(1, "kept"), create(2, "lost")], sync, epoch: reply.epoch)
    #expect(outcomes.map(\.isReplay) == [true, false])
    #expect(outcomes.map(\.version) == [1, 2])
  }

  /// All that could tell is put back as well, or was written before what is lost.
  @Test(arguments: [false, true])
  func `a backup of a moment ago is noticed after a kill`(isWhole: Bool) async throws {
    let process = try await HubProcess()
    var sync = try await device(process)
    let first = try await join(sync)
    _ = try await push([create(1, "kept")], sync, epoch: first.epoch)
    // Nobody writes: what lies there is what the hub would read.
    let backup = try Backup(of: process, isWhole: isWhole)
    _ = try await push([create(2, "lost")], sync, epoch: first.epoch)
    let cursor = try await sync.pull(PullRequest(space: "notes")).cursor
    await process.end(SIGKILL)
    try backup.restore()

    try await process.restart()
    sync = try await device(process)
    let second = try await join(sync, epoch: first.epoch)
    #expect(second.shared == 1)
    _ = try await push([create(3, "other"), create(4, "other")], sync, epoch: second.epoch)
    let page = try await sync.pull(PullRequest(space: "notes", cursor: cursor))
    #expect(page.restart)
    #expect(page.entities.map(\.key) == [[1], [3], [4]])
  }
}

/// The database of a hub that writes nothing, with the part of it that SQLite keeps in another file, or its directory.
private struct Backup {
  private let files: [String: String]
  private let data: String
  private let isWhole: Bool

  init(of process: HubProcess, isWhole: Bool = false) throws {
    data = process.data
    self.isWhole = isWhole
    let names = try Self.names(data, isWhole)
    files = Dictionary(uniqueKeysWithValues: names.map { ($0, process.directory.path("backup of \($0)")) })
    for (name, copy) in files { try FileManager.default.copyItem(atPath: data + "/" + name, toPath: copy) }
  }

  func restore() throws {
    for name in try Self.names(data, isWhole) { try FileManager.default.removeItem(atPath: data + "/" + name) }
    for (name, copy) in files { try FileManager.default.copyItem(atPath: copy, toPath: data + "/" + name) }
  }

  private static func names(_ data: String, _ isWhole: Bool) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: data).filter { isWhole || $0.hasPrefix("holdfast.sqlite") }
  }
}
