import HoldfastCrypto
import HoldfastRPC
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What an upload reads, from any place and as often as it takes to send it. Files are read away from the caller's thread.
enum UploadContent: Sendable {
  case bytes([UInt8])
  case file(path: String)

  /// Size and SHA-256 of the whole.
  nonisolated(nonsending) func measure() async throws -> (size: Int, checksum: [UInt8]) {
    try await WorkerPool.shared.run {
      switch self {
      case .bytes(let bytes): return (bytes.count, SHA256.hash(bytes))
      case .file(let path):
        let file = try FileDescriptor.open(path, O_RDONLY, verb: "read")
        var hash = try SHA256()
        var size = 0
        while true {
          let block = try file.read(path, first: AnalysisClient.blockBytes)
          if block.isEmpty { return (size, hash.finish()) }
          hash.update(block)
          size += block.count
        }
      }
    }
  }

  /// Bytes from `offset` on, as many as are sent before the next are read; none at the end.
  nonisolated(nonsending) func block(at offset: Int) async throws -> [UInt8] {
    switch self {
    case .bytes(let bytes): return Array(bytes.dropFirst(offset).prefix(AnalysisClient.blockBytes))
    case .file(let path):
      return try await WorkerPool.shared.run {
        let file = try FileDescriptor.open(path, O_RDONLY, verb: "read")
        try file.seek(to: offset, path)
        return try file.read(path, first: AnalysisClient.blockBytes)
      }
    }
  }
}
