import HoldfastContract
import Testing

@testable import HoldfastSync

struct CursorTests {
  private let cursor = Cursor(epoch: [1, 2, 3], sequence: 500, start: 900, filters: .max - 1)

  @Test func `a cursor is the same after it was bytes`() {
    #expect(Cursor(cursor.bytes) == cursor)
    #expect(Cursor(Cursor(epoch: [], filters: 0).bytes) == Cursor(epoch: [], filters: 0))
    #expect(cursor.bytes.count == 37)
  }

  @Test func `other bytes are no cursor`() {
    for count in 0..<cursor.bytes.count { #expect(Cursor(Array(cursor.bytes.prefix(count))) == nil) }
    #expect(Cursor(cursor.bytes + [0]) == nil)
    #expect(Cursor([2] + cursor.bytes.dropFirst()) == nil)
    #expect(Cursor([1, 200] + Array(repeating: 0, count: 232)) == nil)
  }

  @Test func `the hub goes on only in the same history, through the same filters, above the floor`() {
    let valid = { (cursor: Cursor, floor: UInt64) in
      cursor.isValid(epoch: [1, 2, 3], filters: .max - 1, floor: floor, last: 1_000)
    }
    var idle = cursor
    idle.start = 0
    #expect(valid(idle, 500))
    #expect(!valid(idle, 501))
    // A pass from the start may be far below the floor.
    #expect(valid(cursor, 900))
    #expect(!valid(cursor, 901))
    var other = idle
    other.epoch = [9]
    #expect(!valid(other, 0))
    other = idle
    other.filters = 0
    #expect(!valid(other, 0))
    // Of a future that was lost.
    other = idle
    other.sequence = 1_001
    #expect(!valid(other, 0))
  }
}

struct FilterTests {
  @Test func `without a filter everything is wanted`() throws {
    let filter = try FilterSet()
    #expect(filter.isEmpty && filter.wants(type: "x") && filter.matches(type: "x", EntityFields()))
  }

  @Test func `an entity is wanted if it agrees with one filter in all its fields`() throws {
    let filter = try FilterSet([
      EntityFilter(type: "note", equal: text(1, "a") + text(2, "b")), EntityFilter(type: "note", equal: text(1, "c")),
      EntityFilter(type: "list"),
    ])
    #expect(filter.wants(type: "note") && !filter.wants(type: "other"))
    #expect(filter.matches(type: "note", try EntityFields([text(1, "a"), text(2, "b"), number(3, 1)])))
    #expect(!filter.matches(type: "note", try EntityFields([text(1, "a"), number(3, 1)])))
    #expect(filter.matches(type: "note", try EntityFields([text(1, "c"), text(2, "x")])))
    #expect(filter.matches(type: "list", try EntityFields([text(1, "x")])))
    #expect(!filter.matches(type: "other", EntityFields()))
  }

  @Test func `a zero in a filter agrees with no value`() throws {
    let filter = try FilterSet([EntityFilter(type: "note", equal: [40, 0] + [0x92, 0x06, 0])])
    #expect(filter.matches(type: "note", EntityFields()))
    #expect(filter.matches(type: "note", try EntityFields([[40, 0]])))
    #expect(!filter.matches(type: "note", try EntityFields([[40, 1]])))
  }

  @Test func `the same filters have the same hash in any order`() throws {
    let one = EntityFilter(type: "note", equal: text(1, "a"))
    let two = EntityFilter(type: "list")
    #expect(try FilterSet([one, two]).hash == FilterSet([two, one, two]).hash)
    #expect(try FilterSet([one]).hash != FilterSet([two]).hash)
    #expect(try FilterSet([one]).hash != FilterSet().hash)
  }

  @Test func `filters that cannot be are refused`() {
    #expect(throws: SyncError.self) { try FilterSet([EntityFilter(type: "")]) }
    #expect(throws: SyncError.self) { try FilterSet([EntityFilter(type: "note", equal: [10, 9])]) }
    #expect(throws: SyncError.self) {
      try FilterSet(Array(repeating: EntityFilter(type: "note"), count: Limits.filters + 1))
    }
  }
}

struct ChecksumTests {
  @Test func `the order does not matter, and what is taken away was never there`() {
    var (one, other) = (Checksum(), Checksum())
    one.add(type: "a", key: [1], version: 1, state: [1])
    one.add(type: "a", key: [2], version: 2, state: [])
    other.add(type: "a", key: [2], version: 2, state: [])
    other.add(type: "b", key: [9], version: 9, state: [9])
    other.add(type: "a", key: [1], version: 1, state: [1])
    #expect(one.bytes != other.bytes)
    other.remove(type: "b", key: [9], version: 9, state: [9])
    #expect(one == other && one.entities == 2 && one.bytes.count == 16)
  }

  @Test func `every part of an entity counts`() {
    let sums =
      [
        ("a", [1], 1, [2]), ("b", [1], 1, [2]), ("a", [2], 1, [2]), ("a", [1], 2, [2]), ("a", [1], 1, [3]),
        ("a", [1, 2], 1, []),
      ]
      as [(String, [UInt8], UInt64, [UInt8])]
    let distinct = Set(
      sums.map { part in
        var sum = Checksum()
        sum.add(type: part.0, key: part.1, version: part.2, state: part.3)
        return sum.bytes
      })
    #expect(distinct.count == sums.count)
  }

  @Test func `the hash is the one of the reference`() {
    // Key 00 01 … 0f, input 00 01 … of that length, as OpenSSL has it.
    let vectors = [
      0: "a3817f04ba25a8e66df67214c7550293", 1: "da87c1d86b99af44347659119b22fc45",
      7: "a1f1ebbed8dbc153c0b84aa61ff08239", 8: "3b62a9ba6258f5610f83e264f31497b4",
      15: "5493e99933b0a8117e08ec0f97cfc3d9", 63: "5150d1772f50834a503e069a973fbd7c",
    ]
    for (count, expected) in vectors {
      var hash = SipHash()
      hash.add((0..<count).map(UInt8.init))
      let digest = [hash.digest.0, hash.digest.1].map { String($0.byteSwapped, radix: 16) }
      #expect(digest.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined() == expected)
    }
  }
}
