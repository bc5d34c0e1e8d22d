/// What the process tells whoever started it.
enum ExitStatus: Int32 {
  case done = 0
  /// There are mistakes, differences or files that cannot be read or written.
  case failed = 1
  case usage = 2
}

enum Console {
  static func output(_ text: String) { write(text, to: .standardOutput) }
  static func error(_ text: String) { write(text, to: .standardError) }

  private static func write(_ text: String, to handle: Handle) {
    var bytes = Array((text.hasSuffix("\n") || text.isEmpty ? text : text + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { systemWrite(handle.rawValue, $0.baseAddress, $0.count) }
      if count <= 0 { return }
      bytes = bytes.dropFirst(count)
    }
  }

  private enum Handle: Int32 {
    case standardOutput = 1
    case standardError = 2
  }
}
