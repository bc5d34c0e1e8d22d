/// How the characters of a file are written.
struct EncodingDetection {
  var encoding: CSVEncoding
  var confidence: Double
  var hasMark = false
  var reason: String

  static func detect(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) throws(CSVError) -> EncodingDetection {
    if let marked = try byMark(bytes) { return marked }
    let counts = ByteCounts(bytes)
    if let wide = try byNULs(bytes, counts) { return wide }
    guard !counts.isNoText(of: bytes.count) else {
      throw CSVError(
        .notText,
        "the data is not text: \(counts.controls + counts.nulls) of the first \(bytes.count) bytes are control characters"
      )
    }
    return byCharacters(bytes, counts, isWhole: isWhole)
  }

  private static func byMark(_ bytes: UnsafeRawBufferPointer) throws(CSVError) -> EncodingDetection? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { throw wideError }
    for encoding in CSVEncoding.allCases where !encoding.mark.isEmpty && bytes.starts(with: encoding.mark) {
      return EncodingDetection(
        encoding: encoding, confidence: 1, hasMark: true,
        reason: "the file begins with the byte order mark of \(encoding.rawValue)")
    }
    return nil
  }

  private static let wideError = CSVError(
    .unsupportedEncoding, "the file is written in UTF-32, which is not read; convert it to UTF-8 first")

  /// UTF-16 without a mark: the upper halves of most of its characters are zero, and so are no others.
  private static func byNULs(
    _ bytes: UnsafeRawBufferPointer, _ counts: ByteCounts
  ) throws(CSVError) -> EncodingDetection? {
    guard counts.nulls > 0, bytes.count >= 4 else { return nil }
    if counts.nulls * 10 >= bytes.count * 7, bytes.count % 4 == 0 || bytes.count > 64 { throw wideError }
    let more = max(counts.evenNULs, counts.oddNULs)
    let fewer = min(counts.evenNULs, counts.oddNULs)
    let pairs = bytes.count / 2
    // Text of other scripts has zeros in its delimiters and line ends, and else only where a character happens to.
    let lines = counts.oddNULs > counts.evenNULs ? counts.littleLineFeeds : counts.bigLineFeeds
    let hasWideLines = lines >= 2 && lines * 2 >= counts.lineFeeds && fewer * 2 <= more
    guard hasWideLines || (more * 5 >= pairs && fewer * 20 <= more) else { return nil }
    let encoding: CSVEncoding = counts.oddNULs > counts.evenNULs ? .utf16LittleEndian : .utf16BigEndian
    return EncodingDetection(
      encoding: encoding, confidence: min(0.99, 0.7 + 0.3 * Double(more) / Double(pairs)),
      reason: "\(more) of \(pairs) pairs of bytes have a zero in the same half, as in \(encoding.rawValue)")
  }

  private static func byCharacters(
    _ bytes: UnsafeRawBufferPointer, _ counts: ByteCounts, isWhole: Bool
  ) -> EncodingDetection {
    guard counts.high > 0 else {
      return EncodingDetection(
        encoding: .utf8, confidence: isWhole ? 1 : 0.9, reason: "all of the first \(bytes.count) bytes are ASCII")
    }
    let (good, bad) = characters(bytes, isWhole: isWhole)
    if bad == 0 {
      return EncodingDetection(
        encoding: .utf8, confidence: min(0.999, 0.9 + 0.01 * Double(good)),
        reason: "\(good) characters beyond ASCII, and all are UTF-8")
    }
    if good > bad {
      return EncodingDetection(
        encoding: .utf8, confidence: Double(good) / Double(good + bad),
        reason: "\(good) characters beyond ASCII are UTF-8, and \(bad) are not: encodings are mixed")
    }
    let encoding: CSVEncoding = counts.windows > 0 && counts.notWindows == 0 ? .windows1252 : .latin1
    return EncodingDetection(
      encoding: encoding, confidence: 0.8 * Double(bad) / Double(good + bad),
      reason: "\(bad) bytes beyond ASCII are not UTF-8; read as \(encoding.rawValue), which any bytes may be")
  }

  /// Characters beyond ASCII that are UTF-8, and sequences that are not.
  private static func characters(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) -> (good: Int, bad: Int) {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return (0, 0) }
    var good = 0
    var bad = 0
    var at = 0
    while at < bytes.count {
      let length = UTF8Scalar.length(base + at, bytes.count - at)
      if length > 1 { good += 1 }
      // A character that the sample cuts off is neither.
      if length < 0, isWhole || at - length < bytes.count || bytes[at] < 0xC2 { bad += 1 }
      at += abs(length)
    }
    return (good, bad)
  }
}

/// How often there are bytes that tell of an encoding.
private struct ByteCounts {
  var evenNULs = 0
  var oddNULs = 0
  /// Control characters other than NUL, tab, line ends, form feed, escape, and those that are separators.
  var controls = 0
  var high = 0
  /// At 0x80–0x9F: characters of Windows-1252, and bytes that it does not use.
  var windows = 0
  var notWindows = 0
  /// Of all line feeds those that are a character of UTF-16.
  var lineFeeds = 0
  var littleLineFeeds = 0
  var bigLineFeeds = 0
  var nulls: Int { evenNULs + oddNULs }

  init(_ bytes: UnsafeRawBufferPointer) {
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0 where index % 2 == 0: evenNULs += 1
      case 0: oddNULs += 1
      case ASCII.lineFeed:
        lineFeeds += 1
        if index % 2 == 0, index + 1 < bytes.count, bytes[index + 1] == 0 { littleLineFeeds += 1 }
        if index % 2 == 1, bytes[index - 1] == 0 { bigLineFeeds += 1 }
      case 0x01, 0x09...0x0D, 0x1B...0x1F: break
      case ..<0x20, 0x7F: controls += 1
      case 0x81, 0x8D, 0x8F, 0x90, 0x9D:
        high += 1
        notWindows += 1
      case 0x80..<0xA0:
        high += 1
        windows += 1
      case 0xA0...: high += 1
      default: break
      }
    }
  }

  /// Packed or compiled data has one control character in twelve; text has next to none, though it may have gaps of
  /// NULs.
  func isNoText(of count: Int) -> Bool {
    (controls >= 3 && controls * 100 > count) || (nulls >= 3 && nulls * 10 > count * 3)
  }
}
