/// The one hash of a field, from which all sketches work: 64 bits, the same on every machine and in every run, so that
/// profiles of parts can be merged wherever they were made.
///
/// Built as wyhash is: 16 bytes a step, folded by multiplication to 128 bits. It keeps no secret: who chooses the bytes
/// of a file can make two of its values count as one in that file's profile, and nothing else.
enum ValueHash {
  private static let secret0: UInt64 = 0xA076_1D64_78BD_642F
  private static let secret1: UInt64 = 0xE703_7ED1_A0B4_28DB

  @inline(__always)
  static func hash(_ start: UnsafeRawPointer, count: Int) -> UInt64 {
    var seed = secret0
    let low: UInt64
    let high: UInt64
    if count <= 16 {
      if count >= 4 {
        // Four loads that overlap cover every length from 4 to 16.
        let step = (count >> 3) << 2
        low = word32(start) << 32 | word32(start + step)
        high = word32(start + (count - 4)) << 32 | word32(start + (count - 4 - step))
      } else if count > 0 {
        low = byte(start) << 16 | byte(start + (count >> 1)) << 8 | byte(start + (count - 1))
        high = 0
      } else {
        low = 0
        high = 0
      }
    } else {
      var place = 0
      while place + 16 < count {
        seed = fold(word64(start + place) ^ secret1, word64(start + (place + 8)) ^ seed)
        place += 16
      }
      low = word64(start + (count - 16))
      high = word64(start + (count - 8))
    }
    return fold(secret1 ^ UInt64(truncatingIfNeeded: count), fold(low ^ secret1, high ^ seed))
  }

  /// A number whose bits all depend on all bits of the two.
  @inline(__always)
  static func fold(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = first.multipliedFullWidth(by: second)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func byte(_ place: UnsafeRawPointer) -> UInt64 { UInt64(place.load(as: UInt8.self)) }

  @inline(__always)
  private static func word32(_ place: UnsafeRawPointer) -> UInt64 {
    UInt64(UInt32(littleEndian: place.loadUnaligned(as: UInt32.self)))
  }

  @inline(__always)
  private static func word64(_ place: UnsafeRawPointer) -> UInt64 {
    UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
  }
}
