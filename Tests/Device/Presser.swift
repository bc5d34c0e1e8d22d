import Foundation
import HoldfastSDK

/// A program whose adapter meets a system that refuses: files that may not grow, or a place that belongs to somebody else.
/// It says what came of each thing that it did, a line each.
enum Presser {
  private static let large = [UInt8](repeating: 7, count: 4 << 20)

  static func run(_ words: [String]) async throws {
    guard words.count == 3 else { throw StorageError(.failed, "presser needs what, adapter, path") }
    let (what, kind, path) = (words[0], words[1], words[2])
    switch what {
    case "limit": try await meetLimit(try await open(kind, path))
    case "overwrite": try await overwrite(try await open(kind, path))
    default: try await meetStranger(kind, path)
    }
  }

  private static func open(_ kind: String, _ path: String) async throws(StorageError) -> any StorageAdapter {
    switch kind {
    case "sqlite": try await SQLiteAdapter.open(path + "/values.sqlite")
    case "file": try FileAdapter(directory: path, client: "app")
    default: try DefaultsAdapter(file: path + "/settings.json")
    }
  }

  /// Writes two values in turns, until it is killed, and tells each version that it was given.
  private static func overwrite(_ adapter: any StorageAdapter) async throws {
    var byte: UInt8 = 1
    while true {
      let version = try await adapter.write([UInt8](repeating: byte, count: 200_000), for: "value")
      FileHandle.standardOutput.write(Data("\(version)\n".utf8))
      byte = 3 - byte
    }
  }

  /// No file may be larger than a mebibyte for a while.
  private static func meetLimit(_ adapter: any StorageAdapter) async throws {
    try await adapter.write([1], for: "small")
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    let (usual, most) = (limit.rlim_cur, limit.rlim_max)
    limit.rlim_cur = 1 << 20
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    await tell { try await adapter.write(large, for: "large") > 0 }
    await tell { try await adapter.apply([.write([2], for: "small"), .write(large, for: "large")]).count }
    await tell { try await adapter.read("small")?.bytes }
    await tell { try await adapter.read("large")?.bytes.count }
    await tell { try await adapter.write([3], for: "other") > 0 }
    limit = rlimit(rlim_cur: usual, rlim_max: most)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    await tell { try await adapter.write(large, for: "large") > 0 }
    await tell { try await adapter.keys(prefix: "", after: nil, limit: 10) }
  }

  /// The place belongs to another user, who lets nobody write.
  private static func meetStranger(_ kind: String, _ path: String) async throws {
    // The superuser may do everything, so it becomes nobody.
    if geteuid() == 0, setgid(65_534) != 0 || setuid(65_534) != 0 {
      throw StorageError(.failed, "cannot become nobody")
    }
    await tell {
      let adapter = try await open(kind, path)
      return try await adapter.read("small")?.bytes
    }
    await tell {
      let adapter = try await open(kind, path)
      return try await adapter.write([2], for: "small") > 0
    }
  }

  private static func tell<Value>(_ body: () async throws -> Value) async {
    let said: String
    do {
      said = "\(try await body())"
    } catch let error as StorageError {
      said = "\(error.code)"
    } catch {
      said = "no error of storage: \(error)"
    }
    FileHandle.standardOutput.write(Data((said + "\n").utf8))
  }
}
