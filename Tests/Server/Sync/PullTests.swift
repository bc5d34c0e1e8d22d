import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Pulled entities` {
  private let hub: PersistenceFixture
  private var writer: Device
  private var device: Device

  init() async throws {
    hub = try await PersistenceFixture {
      $0.changesKeptCount = 3
      $0.outcomesKept = .zero
    }
    writer = Device(hub.rpcClient(), 1)
    device = Device(hub.rpcClient(), 2)
    try await writer.join()
    try await device.join()
  }

  @Test mutating func `a pull goes on at its cursor, and costs nothing when there is nothing`() async throws {
    try await writer.push(.create(1, .title("a")), .create(2, .title("b")))
    #expect(try await device.pull() == 1)
    #expect(device.entities.count == 2)
    let nothing = try await device.pullPage()
    #expect(nothing.entities.isEmpty && !nothing.more && !nothing.restart)
    try await writer.push(.update(1, base: 1, .title("c")), .delete(2, base: 2))
    let page = try await device.pullPage()
    #expect(page.entities.map(\.version) == [3, 4])
    #expect(page.entities.map(\.isDeleted) == [false, true])
    #expect(page.sequence == 4)
    #expect(device.restarts == 1)
    #expect(try await device.agrees())
  }

  @Test mutating func `pages are bounded by bytes, and a pass from the start goes on where it ended`() async throws {
    for key in 0..<60 as Range<UInt8> {
      try await writer.push(.create(key, .title(String(repeating: "x", count: 500))))
    }
    let pages = try await device.pull(limit: 2_000)
    #expect(pages == 15)
    #expect(device.entities.count == 60)
    #expect(try await device.agrees())
    // One that is larger than the limit goes alone.
    try await writer.push(.create(100, .text(Note.body, String(repeating: "y", count: 5_000))))
    #expect(try await device.pull(limit: 1) == 1)
    #expect(try await device.agrees())
  }

  @Test mutating func `what changes while a pass is under way is told once it is at its new place`() async throws {
    for key in 0..<20 as Range<UInt8> { try await writer.push(.create(key, .title("a"))) }
    var key: UInt8 = 0
    while try await device.pullPage(limit: 100).more {
      guard key < 10 else { continue }
      try await writer.push(
        .update(key, base: 100, .title("b\(key)")), .delete(19 - key, base: 100), .create(100 + key))
      key += 1
    }
    try await device.pull()
    #expect(device.restarts == 1)
    #expect(try await device.agrees())
  }

  @Test mutating func `filters tell only what they want, and what leaves them is removed`() async throws {
    device.filters = [EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(8)))]
    try await writer.push(
      .create(1, .title("in"), .folder(8)), .create(2, .title("out"), .folder(9)), .create(3, .title("none")))
    try await device.pull()
    #expect(device.entities.count == 1)
    #expect(device.state(1) != nil)
    #expect(try await device.agrees())
    // What changes outside stays outside.
    try await writer.push(.update(2, base: 3, .title("still out")), .update(3, base: 3, .like(1)))
    try await writer.push(.create(4, .title("outside too"), .folder(9)))
    let page = try await device.pullPage()
    #expect(page.entities.isEmpty)
    // One goes, one comes.
    try await writer.push(.update(1, base: 3, .folder(9)), .update(2, base: 4, .folder(8)))
    try await device.pull()
    #expect(device.removals == 1)
    #expect(device.state(1) == nil)
    #expect(device.state(2) != nil)
    #expect(try await device.agrees())
    // The one that goes is deleted and made again, without ever being seen in between.
    try await writer.push(.delete(2, base: 8), .create(2, .title("again")))
    try await device.pull()
    #expect(device.entities.isEmpty)
    #expect(try await device.agrees())
  }

  @Test mutating func `what leaves the filters is removed, however the pages fall`() async throws {
    device.filters = [EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(8)))]
    for key in 0..<10 as Range<UInt8> { try await writer.push(.create(key, .title("x"), .folder(8))) }
    try await device.pull()
    #expect(device.entities.count == 10)
    // Key 0 leaves; then others change; then key 0 changes once more while the device is between two pages.
    try await writer.push(.update(0, base: 10, .folder(9)))
    for key in 1..<10 as Range<UInt8> { try await writer.push(.update(key, base: 10, .like(1))) }
    try await writer.push(.update(0, base: 11, .like(1)))
    #expect(try await device.pullPage(limit: 1).more)
    try await writer.push(.update(0, base: 21, .like(1)))
    try await device.pull(limit: 1)
    #expect(device.entities.count == 9)
    #expect(try await device.agrees())
  }

  @Test mutating func `what comes and leaves between two pages is removed`() async throws {
    device.filters = [EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(8)))]
    try await device.pull()
    try await writer.push(.create(1, .folder(8)), .create(2, .folder(8)))
    #expect(try await device.pullPage(limit: 1).more)
    #expect(device.state(1) != nil)
    try await writer.push(.update(1, base: 1, .folder(9)))
    try await device.pull()
    #expect(device.state(1) == nil)
    #expect(try await device.agrees())
  }

  @Test mutating func `other filters begin anew, and what these do not want goes`() async throws {
    try await writer.push(.create(1, .folder(8)), .create(2, .folder(9)))
    try await device.pull()
    device.filters = [EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(8)))]
    try await device.pull()
    #expect(device.restarts == 2)
    #expect(device.entities.count == 1)
    #expect(try await device.agrees())
    device.filters = [EntityFilter(type: "task")]
    try await device.pull()
    #expect(device.entities.isEmpty)
    #expect(try await device.agrees())
  }

  @Test mutating func `filters that are none are refused`() async throws {
    device.filters = [EntityFilter(type: "note", equal: [1, 2, 3])]
    var device = device
    let error = await #expect(throws: CallError<SyncMethods.PullFailure>.self) { try await device.pull() }
    #expect(error?.status == .invalidArgument)
  }

  @Test mutating func `a cursor that means nothing here begins anew`() async throws {
    try await writer.push(.create(1, .title("a")))
    try await device.pull()
    let own = try #require(Cursor(device.cursor))
    var ahead = own
    ahead.sequence = 99
    var foreign = own
    foreign.epoch = [9, 9, 9]
    for (count, cursor) in [[1, 2, 3], ahead.bytes, foreign.bytes, own.bytes + [0]].enumerated() {
      device.cursor = cursor
      try await device.pull()
      #expect(device.restarts == count + 2)
      #expect(try await device.agrees())
    }
  }

  @Test mutating func `a device that missed a tombstone which is no longer there begins anew`() async throws {
    try await writer.push(.create(1), .create(2), .create(3))
    try await device.pull()
    var late = device
    try await writer.push(.delete(1, base: 1))
    try await device.pull()
    for key in 4...8 as ClosedRange<UInt8> { try await writer.push(.create(key)) }
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    #expect(try await hub.store.ends(of: "notes")?.floor == 6)
    #expect(try await tombstones() == 0)
    try await device.pull()
    #expect(device.restarts == 1)
    #expect(try await device.agrees())
    try await late.pull()
    #expect(late.restarts == 2)
    #expect(try await late.agrees())
    // Where no tombstone was lost, a cut log costs nobody anything.
    for key in 9...19 as ClosedRange<UInt8> { try await writer.push(.create(key)) }
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    try await device.pull()
    #expect(device.restarts == 1)
    #expect(try await device.agrees())
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test mutating func `what tombstones took is given back to the space's quota`() async throws {
    try await writer.push(.create(1, .title("a")))
    try await writer.push(.delete(1, base: 1))
    for number in 0..<4 { try await hub.client().put("k\(number)", "") }
    let before = try #require(try await hub.calls.listSpaces().first)
    hub.advance(seconds: 1)
    try await hub.calls.tendLogs()
    let after = try #require(try await hub.calls.listSpaces().first)
    #expect(before.values == 4)
    #expect(after.values == 4)
    #expect(before.bytes == 8 + 16)
    #expect(after.bytes == 8)
  }

  private func tombstones() async throws -> Int64? {
    try await hub.store.scan { transaction in
      try transaction.first("SELECT count(*) FROM entity WHERE is_deleted = 1") { $0.integer(0) }
    }
  }

  @Test mutating func `a space without entities is an empty one`() async throws {
    device.space = "nothing"
    #expect(try await device.pull() == 1)
    #expect(device.entities.isEmpty)
    #expect(try await device.agrees())
    let again = try await device.pullPage()
    #expect(!again.restart)
  }
}
