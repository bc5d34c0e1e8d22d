internal import HoldfastServer
import HoldfastStore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The files of a hub's database, while nobody has it open.
enum DatabaseFiles {
  private static let main = "holdfast.sqlite"

  static func read(in folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try names(in: folder) {
      files[name] = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
    }
    return files
  }

  static func write(_ files: [String: [UInt8]], in folder: String) throws {
    for name in try names(in: folder) { try LocalFile.remove(folder + "/" + name) }
    for (name, bytes) in files { try LocalFile.replace(folder + "/" + name, with: bytes, mode: 0o600) }
  }

  private static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix(main) }
  }
}
