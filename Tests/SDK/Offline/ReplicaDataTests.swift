import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How much a replica holds, whether that is right, and what another version of the program makes of it.
struct ReplicaDataTests {
  private func filled() throws -> (BookDevice, ModelHub) {
    var hub = ModelHub()
    hub.pageEntities = 100
    let other = try BookDevice(2)
    let device = try BookDevice(1)
    for number in 0..<10 { try other.create("\(number)", note(String(repeating: "x", count: 100))) }
    try other.sync(with: &hub)
    try device.sync(with: &hub)
    return (device, hub)
  }

  private func seen(_ device: BookDevice) throws -> [String] {
    try (0..<10).map(String.init).filter { try device.see($0) != nil }
  }

  @Test func `what matters least and was looked at longest ago goes first, and nothing that is not synced`() throws {
    let (device, _) = try filled()
    let now = device.now * 1_000_000 + 7_200_000_000
    try device.write { transaction, book in
      try book.touch([.note("3")], at: now, in: transaction)
      try book.keep(.note("4"), level: 3, in: transaction)
      try book.keep(.note("5"), level: 2, in: transaction)
      try book.keep(.note("6"), level: 0, in: transaction)
    }
    try device.update("7", note("mine"))
    let pruned = try device.write { try $1.prune(toBytes: 900, accessedSince: 0, in: $0) }
    #expect(pruned.entities == 2 && pruned.bytes > 0)
    #expect(try device.see("6") == nil)
    _ = try device.write { try $1.prune(toBytes: 0, accessedSince: 0, in: $0) }
    #expect(try seen(device) == ["4", "7"])
    #expect(try device.write { transaction, _ in try transaction.entity("note", Array("7".utf8)) }?.server != nil)
  }

  @Test func `what a program made and does not want of others is not compared`() throws {
    let (device, hub) = try filled()
    var later = hub
    let filters = [EntityFilter(type: "note", equal: note("mine"))]
    try device.write { try $1.setFilters(filters, in: $0) }
    try device.create("own", note("other"))
    try device.create("wanted", note("mine"))
    try device.sync(with: &later)
    var checksum = Checksum()
    let wanted = EntityRef.note("wanted")
    let record = try #require(try device.write { transaction, _ in try transaction.entity(wanted.type, wanted.key) })
    checksum.add(type: wanted.type, key: wanted.key, version: record.version, state: note("mine"))
    let reply = ChecksumReply(
      entities: checksum.entities, checksum: checksum.bytes, sequence: try device.head().pulledTo)
    #expect(try device.write { try $1.verify(reply, to: ChecksumRequest(filters: filters), in: $0) } == .equal)
    try device.write { transaction, _ in
      try transaction.execute("UPDATE entity SET server = $1 WHERE key = $2", [.bytes(note("x")), .bytes(wanted.key)])
    }
    #expect(try device.write { try $1.verify(reply, to: ChecksumRequest(filters: filters), in: $0) } == .different)
    #expect(try device.head().cursor.isEmpty)
  }

  @Test func `what nobody looks at for long goes`() throws {
    let (device, _) = try filled()
    let later = device.now * 1_000_000 + 7_200_000_000
    try device.write { transaction, book in
      try book.touch([.note("1"), .note("2")], at: later, in: transaction)
      _ = try book.prune(toBytes: .max, accessedSince: later - 1, in: transaction)
    }
    #expect(try seen(device) == ["1", "2"])
  }

  @Test func `checksums tell whether the hub and the replica hold the same`() throws {
    var (device, hub) = try filled()
    try device.update("3", note("mine"))
    try device.sync(with: &hub)
    let checksum = hub.checksum()
    #expect(try device.write { try $1.compare(with: checksum, to: ChecksumRequest(), in: $0) } == .equal)
    try device.write { transaction, _ in
      try transaction.execute("UPDATE entity SET version = version - 1 WHERE key = $1", [.bytes([0x35])])
    }
    #expect(try device.write { try $1.compare(with: checksum, to: ChecksumRequest(), in: $0) } == .different)
    try device.write { transaction, book in
      try book.startOver(in: transaction)
    }
    try device.sync(with: &hub)
    device.disconnect()
    try device.sync(with: &hub)
    _ = try device.write { try $1.prune(toBytes: 500, accessedSince: 0, in: $0) }
    #expect(try device.write { try $1.compare(with: checksum, to: ChecksumRequest(), in: $0) } == .notComparable)
  }

  @Test func `operations of an older program are brought to this one or parked`() throws {
    let disk = LosingDisk(seed: 1)
    do {
      let old = try BookDevice(on: disk)
      try old.create("a", note("milk", body: "two litres"))
      try old.create("b", note("bread", tags: ["fresh"]))
    }
    var description = NoteType.description(version: 2)
    // The body has another number, and tags are a text.
    description.fields[1].number = 9
    description.fields[3] = FieldDescription(number: 4, name: "tags", kind: .int64, policy: .manual)
    let type = EntityType(
      description, upgrades: [EntityUpgrade(version: 1, moves: [EntityUpgrade.Move(from: 2, to: 9)])])
    let device = try BookDevice(on: disk)
    var book = device.book
    _ = try device.write { transaction, _ in try book.register(type, at: 0, in: transaction) }
    let operations = try device.operations()
    #expect(operations.map(\.isParked) == [false, true])
    #expect(operations[0].content.schema == 2)
    #expect(operations[0].content.changes.map(\.field) == [1, 9])
    #expect(operations[1].refusal?.status == UInt32(Status.failedPrecondition.rawValue))
  }

  @Test func `operations in a file of the first version still belong to their entities`() throws {
    let disk = LosingDisk(seed: 1)
    var options = StoreOptions()
    options.vfs = disk.name
    let operation = EntityOperation(number: 1, kind: .create, type: "note", key: [7], changes: [], schema: 1)
    let first = try Database(path: "replica", options: options, migrations: [ReplicaSchema.migrations[0]])
    try first.write { transaction in
      try transaction.execute(
        """
        INSERT INTO replica VALUES(1, $1, $1, $2, 'notes', x'', x'', 0, x'', 0, 0, 1, 1, 0, 0, 0, 0, 0)
        """, [.bytes([UInt8](repeating: 1, count: 16)), .bytes([1])])
      for key: UInt8 in [6, 7] {
        try transaction.execute(
          """
          INSERT INTO entity(type, key, version, local, pending, keep, accessed, pass)
          VALUES($1, $2, 0, x'', 1, 1, 0, 0)
          """, [.text("note"), .bytes([key])])
      }
      try transaction.execute(
        "INSERT INTO operation VALUES(1, $1, 1, 1, $2, $3, $4, 2, 0, 0, 0, 0, 0, NULL)",
        [
          .bytes([UInt8](repeating: 1, count: 16)), .text("note"), .bytes([7]), .bytes(operation.encoded()),
        ])
    }
    let device = try BookDevice(on: disk)
    let found = try device.write { transaction, _ in
      try transaction.operations(on: EntityRef(type: "note", key: [7])).map { ($0.content, $0.row) }
    }
    #expect(found.map(\.0) == [operation])
    #expect(found.map(\.1) == [2])
    let others = try device.write { transaction, _ in
      try transaction.operations(on: EntityRef(type: "note", key: [6]))
    }
    #expect(others.isEmpty)
  }

  @Test func `a damaged file says so`() throws {
    let directory = try TemporaryDirectory()
    try directory.write(String(repeating: "no database ", count: 1_000), to: "replica")
    let error = #expect(throws: StoreError.self) {
      try Database(
        path: directory.path("replica"), options: StoreOptions(), migrations: ReplicaSchema.migrations)
    }
    #expect(error?.code == .corrupt)
  }

  @Test func `a file that is damaged in the middle says so, and does not give wrong data`() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path("replica")
    do {
      let replica = try await Replica.open(file: file, space: "s", entities: [Folder.self])
      for number in 0..<2_000 { try await replica.folders.create(Folder(id: UUID(), name: "folder \(number)")) }
      await replica.close()
    }
    var bytes = try #require(FileManager.default.contents(atPath: file))
    #expect(bytes.count > 200_000)
    for index in 40_000..<160_000 { bytes[index] = 0xa5 }
    try bytes.write(to: URL(filePath: file))
    let error = await #expect(throws: ReplicaError.self) {
      let replica = try await Replica.open(file: file, space: "s", entities: [Folder.self])
      defer { _ = replica }
      let folders = try await replica.folders.query()
      #expect(folders.count == 2_000)
    }
    #expect(error?.code == .corrupt)
  }

  @Test func `a full disk stores a change as a whole or not at all, and nothing is lost when there is room again`()
    throws
  {
    let disk = LosingDisk(seed: 3)
    let device = try BookDevice(on: disk)
    var stored: [String] = []
    disk.inject { $0.capacity = 3_000_000 }
    for number in 0..<400 {
      do {
        try device.create("\(number)", note(String(repeating: "x", count: 2_000)))
        stored.append("\(number)")
      } catch let error as StoreError {
        #expect(error.code == .full)
        break
      }
    }
    #expect(stored.count > 10 && stored.count < 400)
    disk.inject { $0.capacity = .max }
    #expect(try device.operations().map { String(decoding: $0.content.key, as: UTF8.self) } == stored)
    try device.create("last", note("last"))
    var hub = ModelHub()
    hub.pageEntities = 1_000
    try device.sync(with: &hub)
    #expect(device.isSynced && hub.rows.count == stored.count + 1)
  }

  @Test func `a clock that jumps strands nothing`() throws {
    var hub = ModelHub()
    let device = try BookDevice()
    device.now = 4_000_000_000
    try device.create("a", note("milk"))
    var asked = Outcome(kind: .retry)
    asked.retryAfter = .seconds(10)
    hub.refusals[.note("a")] = asked
    try device.sync(with: &hub, calls: 12)
    #expect(hub.state(.note("a")) == nil)
    // Back by a century: what was to go at a time far away goes soon.
    hub.refusals = [:]
    let moment = ReplicaBook.Moment(
      wall: 1_000_000, monotonic: MonotonicTime(nanoseconds: 5_000_000_000), longestWait: .seconds(60))
    let queue = try device.write { try $1.queue(at: moment, in: $0) }
    #expect(queue.units.map(\.notBefore) == [moment.monotonic + .seconds(60)])
    #expect(queue.units.map(\.enqueued) == [moment.monotonic])
  }
}
