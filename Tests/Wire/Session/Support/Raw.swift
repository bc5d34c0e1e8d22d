import HoldfastWire

/// A message whose encoding is any bytes at all.
struct Raw: Message {
  static let messageName = "test.Raw"
  var unknownFields = UnknownFields()

  init() {}

  init(_ bytes: [UInt8]) { unknownFields.bytes = bytes }

  /// `count` bytes that tell where they are, so that a piece that is lost or moved shows.
  init(count: Int, seed: Int = 0) {
    unknownFields.bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ seed) }
  }

  var encodedSize: Int { unknownFields.bytes.count }
  func encode(into writer: inout MessageWriter) { writer.write(unknownFields) }
  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while case let tag = try reader.nextTag(), tag != 0 { try reader.skip(tag, into: &unknownFields) }
  }
}

extension MessageBody {
  var bytes: [UInt8] { withBytes { Array($0) } }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Below `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// True once in `count` times.
  mutating func once(in count: Int) -> Bool { below(count) == 0 }
}
