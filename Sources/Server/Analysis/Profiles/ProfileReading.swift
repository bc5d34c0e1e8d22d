internal import HoldfastAnalysis
internal import HoldfastContract

/// A profile of a file in the making.
///
/// `@unchecked Sendable`: belongs to one reading, which waits for each step before the next.
final class ProfileReading: @unchecked Sendable {
  private let layout: FileLayout
  private let workspace = ProfileWorkspace()
  private var reader: CSVReader
  private(set) var profile: FileProfile

  init(_ layout: FileLayout) throws(BadFile) {
    self.layout = layout
    do {
      reader = try CSVReader(dialect: layout.dialect)
    } catch {
      throw BadFile(reason: error.message)
    }
    profile = FileProfile(columns: layout.columns)
  }

  /// What was wrong in the part of the file that was read from its start on.
  var problems: CSVProblems { reader.problems }

  /// Takes the next bytes of the file.
  nonisolated(nonsending) func add(_ piece: [UInt8]) async throws {
    try await AnalysisThreads.run { piece.withUnsafeBytes { self.take($0) } }
  }

  /// Says that there are no more bytes.
  nonisolated(nonsending) func finish() async throws {
    try await AnalysisThreads.run {
      self.reader.finish { self.profile.add($0, in: self.workspace) }
    }
  }

  /// Takes whole records from the midst of the file, as far as they are in the piece.
  ///
  /// - Parameter row: the number that the first may have, for the choice of samples.
  /// - Returns: how many records there are, and the bytes in which they begin.
  nonisolated(nonsending) func add(spot piece: [UInt8], from row: Int) async throws -> (rows: Int, bytes: Int) {
    try await AnalysisThreads.run {
      try piece.withUnsafeBytes { bytes in
        let start = RecordStart(dialect: self.layout.dialect, columns: self.layout.columns.count)
        guard let first = try start.find(in: bytes) else { return (0, 0) }
        var dialect = self.layout.dialect
        dialect.hasHeader = false
        var reader = try CSVReader(dialect: dialect)
        reader.read(UnsafeRawBufferPointer(rebasing: bytes[first...])) {
          self.profile.add($0, in: self.workspace, partBegins: row)
        }
        return (reader.rows, bytes.count - first)
      }
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) {
    reader.read(bytes) { profile.add($0, in: workspace) }
  }
}
