/// Fills the buffer of one message from its back to its front.
///
/// Backwards, because the length of a nested message is then known when its prefix is written. Writing beyond the front
/// stops the program before it touches memory: it means that a message's `encodedSize` is wrong.
public struct MessageWriter: ~Copyable {
  /// The first byte of the buffer.
  @usableFromInline let front: UnsafeMutableRawPointer

  /// The first byte that has been written; everything from here to the end of the buffer is done.
  @usableFromInline var position: UnsafeMutableRawPointer

  /// Writes into `buffer`, which has to outlive the writer. Only `Message.encode(into:)` makes writers, for the length
  /// of its call.
  @inlinable
  init(_ buffer: UnsafeMutableRawBufferPointer) {
    // An empty buffer may have no address. Nothing is ever written to this one, since there is no room.
    let start =
      buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: MemoryLayout<UInt64>.alignment).unsafelyUnwrapped
    front = start
    position = start + buffer.count
  }

  /// Whether every byte of the buffer has been written.
  @inlinable
  var isFull: Bool { position == front }

  /// Writes fields that were kept from decoding.
  @inlinable
  public mutating func write(_ fields: UnknownFields) {
    if !fields.bytes.isEmpty { fields.bytes.withUnsafeBytes { write(bytes: $0) } }
  }

  /// Makes room for `count` bytes before what has been written, and returns where they go.
  @inlinable @inline(__always)
  mutating func claim(_ count: Int) -> UnsafeMutableRawPointer {
    precondition(count <= position - front, "a message wrote more than its encodedSize")
    position -= count
    return position
  }

  @inlinable @inline(__always)
  mutating func write(byte: UInt8) {
    claim(1).storeBytes(of: byte, as: UInt8.self)
  }

  @inlinable @inline(__always)
  mutating func write(bytes: UnsafeRawBufferPointer) {
    let target = claim(bytes.count)
    if let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: bytes.count) }
  }

  /// Writes the fixed-width bytes of an integer, the lowest first.
  @inlinable @inline(__always)
  mutating func write<Fixed: FixedWidthInteger & BitwiseCopyable>(fixed value: Fixed) {
    claim(MemoryLayout<Fixed>.size).storeBytes(of: value.littleEndian, as: Fixed.self)
  }

  @inlinable @inline(__always)
  mutating func write(varint value: UInt64) {
    if value < 0x80 {
      write(byte: UInt8(truncatingIfNeeded: value))
    } else {
      write(longVarint: value)
    }
  }

  @usableFromInline
  mutating func write(longVarint value: UInt64) {
    let count = Varint.size(value)
    let target = claim(count)
    switch count {
    case 2:
      target.storeBytes(of: UInt16(truncatingIfNeeded: Varint.spread(value, over: 2)).littleEndian, as: UInt16.self)
    case 3, 4:
      // The first two bytes and the last two, of which one may be the same.
      let bytes = Varint.spread(value, over: count)
      let rest = bytes &>> UInt64(truncatingIfNeeded: 8 &* (count &- 2))
      target.storeBytes(of: UInt16(truncatingIfNeeded: bytes).littleEndian, as: UInt16.self)
      target.storeBytes(
        of: UInt16(truncatingIfNeeded: rest).littleEndian, toByteOffset: count &- 2, as: UInt16.self)
    case 5...8:
      let bytes = Varint.spread(value, over: count)
      let rest = bytes &>> UInt64(truncatingIfNeeded: 8 &* (count &- 4))
      target.storeBytes(of: UInt32(truncatingIfNeeded: bytes).littleEndian, as: UInt32.self)
      target.storeBytes(
        of: UInt32(truncatingIfNeeded: rest).littleEndian, toByteOffset: count &- 4, as: UInt32.self)
    default:
      var rest = value
      for index in 0..<(count &- 1) {
        target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: index, as: UInt8.self)
        rest &>>= 7
      }
      target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count &- 1, as: UInt8.self)
    }
  }

  /// Writes the length of bytes and the bytes after it.
  @inlinable @inline(__always)
  mutating func write(lengthDelimited bytes: UnsafeRawBufferPointer) {
    let count = bytes.count
    guard count < 0x80 else {
      write(bytes: bytes)
      return write(longVarint: UInt64(truncatingIfNeeded: count))
    }
    let target = claim(count &+ 1)
    target.storeBytes(of: UInt8(truncatingIfNeeded: count), as: UInt8.self)
    if let source = bytes.baseAddress { (target + 1).copyMemory(from: source, byteCount: count) }
  }

  /// Writes the length of everything written since the position was `end`.
  @inlinable @inline(__always)
  mutating func writeLength(since end: UnsafeMutableRawPointer) {
    write(varint: UInt64(truncatingIfNeeded: end - position))
  }

  @inlinable @inline(__always)
  mutating func writeTag(field: Int, _ type: WireType) {
    write(varint: UInt64(truncatingIfNeeded: field) &<< 3 | UInt64(type.rawValue))
  }
}
