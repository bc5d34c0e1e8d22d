#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a command's results and remarks go: results to standard output, everything else to standard error.
struct Console: Sendable {
  /// Results as JSON, one value a line, instead of text.
  let isJSON: Bool

  /// Prints a result, in the form that was asked for.
  func result(_ text: @autoclosure () -> String, json: @autoclosure () -> JSON) {
    Self.write(Array(((isJSON ? json().text : text()) + "\n").utf8), to: STDOUT_FILENO)
  }

  /// Prints a result that is bytes, as they are.
  func result(bytes: [UInt8]) {
    Self.write(bytes, to: STDOUT_FILENO)
  }

  /// Prints a remark for a person.
  func remark(_ text: String) {
    Self.write(Array((text + "\n").utf8), to: STDERR_FILENO)
  }

  /// Prints a remark that a program has no use for.
  func note(_ text: String) {
    if !isJSON { remark(text) }
  }

  /// Prints as it is what is for a terminal.
  func draw(_ text: String) {
    Self.write(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Prints why the command failed.
  func failure(_ code: ExitCode, _ message: String, hint: String?) {
    guard isJSON else { return remark("holdfast: " + message + (hint.map { "\n" + $0 } ?? "")) }
    var error: [(String, JSON)] = [("code", .string(code.name)), ("message", .string(message))]
    if let hint { error.append(("hint", .string(hint))) }
    let report: JSON = ["error": .object(error)]
    remark(report.text)
  }

  /// Writes everything, or gives up when the reader has gone.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Glibc)
        let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      #else
        let written = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
      #endif
      if written < 0 {
        if errno == EINTR { continue }
        return
      }
      rest = rest.dropFirst(written)
    }
  }
}
