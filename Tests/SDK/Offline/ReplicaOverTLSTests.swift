import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK
@testable import HoldfastServer

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Replicas with a hub as it is started from the command line, over TLS.
struct `Replicas of a whole hub` {
  private let directory: TemporaryDirectory
  private let home: HubDirectory

  init() throws {
    directory = try TemporaryDirectory()
    home = HubDirectory(path: directory.path("hub"))
  }

  private func start() async throws -> HubServer {
    var options = HubServer.Options(directory: home)
    options.address = SocketAddress(host: "127.0.0.1", port: 0)
    return try await HubServer.start(options)
  }

  private func reach(_ server: HubServer) async throws -> Hub {
    try await Hub.connect(
      to: server.address.description, token: LocalFile.readText(home.adminToken),
      trust: .certificateAuthority(.file(home.authority)))
  }

  private func open(_ name: String) async throws -> Replica {
    try await Replica.open(file: directory.path(name), space: "notes", entities: [Folder.self])
  }

  private func wait(_ replica: Replica, until isThere: (ReplicaStatus) -> Bool) async {
    for await status in replica.status where isThere(status) { return }
  }

  @Test func `devices come to the same, also after they were away`() async throws {
    let server = try await start()
    let hub = try await reach(server)
    let (one, two) = (try await open("one"), try await open("two"))
    let folder = UUID()
    let id = UUID()
    await one.connect(to: hub)
    await two.connect(to: hub)
    // The type of notes was not named when the file was opened.
    try await one.folders.create(Folder(id: folder, name: "home"))
    let handle = try await one.notes.create(Note(id: id, title: "milk", folder: folder))
    guard case .applied = try await handle.outcome() else {
      Issue.record("the note was not taken")
      return
    }
    var seen = two.notes.observe(id).makeAsyncIterator()
    while try await seen.next() != Note(id: id, title: "milk", folder: folder) {}
    await one.disconnect()
    await two.disconnect()
    try await one.notes.update(id) { $0.likes += 2 }
    try await two.notes.update(id) { note in
      note.likes += 3
      note.tags.insert("cold")
    }
    await one.connect(to: hub)
    await two.connect(to: hub)
    while let note = try await seen.next(), note?.likes != 5 {}
    #expect(try await two.notes.get(id)?.tags == ["cold"])
    await wait(one) { $0.phase == .synced }
    var own = one.notes.observe(id).makeAsyncIterator()
    while let note = try await own.next(), note?.likes != 5 {}
    await wait(two) { $0.phase == .synced }
    await one.close()
    await two.close()
    hub.close()
    await server.drain(grace: .milliseconds(100))
  }

  @Test func `a thousand operations go, and another device has them`() async throws {
    let server = try await start()
    let hub = try await reach(server)
    let (one, two) = (try await open("one"), try await open("two"))
    for number in 0..<1_000 { try await one.folders.create(Folder(id: UUID(), name: "folder \(number)")) }
    await one.connect(to: hub)
    await wait(one) { $0.phase == .synced }
    #expect(one.currentStatus.metrics.synced == 1_000)
    await two.connect(to: hub)
    await wait(two) { $0.phase == .synced }
    #expect(try await two.folders.query().count == 1_000)
    #expect(try await two.folders.query(limit: 3) { $0.name.hasSuffix("7") }.count == 3)
    await one.close()
    await two.close()
    hub.close()
    await server.drain(grace: .milliseconds(100))
  }
}
