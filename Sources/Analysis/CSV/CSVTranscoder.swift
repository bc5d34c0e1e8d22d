/// Turns the bytes of a file into UTF-8, in whatever pieces they come.
struct CSVTranscoder {
  let encoding: CSVEncoding
  /// Bytes of the byte order mark that were seen so far; nil when it is known whether there is one.
  private var markSeen: Int?
  /// Bytes of UTF-16 that are no whole character yet.
  private var held: [UInt8] = []

  init(encoding: CSVEncoding, atStart: Bool) {
    self.encoding = encoding
    markSeen = atStart && !encoding.mark.isEmpty ? 0 : nil
  }

  /// Bytes that wait for more.
  var heldCount: Int { held.count }

  /// The most bytes that `count` of the file become, with those that were held back.
  func mostBytes(for count: Int) -> Int { (count + 4) * encoding.mostBytesPerByte }

  /// Writes what `bytes` are in UTF-8 to `target`, which has room for ``mostBytes(for:)``.
  ///
  /// - Returns: the bytes written.
  mutating func append(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var written = 0
    var bytes = bytes[...]
    while let seen = markSeen, let byte = bytes.first {
      let mark = encoding.mark
      if byte == mark[seen] {
        bytes = bytes.dropFirst()
        markSeen = seen + 1 == mark.count ? nil : seen + 1
      } else {
        markSeen = nil
        mark[..<seen].withUnsafeBytes { written += transcode($0[...], to: target + written) }
      }
    }
    guard !bytes.isEmpty else { return written }
    return written + transcode(bytes, to: target + written)
  }

  /// Writes what was held back, now that nothing follows.
  mutating func finish(to target: UnsafeMutablePointer<UInt8>) -> Int {
    var written = 0
    if let seen = markSeen {
      markSeen = nil
      encoding.mark[..<seen].withUnsafeBytes { written += transcode($0[...], to: target) }
    }
    guard !held.isEmpty else { return written }
    if held.count >= 2 {
      written += Self.put(unit(held[0], held[1]), to: target + written)
    }
    if held.count % 2 == 1 {
      // Half a character of UTF-16 is none: a byte that is no UTF-8 either stands for it, and is reported.
      target[written] = 0xFF
      written += 1
    }
    held = []
    return written
  }

  private mutating func transcode(_ bytes: Slice<UnsafeRawBufferPointer>, to target: UnsafeMutablePointer<UInt8>) -> Int
  {
    let source = UnsafeRawBufferPointer(rebasing: bytes)
    switch encoding {
    case .utf8:
      guard let base = source.baseAddress else { return 0 }
      UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: source.count)
      return source.count
    case .latin1: return Self.singleBytes(source, to: target) { UInt32($0) }
    case .windows1252: return Self.singleBytes(source, to: target, Windows1252.scalar)
    case .utf16LittleEndian, .utf16BigEndian: return units(source, to: target)
    }
  }

  private static func singleBytes(
    _ source: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>, _ scalar: (UInt8) -> UInt32
  ) -> Int {
    var written = 0
    for byte in source {
      if byte < 0x80 {
        target[written] = byte
        written += 1
      } else {
        written += put(scalar(byte), to: target + written)
      }
    }
    return written
  }

  private mutating func units(_ source: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var written = 0
    var index = 0
    // What was held back goes first, byte by byte, until nothing is held any more.
    while !held.isEmpty, index < source.count {
      held.append(source[index])
      index += 1
      if held.count == 2 {
        let first = unit(held[0], held[1])
        guard !UTF16.isLeadSurrogate(UInt16(first)) else { continue }
        written += Self.put(first, to: target + written)
        held = []
      } else if held.count == 4 {
        let first = unit(held[0], held[1])
        let second = unit(held[2], held[3])
        if UTF16.isTrailSurrogate(UInt16(second)) {
          written += Self.put(Self.joined(first, second), to: target + written)
          held = []
        } else {
          written += Self.put(first, to: target + written)
          held.removeFirst(2)
          guard !UTF16.isLeadSurrogate(UInt16(second)) else { continue }
          written += Self.put(second, to: target + written)
          held = []
        }
      }
    }
    while index + 1 < source.count {
      let first = unit(source[index], source[index + 1])
      if first < 0x80 {
        target[written] = UInt8(first)
        written += 1
      } else if UTF16.isLeadSurrogate(UInt16(first)) {
        guard index + 3 < source.count else { break }
        let second = unit(source[index + 2], source[index + 3])
        if UTF16.isTrailSurrogate(UInt16(second)) {
          written += Self.put(Self.joined(first, second), to: target + written)
          index += 2
        } else {
          written += Self.put(first, to: target + written)
        }
      } else {
        written += Self.put(first, to: target + written)
      }
      index += 2
    }
    held.append(contentsOf: source[index...])
    return written
  }

  func unit(_ first: UInt8, _ second: UInt8) -> UInt32 {
    encoding == .utf16LittleEndian ? UInt32(first) | UInt32(second) << 8 : UInt32(first) << 8 | UInt32(second)
  }

  private static func joined(_ lead: UInt32, _ trail: UInt32) -> UInt32 {
    0x10000 + ((lead - 0xD800) << 10) + (trail - 0xDC00)
  }

  /// Writes a scalar, or half a surrogate pair the same way: that is then found to be no UTF-8.
  private static func put(_ scalar: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case ..<0x80:
      target[0] = UInt8(scalar)
      return 1
    case ..<0x800:
      target[0] = UInt8(0xC0 | scalar >> 6)
      target[1] = tail(0)
      return 2
    case ..<0x10000:
      target[0] = UInt8(0xE0 | scalar >> 12)
      target[1] = tail(6)
      target[2] = tail(0)
      return 3
    default:
      target[0] = UInt8(0xF0 | scalar >> 18)
      target[1] = tail(12)
      target[2] = tail(6)
      target[3] = tail(0)
      return 4
    }
  }
}

extension CSVEncoding {
  /// What a file may begin with to say that it is written so.
  var mark: [UInt8] {
    switch self {
    case .utf8: [0xEF, 0xBB, 0xBF]
    case .utf16LittleEndian: [0xFF, 0xFE]
    case .utf16BigEndian: [0xFE, 0xFF]
    case .latin1, .windows1252: []
    }
  }

  var mostBytesPerByte: Int {
    switch self {
    case .utf8: 1
    case .utf16LittleEndian, .utf16BigEndian, .latin1: 2
    case .windows1252: 3
    }
  }
}

/// Where Windows-1252 differs from Latin-1.
enum Windows1252 {
  /// 0x80–0x9F; those that are not in use are the controls of Latin-1.
  private static let upper: [UInt16] = [
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
    0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0x009D, 0x017E, 0x0178,
  ]

  static func scalar(_ byte: UInt8) -> UInt32 {
    byte >= 0x80 && byte < 0xA0 ? UInt32(upper[Int(byte) - 0x80]) : UInt32(byte)
  }
}
