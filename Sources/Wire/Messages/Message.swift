/// A value with numbered fields that travels in the protobuf wire format.
///
/// Types that conform are generated from definition files. The encoding is canonical: known fields in ascending order,
/// varints as short as they can be, map keys and set elements sorted, then unknown fields as they came. Two equal
/// messages therefore have the same bytes, unless strings differ that Swift holds to be equal ("é" in two forms).
///
/// Decoding takes whatever protobuf takes: fields in any order, repeated singular fields (the last one counts, messages
/// merge), packed and unpacked lists, varints with padding.
public protocol Message: Sendable, Hashable {
  /// The full name in the definition, for example `notes.Draft`.
  static var messageName: String { get }

  /// A message in which every field has its zero or declared default.
  init()

  /// Fields that the definition does not know; they are written back unchanged.
  var unknownFields: UnknownFields { get set }

  /// The exact length of the encoding, in bytes.
  var encodedSize: Int { get }

  /// Writes the fields from the back to the front: unknown fields first, then known fields in descending order.
  ///
  /// Writes exactly `encodedSize` bytes; writing more than the writer has room for is a programming error and stops the
  /// program.
  func encode(into writer: inout MessageWriter)

  /// Reads fields up to the reader's end into this message.
  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError)
}

extension Message {
  /// The encoding in an array of its own.
  @inlinable
  public func encoded() -> [UInt8] {
    let size = encodedSize
    // An array made from bytes costs less than one that is made first and then filled, which looks up its type at run
    // time each time; so what fits the stack is written there.
    if size <= 1024 {
      return withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer in
        encode(into: buffer)
        return [UInt8](buffer)
      }
    }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      encode(into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
      count = size
    }
  }

  /// Writes the encoding over all of `buffer`, whose `count` has to be `encodedSize`; any other count is a programming
  /// error and stops the program. The buffer may hold uninitialised memory and is used during the call only.
  @inlinable
  public func encode(into buffer: UnsafeMutableRawBufferPointer) {
    var writer = MessageWriter(buffer)
    encode(into: &writer)
    precondition(writer.isFull, "the buffer of a message has to be exactly as long as its encodedSize")
  }

  /// Decodes a message that takes up all of `bytes`.
  @inlinable
  public init(decoding bytes: [UInt8], limits: DecodingLimits = .standard) throws(MessageDecodingError) {
    self.init()
    try merge(decoding: bytes, limits: limits)
  }

  /// Decodes a message that takes up all of `bytes`, which are used during the call only.
  @inlinable
  public init(decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits = .standard) throws(MessageDecodingError) {
    self.init()
    try merge(decoding: bytes, limits: limits)
  }

  /// Decodes all of `bytes` into this message, as protobuf merges: what the bytes name replaces what is here, lists and
  /// maps grow, messages merge.
  ///
  /// After an error the message holds some of the new fields.
  @inlinable
  public mutating func merge(decoding bytes: [UInt8], limits: DecodingLimits = .standard) throws(MessageDecodingError) {
    // The closure is handed over as a `Result`, since `withUnsafeBytes` keeps no error type.
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(MessageDecodingError) in try merge(decoding: bytes, limits: limits) }
    }
    try result.get()
  }

  /// Decodes all of `bytes` into this message, as `merge(decoding:limits:)` does with an array; the bytes are used
  /// during the call only.
  @inlinable
  public mutating func merge(
    decoding bytes: UnsafeRawBufferPointer, limits: DecodingLimits = .standard
  ) throws(MessageDecodingError) {
    guard bytes.count <= limits.maximumSize else {
      throw MessageDecodingError(
        .tooLarge, "a message of \(bytes.count) bytes, where \(limits.maximumSize) are allowed")
    }
    guard let start = bytes.baseAddress else { return }
    var reader = MessageReader(start: start, count: bytes.count, limits: limits)
    try merge(from: &reader)
  }
}
