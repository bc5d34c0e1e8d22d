/// The eight bytes before each frame's body, little-endian:
///
///     byte  0 1 2       length of the body
///           3           type; its high bit says that the message goes on in another frame of the stream
///           4 5 6 7     stream; 0 is the connection itself
public struct FrameHeader: Hashable, Sendable {
  /// Bytes of a header on the wire.
  public static let size = 8

  /// Bytes of the body that follows.
  public var length: Int
  public var type: FrameType
  /// Whether the message that the body belongs to goes on in the stream's next frame.
  public var hasMore: Bool
  public var stream: StreamID

  public init(length: Int, type: FrameType, hasMore: Bool = false, stream: StreamID) {
    self.length = length
    self.type = type
    self.hasMore = hasMore
    self.stream = stream
  }

  /// The header in one little-endian word.
  public init(word: UInt64) {
    length = Int(word & 0xFF_FFFF)
    type = FrameType(rawValue: UInt8(truncatingIfNeeded: word >> 24) & 0x7F)
    hasMore = word & 0x8000_0000 != 0
    stream = StreamID(rawValue: UInt32(truncatingIfNeeded: word >> 32))
  }

  public var word: UInt64 {
    UInt64(length) & 0xFF_FFFF | UInt64(type.rawValue) << 24 | (hasMore ? 0x8000_0000 : 0)
      | UInt64(stream.rawValue) << 32
  }
}
