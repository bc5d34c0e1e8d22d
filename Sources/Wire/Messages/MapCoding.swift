/// A map: a list of entries, each a message of the key in field 1 and the value in field 2, in the order of the keys.
///
/// Both are always written. In what is read either may be missing and is then zero, the last entry of a key counts, and
/// fields that an entry does not have are dropped, as protobuf does.
public enum MapCoding<Key: OrderedCoding, Element: FieldCoding> {
  public typealias Value = [Key.Value: Element.Value]

  /// The bytes of all entries.
  @inlinable
  public static func size(_ map: Value, field: Int) -> Int {
    var size = map.count &* Varint.tagSize(field: field)
    for (key, value) in map {
      // Each of the two has a tag of one byte.
      let entry = 2 &+ Key.payloadSize(key) &+ Element.payloadSize(value)
      size &+= Varint.size(length: entry) &+ entry
    }
    return size
  }

  /// Writes all entries in ascending order of their keys.
  @inlinable
  public static func write(_ map: Value, field: Int, into writer: inout MessageWriter) {
    if map.isEmpty { return }
    // On the stack when there are few.
    withUnsafeTemporaryAllocation(of: WrittenEntry.self, capacity: map.count) { entries in
      // The dictionary's order first, and then in the buffer the order of the keys: it costs less to move bytes than to
      // move keys and values.
      let end = writer.position
      var count = 0
      for (key, value) in map {
        let entryEnd = writer.position
        Element.writeField(value, field: 2, into: &writer)
        let keyEnd = writer.position
        Key.writeField(key, field: 1, into: &writer)
        let keyStart = writer.position
        writer.writeLength(since: entryEnd)
        writer.writeTag(field: field, .lengthDelimited)
        entries.initializeElement(
          at: count,
          to: WrittenEntry(
            rank: Key.rank(key), start: writer.position, end: entryEnd, keyStart: keyStart, keyEnd: keyEnd))
        count &+= 1
      }
      writer.sort(UnsafeMutableBufferPointer(rebasing: entries[..<count]), before: end)
    }
  }

  /// Reads an entry, and those that follow it at once.
  @inlinable
  public static func read(_ map: inout Value, from reader: inout MessageReader) throws(MessageDecodingError) {
    let count = reader.runLength()
    // Twice, since a dictionary keeps room that is not filled.
    try reader.count(elements: count, of: 2 &* MemoryLayout<Value.Element>.stride)
    if map.isEmpty { map = Value(minimumCapacity: count) }
    for index in 0..<count {
      if index > 0 && !reader.nextRepeats() { return }
      try readEntry(into: &map, from: &reader)
    }
  }

  @inlinable
  static func readEntry(into map: inout Value, from reader: inout MessageReader) throws(MessageDecodingError) {
    let outer = try reader.enter()
    var key = Key.zero
    var value = Element.zero
    do throws(MessageDecodingError) {
      loop: while true {
        let tag = try reader.nextTag()
        switch tag {
        case 0: break loop
        case 1 << 3 | Key.wireType.rawValue: try Key.read(&key, from: &reader)
        case 2 << 3 | Element.wireType.rawValue: try Element.read(&value, from: &reader)
        default: try reader.skip(tag)
        }
      }
    } catch {
      throw error.inside(field: outer.tag >> 3)
    }
    reader.leave(to: outer)
    map[consume key] = consume value
  }
}
