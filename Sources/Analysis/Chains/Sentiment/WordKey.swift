/// A word of up to 16 bytes in two registers, so that a text is looked up without making a single string.
///
/// No byte of a word is zero, so that words of different lengths never have the same key.
struct WordKey: Equatable {
  static let longest = 16

  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0

  init() {}

  @inline(__always)
  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  init(_ bytes: some Sequence<UInt8>) {
    for (place, byte) in bytes.enumerated() { set(byte, at: place) }
  }

  /// Sets a byte that was zero; one beyond the longest word changes nothing.
  @inline(__always)
  mutating func set(_ byte: UInt8, at place: Int) {
    if place < 8 {
      low |= UInt64(byte) &<< UInt64(truncatingIfNeeded: place &* 8)
    } else if place < Self.longest {
      high |= UInt64(byte) &<< UInt64(truncatingIfNeeded: (place &- 8) &* 8)
    }
  }

  func byte(at place: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: place < 8 ? low >> UInt64(place * 8) : high >> UInt64((place - 8) * 8))
  }

  /// The key of these words followed by another: 128 bits, of which two phrases have never been seen to share all.
  func followed(by word: WordKey) -> WordKey {
    var key = WordKey()
    key.low = Self.mix(low ^ Self.mix(word.low &+ word.high &* 0x9E37_79B9_7F4A_7C15))
    key.high = Self.mix(high &+ Self.mix(word.high ^ word.low &* 0xC2B2_AE3D_27D4_EB4F))
    return key
  }

  @inline(__always)
  var hash: UInt64 {
    let product = (low ^ (high &* 0x9E37_79B9_7F4A_7C15)) &* 0xD6E8_FEB8_6659_FD93
    return product ^ (product &>> 32)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
