import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Entities whose type says whom they are about, on a hub that seals.
struct `Sealed entities of subjects` {
  private let secret = "the secret that nobody should read"

  /// Notes that are about whom their title names.
  private func about(_ version: UInt32 = 1) -> EntityDescription {
    var description = Note.description(version: version)
    description.subject = Note.title
    return description
  }

  private func joined(_ hub: PersistenceFixture, _ number: UInt8 = 1) async throws -> Device {
    var device = Device(hub.rpcClient(), number)
    try await device.join(about())
    return device
  }

  /// Two notes about each of two people, one of them with a conflict and an outcome that tells of its state.
  private func fill(_ hub: PersistenceFixture) async throws -> [EntityOperation] {
    var (device, other) = (try await joined(hub), try await joined(hub, 2))
    for (key, name) in [(1, "ann"), (2, "ann"), (3, "bob"), (4, "bob")] as [(UInt8, String)] {
      try await device.push(.create(key, .title(name), .text(Note.body, "\(secret) of \(name)")))
    }
    let news = other.number([.update(1, base: 0, .like(1))])
    #expect(try await other.send(news).words == ["applied 5 news"])
    try await other.push(.update(1, base: 0, .title("\(secret) for all")))
    return news
  }

  /// Runs a hub in a place, and ends it.
  private func run<Result>(
    _ place: TemporaryDirectory, sealed: Bool = true, _ body: (PersistenceFixture) async throws -> Result
  ) async throws -> Result {
    let hub = try await PersistenceFixture(sealed: sealed, in: place)
    defer { hub.close() }
    return try await body(hub)
  }

  private func subjects(_ hub: PersistenceFixture) async throws -> [String] {
    try await hub.keys().map(\.subject).sorted()
  }

  @Test func `a backup of before an erasure has nothing of them, and is cleared`() async throws {
    let place = try TemporaryDirectory()
    let aside = try TemporaryDirectory()
    let database = HubDirectory(path: place.path).database
    let news = try await run(place) { hub in
      let news = try await fill(hub)
      #expect(try await subjects(hub) == ["", "ann", "bob"])
      try await hub.store.emptyLog()
      try FileManager.default.copyItem(atPath: database, toPath: aside.path("backup"))
      let reply = try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin")
      #expect(reply.entities == 2, "without being told of the field")
      #expect(reply.keys == 1)
      var device = try await joined(hub, 3)
      try await device.pull()
      #expect(device.entities.count == 2)
      #expect(try await device.agrees())
      return news
    }
    for file in [database, database + "-wal", database + "-shm"] { try LocalFile.remove(file) }
    try FileManager.default.copyItem(atPath: aside.path("backup"), toPath: database)
    try await run(place) { hub in
      for isCleared in [false, true] {
        if isCleared { try await hub.sealAnew() }
        var device = try await joined(hub, 4)
        try await device.pull()
        #expect(device.entities.count == 2)
        #expect(try EntityFields(#require(device.state(3)))[Note.title] == .title("bob"))
        #expect(try await device.agrees() == isCleared)
        let other = try await joined(hub, 2)
        #expect(try await other.send(news).words == ["gone again"])
        #expect(try await other.sync.conflicts(ConflictsRequest(space: "notes")).conflicts.isEmpty)
      }
      #expect(try await hub.usage().values == 2)
      #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
      let left = try await hub.store.scan { transaction in
        try transaction.first("SELECT conflicts FROM entity_space") { $0.integer(0) }
      }
      #expect(left == 0)
    }
  }

  @Test func `one that changes hands goes over to the other's key`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    var device = try await joined(hub)
    try await device.push(.create(1, .title("ann"), .text(Note.body, secret)))
    try await device.push(.update(1, base: 1, .title("bob")))
    #expect(try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "ann"), by: "admin").entities == 0)
    try await device.pull()
    #expect(device.entities.count == 1)
    #expect(try await hub.calls.erase(EraseSubjectRequest(space: "notes", subject: "bob"), by: "admin").entities == 1)
    try await device.pull()
    #expect(device.entities.isEmpty)
  }

  @Test func `a group about many new people is pushed at once`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    var device = try await joined(hub)
    let operations = device.number((UInt8(1)...200).map { .create($0, .title("person \($0)")) })
    #expect(try await device.send(operations).allSatisfy { $0.kind == .applied })
    #expect(try await hub.keys().count == 201)
    try await device.pull()
    #expect(try await device.agrees())
  }

  @Test func `a type that says it later has its entities go over with the next keys`() async throws {
    let place = try TemporaryDirectory()
    try await run(place, sealed: false) { hub in
      var device = Device(hub.rpcClient())
      try await device.join()
      try await device.push(.create(1, .title("ann")))
    }
    try await run(place) { hub in
      try await hub.sealAnew()
      var device = Device(hub.rpcClient(), 2)
      try await device.join()
      try await device.push(.create(2, .title("ann")))
      try await device.join(about(2))
      #expect(try await subjects(hub) == [""])
      _ = try await hub.calls.rotateKeys(RotateKeysRequest())
      try await hub.sealAnew()
      #expect(try await subjects(hub) == ["", "ann"])
      let ring = try #require(hub.ring)
      let seals = try await hub.store.scan { transaction in
        try transaction.all("SELECT seal FROM entity") { $0.integer(0) }
      }
      #expect(seals.count == 2)
      let ann = try ring.current(KeyOwner(space: "notes", subject: "ann"))
      #expect(seals.allSatisfy { $0 == ann.id })
    }
  }

  @Test func `a uuid is a subject however it is written`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let id = UUID()
    var description = Note.description()
    description.fields.append(FieldDescription(number: 7, name: "author", kind: .uuid, policy: .manual))
    description.subject = 7
    var device = Device(hub.rpcClient())
    try await device.join(description)
    let bytes = withUnsafeBytes(of: id.uuid) { Array($0) }
    let author = FieldChange(field: 7, kind: .assign, after: FieldChange.bytes(7, bytes))
    try await device.push(.create(1, .title(secret), author))
    #expect(try await subjects(hub) == ["", id.uuidString])
    let request = EraseSubjectRequest(space: "notes", subject: id.uuidString.lowercased())
    let reply = try await hub.calls.erase(request, by: "admin")
    #expect(reply.entities == 1)
    #expect(reply.keys == 1)
  }

  @Test func `a subject is a text or a uuid`() {
    for field in [Note.likes, Note.tags, Note.folder, 99] {
      var description = Note.description()
      description.subject = field
      #expect(throws: SyncError.self) { try EntityShape(description) }
    }
  }
}
