import HoldfastServer
import HoldfastStore

/// Settings in a file: `name = value`, one a line. A `#` that begins a line or follows white space begins a comment.
struct ConfigurationFile: Sendable, Hashable {
  struct Line: Sendable, Hashable {
    /// Counted from 1.
    let number: Int
    let name: String
    let value: String
  }

  let path: String
  let lines: [Line]

  /// Reads a file. Blocks.
  static func read(_ path: String) throws(UsageError) -> ConfigurationFile {
    let bytes: [UInt8]
    do {
      bytes = try LocalFile.read(path, limit: Limits.configurationBytes)
    } catch {
      throw UsageError(message: error.description, hint: "Give the configuration's path by --config FILE.")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageError(message: "\(path) is no text in UTF-8")
    }
    return try ConfigurationFile(path: path, text: text)
  }

  init(path: String, text: String) throws(UsageError) {
    self.path = path
    var lines: [Line] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = Self.withoutComment(line).trimmed
      if words.isEmpty { continue }
      let parts = words.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw UsageError(message: "\(path):\(index + 1): write NAME = VALUE, not \"\(words)\"")
      }
      guard !parts[1].isEmpty else {
        throw UsageError(
          message: "\(path):\(index + 1): \(parts[0]) needs a value", hint: "Remove the line to take the default.")
      }
      lines.append(Line(number: index + 1, name: String(parts[0]), value: String(parts[1])))
    }
    self.lines = lines
  }

  private static func withoutComment(_ line: Substring) -> Substring {
    var previous: Character = " "
    for (place, character) in zip(line.indices, line) {
      if character == "#", previous.isWhitespace { return line[..<place] }
      previous = character
    }
    return line
  }
}

extension Substring {
  /// Without the white space at its ends.
  var trimmed: Substring {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return self[first...last]
  }
}
