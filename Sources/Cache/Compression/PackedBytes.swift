/// Bytes in memory, compressed where that saves at least an eighth.
///
/// A value for caches of large contents: `storedBytes` is what it weighs.
public struct PackedBytes: Sendable, Equatable {
  private let stored: [UInt8]
  /// How many there are unpacked; nil where they are stored as they are.
  private let unpackedCount: Int?

  /// - Parameter threshold: Bytes from which on compressing is tried; it takes about a millisecond for each MiB.
  public init(_ bytes: [UInt8], threshold: Int = 4_096) {
    if bytes.count >= threshold, let block = LZ4.compress(bytes, limit: bytes.count - bytes.count / 8) {
      (stored, unpackedCount) = (block, bytes.count)
    } else {
      (stored, unpackedCount) = (bytes, nil)
    }
  }

  /// Bytes that it takes in memory.
  public var storedBytes: Int { stored.count }

  /// The bytes as they were.
  public var bytes: [UInt8] {
    guard let unpackedCount else { return stored }
    do throws(LZ4.Fault) {
      return try LZ4.decompress(stored, count: unpackedCount)
    } catch {
      preconditionFailure("a block that this module made is one that it reads: \(error)")
    }
  }
}
