import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads a file line by line; a line of it is held at a time.
struct LineReader: ~Copyable {
  private static let chunkBytes = 1 << 18

  private let path: String
  private let file: FileDescriptor
  /// Read, and not yet taken: from `start` on.
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// Bytes of the lines that were taken, with their line feeds.
  private(set) var offset = 0

  init(_ path: String) throws(FileError) {
    self.path = path
    file = try FileDescriptor.open(path, O_RDONLY, verb: "read")
  }

  /// Goes on from a place further on, where a line begins.
  mutating func skip(to offset: Int) throws(FileError) {
    try file.seek(to: offset, path)
    (buffer, start, isAtEnd, self.offset) = ([], 0, false, offset)
  }

  /// The next line without its line feed. Nil at the end, and where the last line has none: it was not written whole.
  mutating func next() throws(FileError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer {
          offset += end + 1 - start
          start = end + 1
        }
        return Array(buffer[start..<end])
      }
      guard !isAtEnd else { return nil }
      buffer.removeSubrange(..<start)
      (start, searched) = (0, buffer.count)
      let chunk = try file.read(path, first: Self.chunkBytes)
      isAtEnd = chunk.isEmpty
      buffer += chunk
    }
  }
}
