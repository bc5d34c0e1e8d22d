import Foundation
import TestSupport

/// The reference implementation of LZ4, in Python, which `Tests/Support/python-environment` installs.
enum ReferenceLZ4 {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  static func compress(_ inputs: [[UInt8]]) throws -> [[UInt8]?] {
    try run(inputs.map { "compress \(text(of: $0))" })
  }

  /// Nil where a block is refused.
  static func decompress(_ blocks: [(block: [UInt8], count: Int)]) throws -> [[UInt8]?] {
    try run(blocks.map { "decompress \($0.count) \(text(of: $0.block))" })
  }

  private static func run(_ lines: [String]) throws -> [[UInt8]?] {
    let python = Repository.path(".build/python/bin/python3")
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw Missing(
        description: "\(python) is missing: run Tests/Support/python-environment, or the tests by Tests/run")
    }
    let directory = try TemporaryDirectory()
    let source = try directory.write(lines.map { $0 + "\n" }.joined(), to: "input")
    let target = try directory.write("", to: "output")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [Repository.path("Tests/Cache/Compression/lz4_peer.py")]
    // Files, not pipes: neither side then waits for the other.
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
    try process.run()
    process.waitUntilExit()
    return try String(contentsOfFile: target, encoding: .utf8).split(separator: "\n").map(bytes)
  }

  private static func text(of bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "-" }
    let digits = [UInt8]("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    if text == "refused" { return nil }
    let digits = text == "-" ? [] : [UInt8](text.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }
}
