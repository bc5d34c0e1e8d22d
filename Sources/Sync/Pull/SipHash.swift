/// SipHash-2-4 with 128 bits: a hash that is the same in every process and on every machine.
///
/// For telling whether two sides hold the same. It is keyed with a fixed key, so it proves nothing against somebody who
/// wants two things to look alike.
package struct SipHash: Sendable {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64
  /// Bytes that do not make a word yet, the first in the lowest place.
  private var rest: UInt64 = 0
  private var count: UInt64 = 0

  /// The key's sixteen bytes are the words 0x0706050403020100 and 0x0f0e0d0c0b0a0908, as in the reference.
  package init(key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)) {
    v0 = key.0 ^ 0x736f_6d65_7073_6575
    v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
    v2 = key.0 ^ 0x6c79_6765_6e65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  /// Takes in bytes.
  package mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { add(byte) }
  }

  /// Takes in the length of bytes and then the bytes, so that what follows them cannot be taken for a part of them.
  package mutating func add(counted bytes: [UInt8]) {
    add(UInt64(bytes.count))
    add(bytes)
  }

  /// Takes in a number, its lowest byte first.
  package mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private mutating func add(_ byte: UInt8) {
    rest |= UInt64(byte) << (8 * (count & 7))
    count &+= 1
    if count & 7 == 0 {
      compress(rest)
      rest = 0
    }
  }

  /// The hash of everything that was taken in.
  package var digest: (UInt64, UInt64) {
    var end = self
    end.compress(rest | count << 56)
    end.v2 ^= 0xee
    for _ in 0..<4 { end.round() }
    let first = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
    end.v1 ^= 0xdd
    for _ in 0..<4 { end.round() }
    return (first, end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
  }

  private mutating func compress(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  private mutating func round() {
    v0 &+= v1
    v1 = (v1 << 13 | v1 >> 51) ^ v0
    v0 = v0 << 32 | v0 >> 32
    v2 &+= v3
    v3 = (v3 << 16 | v3 >> 48) ^ v2
    v0 &+= v3
    v3 = (v3 << 21 | v3 >> 43) ^ v0
    v2 &+= v1
    v1 = (v1 << 17 | v1 >> 47) ^ v2
    v2 = v2 << 32 | v2 >> 32
  }
}
