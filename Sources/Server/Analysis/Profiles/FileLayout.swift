internal import HoldfastAnalysis
internal import HoldfastContract

/// How a file is read: its dialect, and the columns that it has.
struct FileLayout: Hashable, Sendable {
  var dialect: CSVDialect
  /// The names of the columns, each of which is there once.
  var columns: [String]

  static func == (left: FileLayout, right: FileLayout) -> Bool {
    left.dialect == right.dialect && left.columns == right.columns
  }

  func hash(into hasher: inout Hasher) { hasher.combine(columns) }
}

extension FileContent {
  /// Finds out how the file is read, from its beginning.
  ///
  /// - Parameter wanted: what is known already.
  /// - Throws: `BadFile` for what is no text or has no records; `NoSuchFile`.
  nonisolated(nonsending) func layout(as wanted: FileDialect) async throws -> FileLayout {
    let head = try await piece(at: 0, limit: Limits.layoutBytes)
    guard !head.isEmpty else { throw BadFile(reason: "the file is empty") }
    let isWhole = Int64(head.count) == record.size
    let dialect = try await AnalysisThreads.run {
      try wanted.filled(from: head.withUnsafeBytes { try CSVDetection.detect(prefix: $0, isWhole: isWhole).dialect })
    }
    let opening = try FileOpening(dialect)
    var piece = head
    var offset: Int64 = 0
    // A first record that is longer is read to its end.
    while !piece.isEmpty {
      if let columns = try await opening.columns(after: piece) { return FileLayout(dialect: dialect, columns: columns) }
      offset += Int64(piece.count)
      piece = try await self.piece(at: offset)
    }
    guard let columns = try await opening.columnsAtEnd() else { throw BadFile(reason: "the file has no records") }
    return FileLayout(dialect: dialect, columns: columns)
  }
}

/// The beginning of a file, up to the end of its first record.
///
/// `@unchecked Sendable`: belongs to one reading, which waits for each step before the next.
private final class FileOpening: @unchecked Sendable {
  private var reader: CSVReader

  init(_ dialect: CSVDialect) throws(BadFile) {
    do {
      reader = try CSVReader(dialect: dialect)
    } catch {
      throw BadFile(reason: error.message)
    }
  }

  /// The names of the columns, as soon as the first record has ended.
  nonisolated(nonsending) func columns(after piece: [UInt8]) async throws -> [String]? {
    try await AnalysisThreads.run {
      piece.withUnsafeBytes { self.reader.read($0) { _ in } }
      return self.reader.header?.names
    }
  }

  nonisolated(nonsending) func columnsAtEnd() async throws -> [String]? {
    try await AnalysisThreads.run {
      self.reader.finish { _ in }
      return self.reader.header?.names
    }
  }
}
