import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Keys that take the place of others while the hub serves.
@Suite struct KeyChangesTests {
  private let secret = "the secret that nobody should read"

  private func put(_ hub: PersistenceFixture, _ key: String, subject: String = "") async throws {
    _ = try await hub.client().put(
      PutRequest(space: "notes", key: key, content: Array("\(secret) of \(key)".utf8), subject: subject))
  }

  @Test func `what is sealed by the old keys is sealed anew, and these are destroyed`() async throws {
    let place = try TemporaryDirectory()
    let hub = try await PersistenceFixture(sealed: true, in: place)
    for number in 0..<150 { try await put(hub, "\(number)", subject: number % 3 == 0 ? "ann" : "") }
    let before = try await hub.keys()
    #expect(before.map(\.subject) == ["", "ann"])
    let rotated = try await hub.calls.rotateKeys(RotateKeysRequest(space: "notes"))
    #expect(rotated.keys == 2)
    try await put(hub, "later")
    #expect(try await hub.client().text("149") == "\(secret) of 149", "the old keys open what they have sealed")
    try await hub.sealAnew()
    let after = try await hub.keys()
    #expect(after.count == 2)
    #expect(Set(after.map(\.id)).isDisjoint(with: before.map(\.id)))
    for number in 0..<150 { #expect(try await hub.client().text("\(number)") == "\(secret) of \(number)") }
    #expect(try AuditTrail(of: HubDirectory(path: place.path)).verify().values == 151)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `a call is recognised across the change`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    let options = CallOptions(idempotencyKey: [1])
    let request = PutRequest(space: "notes", key: "a", content: [1], subject: "ann")
    let batch = BatchRequest(space: "notes", operations: [.put(Put(key: "b", content: [2])), .get("b")])
    let first = try await hub.client().put(request, options: options)
    let read = try await hub.client().transaction(batch, options: CallOptions(idempotencyKey: [2]))
    _ = try await hub.calls.rotateKeys(RotateKeysRequest())
    try await hub.sealAnew()
    #expect(try await hub.client().put(request, options: options) == first)
    #expect(try await hub.client().transaction(batch, options: CallOptions(idempotencyKey: [2])) == read)
  }

  @Test func `writers and readers go on meanwhile`() async throws {
    let hub = try await PersistenceFixture(sealed: true)
    for number in 0..<200 { try await put(hub, "\(number)") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for number in 0..<200 {
            let key = "\((number * 7 + worker) % 200)"
            if number % 2 == 0 { try await put(hub, key, subject: number % 4 == 0 ? "ann" : "") }
            #expect(try await hub.client().text(key) == "\(secret) of \(key)")
          }
        }
      }
      group.addTask {
        for _ in 0..<5 {
          _ = try await hub.calls.rotateKeys(RotateKeysRequest())
          try await hub.sealAnew()
        }
      }
      try await group.waitForAll()
    }
    try await hub.sealAnew()
    for number in 0..<200 { #expect(try await hub.client().text("\(number)") == "\(secret) of \(number)") }
    #expect(try await hub.keys().allSatisfy { !$0.retired })
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test func `what was there before is sealed, and no longer lies there as it was`() async throws {
    let place = try TemporaryDirectory()
    try await fillPlain(place)
    let hub = try await PersistenceFixture(sealed: true, in: place)
    #expect(contains(try hub.dataBytes(), secret))
    try await hub.sealAnew()
    #expect(!contains(try hub.dataBytes(), secret))
    for number in 0..<100 { #expect(try await hub.client().text("\(number)") == "\(secret) of \(number)") }
    let trail = try AuditTrail(of: HubDirectory(path: place.path)).verify()
    #expect(trail.values == 100)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
    try await put(hub, "7")
    #expect(try AuditTrail(of: HubDirectory(path: place.path)).verify().values == 100)
    hub.close()
  }

  private func fillPlain(_ place: TemporaryDirectory) async throws {
    let plain = try await PersistenceFixture(in: place)
    for number in 0..<100 { try await put(plain, "\(number)") }
    plain.close()
  }

  @Test func `another master key takes over in one step`() async throws {
    let place = try TemporaryDirectory()
    let directory = HubDirectory(path: place.path)
    let (first, second) = (MasterSecret.file(place.path("one")), MasterSecret.file(place.path("two")))
    _ = try second.key(salt: [], cost: .standard)
    let ring = try await KeyRing.make(in: directory, master: first)
    try await ring.prepare(KeyOwner(space: "notes", subject: "ann"))
    let key = try ring.current(KeyOwner(space: "notes", subject: "ann"))
    let old = try LocalFile.read(place.path("one"))
    #expect(try await ring.replaceMaster() == 1)
    try await ring.prepare(KeyOwner(space: "other"))
    ring.close()
    #expect(try LocalFile.read(place.path("one")) != old)
    #expect(try LocalFile.status(of: KeyRing.next(place.path("one"))) == nil)
    let again = try #require(try await KeyRing.find(in: directory, master: first))
    #expect(try again.current(KeyOwner(space: "notes", subject: "ann")).identity == key.identity)
    _ = try again.current(KeyOwner(space: "other"))
    again.close()
    // By a restart, from one place to another.
    let moved = try #require(try await KeyRing.find(in: directory, master: second, previous: first))
    #expect(try moved.current(KeyOwner(space: "notes", subject: "ann")).identity == key.identity)
    moved.close()
    await #expect(throws: HubDirectoryError.self) { try await KeyRing.find(in: directory, master: first) }
    try #require(try await KeyRing.find(in: directory, master: second)).close()
  }

  /// As a stop leaves it before the keys have been sealed anew, and after.
  @Test(arguments: [false, true])
  func `a stop while the master key is replaced leaves one that opens the keys`(_ isSealed: Bool) async throws {
    let place = try TemporaryDirectory()
    let directory = HubDirectory(path: place.path)
    let master = MasterSecret.file(place.path("key"))
    let ring = try await KeyRing.make(in: directory, master: master)
    try await ring.prepare(KeyOwner(space: "notes"))
    let next = [UInt8](repeating: 9, count: 32)
    try LocalFile.replace(KeyRing.next(place.path("key")), with: next, mode: 0o600)
    if isSealed { _ = try await ring.sealAnew(by: .bytes(next)) }
    ring.close()
    let found = try #require(try await KeyRing.find(in: directory, master: master))
    _ = try found.current(KeyOwner(space: "notes"))
    found.close()
    #expect(try (LocalFile.read(place.path("key")) == next) == isSealed)
    #expect(try LocalFile.status(of: KeyRing.next(place.path("key"))) == nil)
  }
}
