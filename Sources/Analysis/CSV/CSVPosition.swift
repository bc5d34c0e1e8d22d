/// A place between two records of a file, where reading can go on: after a restart, or by somebody else.
public struct CSVPosition: Sendable, Equatable, Codable {
  /// Bytes of the file before it, whatever its encoding.
  public var offset: Int
  /// The line, from 1, that begins there.
  public var line: Int
  /// Records before it, without the header.
  public var row: Int

  public static let start = CSVPosition(offset: 0, line: 1, row: 0)

  public init(offset: Int, line: Int, row: Int) {
    self.offset = offset
    self.line = line
    self.row = row
  }
}

extension CSVTranscoder {
  /// How many bytes of the file the last `textBytes` of the text were made of: all but those are before a position.
  ///
  /// - Parameters:
  ///   - piece: the bytes that were transcoded last.
  ///   - heldBefore: how many were held back before it, and so came to the text together with it.
  /// - Returns: bytes from the end of `piece`, with those that are held back now.
  func sourceBytes(ofLast textBytes: Int, of piece: UnsafeRawBufferPointer, heldBefore: Int) -> Int {
    var left = textBytes
    var index = piece.count - heldCount
    switch encoding {
    case .utf8:
      return textBytes + heldCount
    case .latin1, .windows1252:
      while left > 0, index > 0 {
        index -= 1
        left -= utf8Bytes(ofSingle: piece[index])
      }
      return piece.count - index
    case .utf16LittleEndian, .utf16BigEndian:
      while left > 0, index >= 2 {
        let last = unit(piece[index - 2], piece[index - 1])
        index -= 2
        if UTF16.isTrailSurrogate(UInt16(last)), index >= 2,
          UTF16.isLeadSurrogate(UInt16(unit(piece[index - 2], piece[index - 1])))
        {
          index -= 2
          left -= 4
        } else {
          left -= last < 0x80 ? 1 : last < 0x800 ? 2 : 3
        }
      }
      // What is left began in the piece before.
      return piece.count - index + (left > 0 ? index + heldBefore : 0)
    }
  }

  private func utf8Bytes(ofSingle byte: UInt8) -> Int {
    let scalar = encoding == .windows1252 ? Windows1252.scalar(byte) : UInt32(byte)
    return scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : 3
  }
}
