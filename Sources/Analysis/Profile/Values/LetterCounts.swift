/// How many bytes of a text are of which class, counted 16 at a time.
struct LetterCounts {
  /// Spaces, tabs, line breaks and other controls.
  private(set) var blanks = 0
  /// ASCII letters.
  private(set) var letters = 0
  /// Bytes of UTF-8 that go on with a character.
  private(set) var continuations = 0
  /// Bytes that begin a character of U+3000 to U+FFFF: writing that puts no blanks between words, for the most part.
  private(set) var wide = 0

  init(_ text: UnsafeBufferPointer<UInt8>) {
    guard let base = text.baseAddress else { return }
    let start = UnsafeRawPointer(base)
    var high = Bytes()
    let (blanks, letters) = Self.count(start, text.count) { bytes in
      high |= bytes
      let low = bytes & Self.all(0x7F)
      let isBlank = ~((low &+ Self.all(0x80 - 0x21)) | bytes)
      let lower = low | Self.all(0x20)
      let isLetter = (lower &+ Self.all(0x80 - 0x61)) & ~(lower &+ Self.all(0x80 - 0x7B)) & ~bytes
      return (isBlank, isLetter)
    }
    // The zeros behind the text were counted too.
    self.blanks = blanks - (16 - text.count & 15) & 15
    self.letters = letters
    guard (high.x | high.y) & 0x8080_8080_8080_8080 != 0 else { return }
    (continuations, wide) = Self.count(start, text.count) { bytes in
      let low = bytes & Self.all(0x7F)
      let isContinuation = bytes & ~(bytes &<< 1)
      let isWide = bytes & (low &+ Self.all(0x80 - 0x63)) & ~(low &+ Self.all(0x80 - 0x70))
      return (isContinuation, isWide)
    }
  }

  private typealias Bytes = SIMD2<UInt64>

  @inline(__always)
  private static func all(_ byte: UInt64) -> Bytes { Bytes(repeating: byte &* 0x0101_0101_0101_0101) }

  /// Counts two classes at once: `classify` sets the highest bit of each byte that is of the class.
  ///
  /// In such arithmetic no byte may carry into the next: a byte without its highest bit, plus 0x80 - n, has that bit
  /// where it is n or more.
  @inline(__always)
  private static func count(
    _ start: UnsafeRawPointer, _ count: Int, _ classify: (Bytes) -> (Bytes, Bytes)
  ) -> (Int, Int) {
    var (first, second) = (0, 0)
    var place = 0
    repeat {
      // A byte counts up to 255: sums are taken before it is full.
      var (firstLanes, secondLanes) = (Bytes(), Bytes())
      let end = min(count & ~15, place + 254 * 16)
      while place < end {
        let (isFirst, isSecond) = classify((start + place).loadUnaligned(as: Bytes.self))
        firstLanes &+= isFirst &>> 7 & all(1)
        secondLanes &+= isSecond &>> 7 & all(1)
        place += 16
      }
      if place < count, count - place < 16 {
        let (isFirst, isSecond) = classify(rest(start + place, count - place))
        firstLanes &+= isFirst &>> 7 & all(1)
        secondLanes &+= isSecond &>> 7 & all(1)
        place = count
      }
      first += sum(firstLanes.x) + sum(firstLanes.y)
      second += sum(secondLanes.x) + sum(secondLanes.y)
    } while place < count
    return (first, second)
  }

  /// 1 to 15 bytes with zeros behind them. Loads that overlap bring the same bits twice.
  @inline(__always)
  private static func rest(_ start: UnsafeRawPointer, _ count: Int) -> Bytes {
    func word64(_ place: Int) -> UInt64 {
      UInt64(littleEndian: (start + place).loadUnaligned(as: UInt64.self))
    }
    func word32(_ place: Int) -> UInt64 {
      UInt64(UInt32(littleEndian: (start + place).loadUnaligned(as: UInt32.self)))
    }
    func byte(_ place: Int) -> UInt64 {
      UInt64((start + place).load(as: UInt8.self)) << UInt64(truncatingIfNeeded: place * 8)
    }
    if count >= 8 {
      return Bytes(word64(0), count == 8 ? 0 : word64(count - 8) >> UInt64(truncatingIfNeeded: (16 - count) * 8))
    }
    if count >= 4 { return Bytes(word32(0) | word32(count - 4) << UInt64(truncatingIfNeeded: (count - 4) * 8), 0) }
    return Bytes(byte(0) | byte(count / 2) | byte(count - 1), 0)
  }

  /// The sum of eight bytes: of pairs first, then of all pairs at once by a multiplication.
  @inline(__always)
  private static func sum(_ word: UInt64) -> Int {
    let even: UInt64 = 0x00FF_00FF_00FF_00FF
    let pairs = (word & even) &+ (word >> 8 & even)
    return Int(truncatingIfNeeded: (pairs &* 0x0001_0001_0001_0001) >> 48)
  }
}
