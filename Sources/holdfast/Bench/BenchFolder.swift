#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A temporary directory for the files of a benchmark, and what it writes to them.
enum BenchFolder {
  static func make() throws -> String {
    let place = FileManager.default.temporaryDirectory.appending(path: "holdfast-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return place.path
  }

  static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

  static func text(bytes: Int) -> String {
    String(decoding: (0..<bytes).map { UInt8(ascii: "a") + UInt8($0 * 7 % 26) }, as: UTF8.self)
  }
}
