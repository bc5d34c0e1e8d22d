/// Walks over the fields of one message and of the messages inside it.
///
/// Nothing that the bytes hold makes it trap or read beyond them: faults are thrown.
public struct MessageReader: ~Copyable {
  // The pointers refer to bytes that outlive the reader: only `Message.merge(decoding:)` makes readers, for the length
  // of its call, and a reader cannot be copied.

  /// The first byte of the outermost message.
  @usableFromInline let start: UnsafeRawPointer

  /// The end of the outermost message.
  @usableFromInline let bufferEnd: UnsafeRawPointer

  /// The next byte to read.
  @usableFromInline var position: UnsafeRawPointer

  /// The end of the message that is being read, which may be inside another.
  @usableFromInline var end: UnsafeRawPointer

  /// Where the tag that was read last begins.
  @usableFromInline var fieldStart: UnsafeRawPointer

  /// The tag that was read last in the message that is being read; 0 before the first.
  @usableFromInline var tag: UInt32 = 0

  @usableFromInline var depthLeft: Int
  @usableFromInline var elementsLeft: Int
  @usableFromInline var elementMemoryLeft: Int

  @usableFromInline
  init(start: UnsafeRawPointer, count: Int, limits: DecodingLimits) {
    self.start = start
    position = start
    fieldStart = start
    end = start + count
    bufferEnd = end
    // The outermost message is the first level.
    depthLeft = max(limits.maximumDepth, 1) - 1
    elementsLeft = limits.maximumElements
    elementMemoryLeft = limits.maximumElementMemory
  }

  /// Reads the tag of the next field: its number and wire type. 0 at the end of the message that is being read.
  @inlinable @inline(__always)
  public mutating func nextTag() throws(MessageDecodingError) -> UInt32 {
    fieldStart = position
    guard position < end else { return 0 }
    let byte = position.load(as: UInt8.self)
    // A field number of one to 15, which one byte holds.
    guard 8..<0x80 ~= byte else { return try longTag() }
    position += 1
    tag = UInt32(byte)
    return tag
  }

  @usableFromInline
  mutating func longTag() throws(MessageDecodingError) -> UInt32 {
    tag = 0
    let value = try varint()
    guard position - fieldStart <= Limits.tagBytes, let short = UInt32(exactly: value) else {
      throw failure(.overlongVarint, "a tag has more than 32 bits")
    }
    guard short >> 3 != 0 else { throw failure(.malformed, "a field has the number 0") }
    tag = short
    return short
  }

  // MARK: Payloads

  @inlinable @inline(__always)
  mutating func varint() throws(MessageDecodingError) -> UInt64 {
    if position < end {
      let byte = position.load(as: UInt8.self)
      if byte < 0x80 {
        position += 1
        return UInt64(byte)
      }
    }
    return try longVarint()
  }

  @usableFromInline
  mutating func longVarint() throws(MessageDecodingError) -> UInt64 {
    if end - position >= 2 {
      let bytes = UInt16(littleEndian: position.loadUnaligned(as: UInt16.self))
      if bytes & 0x8080 == 0x80 {
        position += 2
        return UInt64(bytes & 0x7f | (bytes & 0x7f00) &>> 1)
      }
    }
    // Eight bytes at once, if the buffer has as many and the varint ends among them.
    if bufferEnd - position >= 8 {
      let word = UInt64(littleEndian: position.loadUnaligned(as: UInt64.self))
      let last = ~word & 0x8080_8080_8080_8080
      let count = (last.trailingZeroBitCount &+ 1) &>> 3
      if last != 0, count <= end - position {
        position += count
        return Varint.joined(word & (last ^ (last &- 1)))
      }
    }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var next = position
    let last = next + min(end - next, Limits.varintBytes)
    while next < last {
      let byte = next.load(as: UInt8.self)
      next += 1
      // Bits beyond the 64th are dropped, as protobuf does.
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 {
        position = next
        return value
      }
      shift &+= 7
    }
    if next - position == Limits.varintBytes {
      throw failure(.overlongVarint, "a varint has more than \(Limits.varintBytes) bytes")
    }
    throw failure(.truncated, "the message ends inside a varint")
  }

  @inlinable @inline(__always)
  mutating func fixed<Fixed: FixedWidthInteger & BitwiseCopyable>(
    _ type: Fixed.Type
  ) throws(MessageDecodingError) -> Fixed {
    guard end - position >= MemoryLayout<Fixed>.size else { throw endsInside("a fixed-width number") }
    let value = position.loadUnaligned(as: Fixed.self)
    position += MemoryLayout<Fixed>.size
    return Fixed(littleEndian: value)
  }

  /// Reads a length that fits what is left of the message.
  @inlinable @inline(__always)
  mutating func length() throws(MessageDecodingError) -> Int {
    let value = try varint()
    guard value <= UInt64(truncatingIfNeeded: end - position) else { throw tooLong(value) }
    return Int(truncatingIfNeeded: value)
  }

  /// Reads a length and the bytes after it, which are valid as long as the reader is.
  @inlinable @inline(__always)
  mutating func bytes() throws(MessageDecodingError) -> UnsafeRawBufferPointer {
    let count = try length()
    let bytes = UnsafeRawBufferPointer(start: position, count: count)
    position += count
    return bytes
  }

  // MARK: Messages inside messages

  /// What to go back to after a message inside another.
  @usableFromInline
  struct Outer {
    @usableFromInline let end: UnsafeRawPointer
    @usableFromInline let tag: UInt32

    @inlinable
    init(end: UnsafeRawPointer, tag: UInt32) {
      self.end = end
      self.tag = tag
    }
  }

  /// Reads the length of a message and makes its end the reader's.
  @inlinable
  mutating func enter() throws(MessageDecodingError) -> Outer {
    let count = try length()
    guard depthLeft > 0 else { throw tooDeep() }
    depthLeft &-= 1
    let outer = Outer(end: end, tag: tag)
    end = position + count
    tag = 0
    return outer
  }

  /// Goes back to the message around.
  @inlinable
  mutating func leave(to outer: Outer) {
    position = end
    end = outer.end
    tag = outer.tag
    depthLeft &+= 1
  }

  // MARK: Elements

  /// Counts elements of lists, sets and maps, each with the memory that it takes, before room is made for them.
  @inlinable @inline(__always)
  mutating func count(elements: Int, of stride: Int) throws(MessageDecodingError) {
    // Neither overflows: elements are no more than the bytes of the message, and no type is that large.
    elementsLeft &-= elements
    elementMemoryLeft &-= elements &* stride
    guard elementsLeft | elementMemoryLeft >= 0 else { throw tooManyElements() }
  }

  /// Whether another field with the last tag follows at once; if so, its tag is read.
  @inlinable @inline(__always)
  mutating func nextRepeats() -> Bool {
    // Only tags of one byte are compared; others take the way over `nextTag`.
    guard position < end, UInt32(position.load(as: UInt8.self)) == tag, tag < 0x80 else { return false }
    fieldStart = position
    position += 1
    return true
  }

  /// How many length-delimited fields with the last tag follow one another, counted from the one whose tag has been
  /// read. What is malformed ends the count.
  @inlinable
  func runLength() -> Int {
    var count = 1
    guard tag < 0x80 else { return count }
    var next = position
    while next < end {
      let length = Int(next.load(as: UInt8.self))
      guard length < 0x80, length &+ 1 < end - next else { return count }
      next += length &+ 1
      guard UInt32(next.load(as: UInt8.self)) == tag else { return count }
      next += 1
      count &+= 1
    }
    return count
  }
}
