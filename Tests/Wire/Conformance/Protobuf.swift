import Foundation
import HoldfastWire
import TestSupport

/// A message and its bytes, by the name that it has in conformance.rpc.
struct Sample {
  let name: String
  let bytes: [UInt8]
}

/// Google's protobuf for Python, which `Tests/Support/python-environment` installs.
enum Protobuf {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  private static let python = Repository.path(".build/python/bin/python3")
  private static let folder = Repository.path("Tests/Wire/Conformance")

  /// Random canonical messages.
  static func generate(seed: Int, count: Int) throws -> [Sample] {
    try run(["generate", "\(seed)", "\(count)"]).output.map { line in
      let parts = line.split(separator: " ")
      return Sample(name: String(parts[0]), bytes: [UInt8](hexadecimal: parts[1]))
    }
  }

  /// Each sample decoded and encoded, or nil where it was refused.
  static func echo(_ samples: [Sample]) throws -> [[UInt8]?] {
    let lines = samples.map { "\($0.name) \($0.bytes.hexadecimal)" }
    return try run(["echo"], input: lines).output.map { $0 == "refused" ? nil : [UInt8](hexadecimal: $0[...]) }
  }

  /// Whether what Swift wrote (nil where it refused) means the same as the sample: "same", "both refused", …
  static func compare(_ pairs: [(sample: Sample, written: [UInt8]?)]) throws -> [String] {
    let lines = pairs.map { "\($0.sample.name) \($0.sample.bytes.hexadecimal) \($0.written?.hexadecimal ?? "refused")" }
    return try run(["compare"], input: lines).output
  }

  /// Runs conformance.py; its arguments, input and output are described there.
  static func run(_ arguments: [String], input: [String] = []) throws -> (output: [String], status: Int32) {
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw Missing(
        description: "\(python) is missing: run Tests/Support/python-environment, or the tests by Tests/run")
    }
    let directory = try TemporaryDirectory()
    let source = try directory.write(input.map { $0 + "\n" }.joined(), to: "input")
    let target = try directory.write("", to: "output")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["\(folder)/conformance.py", "\(folder)/Generated/conformance.descriptors"] + arguments
    // Files, not pipes: neither side then waits for the other.
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
    try process.run()
    process.waitUntilExit()
    let output = try String(contentsOfFile: target, encoding: .utf8)
    return (output.split(separator: "\n").map(String.init), process.terminationStatus)
  }
}

/// The types of conformance.rpc.
enum Conformance {
  static let types: [String: any Message.Type] = [
    "Plain": Plain.self, "Optionals": Optionals.self, "Defaults": Defaults.self, "Lists": Lists.self,
    "Sets": Sets.self, "Maps": Maps.self, "Choice": Choice.self, "Tree": Tree.self, "Everything": Everything.self,
  ]

  /// Decodes and encodes.
  static func echo(_ sample: Sample) throws(MessageDecodingError) -> [UInt8] {
    guard let type = types[sample.name] else { return [] }
    return try type.init(decoding: sample.bytes).encoded()
  }
}

extension [UInt8] {
  init(hexadecimal text: Substring) {
    let digits = text == "-" ? [] : [UInt8](text.utf8)
    func value(_ digit: UInt8) -> UInt8 { digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - 87 }
    self = stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
  }

  /// Two digits a byte, and "-" for none.
  var hexadecimal: String {
    if isEmpty { return "-" }
    let digits = [UInt8]("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
