/// A definition file's text and the path by which messages and imports name it.
package struct SourceFile: Sendable {
  /// As it was given, with `/` between folders.
  package let path: String
  package let text: String
  let bytes: [UInt8]
  /// Where each line begins.
  private let lineStarts: [Int]

  package init(path: String, text: String) {
    self.path = path
    self.text = text
    bytes = Array(text.utf8)
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    lineStarts = starts
  }

  /// The file's name without its folder.
  package var name: String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }

  /// The line that holds the byte at `offset`, counted from 0.
  func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The text of a line, counted from 0, without its end.
  func lineText(_ line: Int) -> String {
    String(decoding: bytes[lineRange(line)], as: UTF8.self)
  }

  /// Line and column of the byte at `offset`, both counted from 1, the column in characters.
  func position(at offset: Int) -> (line: Int, column: Int) {
    let line = line(at: offset)
    let range = lineRange(line)
    let before = bytes[range.lowerBound..<min(max(offset, range.lowerBound), range.upperBound)]
    return (line + 1, String(decoding: before, as: UTF8.self).count + 1)
  }

  private func lineRange(_ line: Int) -> Range<Int> {
    let start = lineStarts[line]
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }
}
