/// Sixty-four bytes of text, looked at together.
struct CSVBlock {
  private let bytes: (SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>, SIMD16<UInt8>)

  @inline(__always)
  init(_ start: UnsafePointer<UInt8>) {
    let raw = UnsafeRawPointer(start)
    bytes = (
      raw.loadUnaligned(as: SIMD16<UInt8>.self), raw.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self),
      raw.loadUnaligned(fromByteOffset: 32, as: SIMD16<UInt8>.self),
      raw.loadUnaligned(fromByteOffset: 48, as: SIMD16<UInt8>.self)
    )
  }

  /// A bit for each byte that is a mark or ends a line; the lowest for the first byte.
  @inline(__always)
  func marks(_ marks: CSVMarks) -> UInt64 {
    bits(
      Self.marks(marks, in: bytes.0), Self.marks(marks, in: bytes.1), Self.marks(marks, in: bytes.2),
      Self.marks(marks, in: bytes.3))
  }

  /// Whether there is any byte that is not ASCII, or is NUL. At 0x80 and above the highest bit is set, and subtracting
  /// one sets it for NUL alone.
  @inline(__always)
  var hasUnusualBytes: Bool {
    let all = Self.odd(bytes.0) | Self.odd(bytes.1) | Self.odd(bytes.2) | Self.odd(bytes.3)
    let halves = unsafeBitCast(all, to: SIMD2<UInt64>.self)
    return (halves[0] | halves[1]) & 0x8080_8080_8080_8080 != 0
  }

  /// A bit for each byte that is not ASCII, or is NUL.
  @inline(__always)
  var unusualBytes: UInt64 {
    let high = SIMD16<UInt8>(repeating: 0x80)
    return bits(
      Self.odd(bytes.0) .>= high, Self.odd(bytes.1) .>= high, Self.odd(bytes.2) .>= high, Self.odd(bytes.3) .>= high)
  }

  @inline(__always)
  private static func odd(_ part: SIMD16<UInt8>) -> SIMD16<UInt8> {
    part | (part &- 1)
  }

  @inline(__always)
  private static func marks(_ marks: CSVMarks, in part: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
    (part .== marks.delimiters) .| (part .== marks.quotes) .| (part .== marks.escapes)
      .| (part .== SIMD16(repeating: ASCII.lineFeed)) .| (part .== SIMD16(repeating: ASCII.carriageReturn))
  }

  @inline(__always)
  private func bits(
    _ first: SIMDMask<SIMD16<Int8>>, _ second: SIMDMask<SIMD16<Int8>>, _ third: SIMDMask<SIMD16<Int8>>,
    _ fourth: SIMDMask<SIMD16<Int8>>
  ) -> UInt64 {
    Self.bits(first) | Self.bits(second) << 16 | Self.bits(third) << 32 | Self.bits(fourth) << 48
  }

  @inline(__always)
  private static func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> UInt64 {
    let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
    return bits(halves[0]) | bits(halves[1]) << 8
  }

  /// Eight bytes of which each is 0 or 255 as eight bits: each byte keeps the bit of its place, and the multiplication
  /// adds them all up in the highest byte.
  @inline(__always)
  private static func bits(_ bytes: UInt64) -> UInt64 {
    ((bytes & 0x8040_2010_0804_0201) &* 0x0101_0101_0101_0101) >> 56
  }
}
