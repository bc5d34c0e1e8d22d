/// Bytes that are not what text is made of.
extension CSVScanner {
  /// The end of the text but for a character that is not whole yet, and for a CR, after which there may be an LF.
  var endOfWholeCharacters: Int {
    var end = filled
    var back = 1
    while back <= 3, filled - back >= scanned {
      let byte = text[filled - back]
      if byte & 0xC0 == 0x80 {
        back += 1
        continue
      }
      let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      if needed > back { end = filled - back }
      break
    }
    if end > scanned, text[end - 1] == ASCII.carriageReturn { end -= 1 }
    return end
  }

  /// Reports NULs and bytes that are no UTF-8 in the block at the cursor, which has not been split yet.
  mutating func check(_ cursor: CSVCursor) {
    var odd = CSVBlock(text + cursor.at).unusualBytes
    let present = cursor.limit - cursor.at
    if present < Limits.csvBlockBytes { odd &= (1 &<< UInt64(present)) &- 1 }
    while odd != 0 {
      let position = cursor.at + odd.trailingZeroBitCount
      odd &= odd &- 1
      guard position >= checked else { continue }
      if text[position] == 0 {
        problems.report(.nul, line: line(of: position, cursor), "a NUL; it is kept")
        continue
      }
      let length = UTF8Scalar.length(text + position, cursor.limit - position)
      if length < 0 {
        problems.report(
          .badBytes, line: line(of: position, cursor),
          "bytes that are no character of \(dialect.encoding.rawValue); they are kept")
      }
      checked = position + abs(length)
    }
  }

  /// The line of a position in the block at the cursor, of which nothing has been changed yet.
  private func line(of position: Int, _ cursor: CSVCursor) -> Int {
    var line = cursor.line
    var index = max(cursor.at, cursor.resume)
    while index < position {
      let byte = text[index]
      if byte == ASCII.carriageReturn && text[index + 1] == ASCII.lineFeed { index += 1 }
      if byte == ASCII.carriageReturn || byte == ASCII.lineFeed { line += 1 }
      index += 1
    }
    return line
  }
}

/// A character as UTF-8.
enum UTF8Scalar {
  /// - Returns: the bytes of the character that begins here; or, negative, of as much of one as there is before it goes
  ///   wrong. Half a surrogate pair, which UTF-16 may contain and UTF-8 may not, is one wrong character of three bytes.
  @inline(__always)
  static func length(_ bytes: UnsafePointer<UInt8>, _ available: Int) -> Int {
    let lead = bytes[0]
    if lead < 0x80 { return 1 }
    guard lead >= 0xC2, lead <= 0xF4, available > 1 else { return -1 }
    let second = bytes[1]
    if lead < 0xE0 { return second & 0xC0 == 0x80 ? 2 : -1 }
    if lead < 0xF0 {
      guard second & 0xC0 == 0x80, lead != 0xE0 || second >= 0xA0 else { return -1 }
      let isSurrogate = lead == 0xED && second >= 0xA0
      guard available > 2, bytes[2] & 0xC0 == 0x80 else { return isSurrogate ? -1 : -2 }
      return isSurrogate ? -3 : 3
    }
    guard second & 0xC0 == 0x80, lead != 0xF0 || second >= 0x90, lead != 0xF4 || second < 0x90 else { return -1 }
    guard available > 2, bytes[2] & 0xC0 == 0x80 else { return -2 }
    guard available > 3, bytes[3] & 0xC0 == 0x80 else { return -3 }
    return 4
  }
}
