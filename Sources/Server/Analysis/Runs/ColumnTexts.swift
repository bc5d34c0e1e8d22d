internal import HoldfastAnalysis
internal import HoldfastRPC
internal import HoldfastWire

/// The texts of one column, in the order of the file's records, some at a time: what is read ahead is one piece of the file.
///
/// `@unchecked Sendable`: belongs to one task, which waits for each step before the next.
final class ColumnTexts: @unchecked Sendable {
  private let content: FileContent
  private let column: Int
  /// Records that somebody else has dealt with.
  private let skipped: Int
  private var reader: CSVReader
  private var offset: Int64 = 0
  private var isAtEnd = false
  /// Texts that were read and not given away.
  private var texts: [String] = []
  private var given = 0

  /// - Parameter row: the first that is wanted.
  init(_ content: FileContent, _ dialect: CSVDialect, column: Int, from row: Int64) throws(CSVError) {
    self.content = content
    self.column = column
    skipped = Int(clamping: row)
    reader = try CSVReader(dialect: dialect)
  }

  /// Records that were read so far.
  var rows: Int { reader.rows }

  /// The next texts: as many as `limit`, or as have `bytes` together, one at least; none when there are no more.
  nonisolated(nonsending) func next(_ limit: Int, bytes: Int) async throws -> [String] {
    while texts.count - given < limit, !isAtEnd {
      texts.removeFirst(given)
      given = 0
      let piece = try await content.piece(at: offset)
      offset += Int64(piece.count)
      do {
        try await WorkerPool.shared.run { self.read(piece) }
      } catch let refusal as WorkerPool.Refusal {
        throw WorkerFailure(description: refusal.description)
      }
    }
    var end = given
    var size = 0
    while end < texts.count, end - given < limit {
      size += texts[end].utf8.count
      guard end == given || size <= bytes else { break }
      end += 1
    }
    defer { given = end }
    return Array(texts[given..<end])
  }

  private func read(_ piece: [UInt8]) {
    guard !piece.isEmpty else {
      reader.finish { keep($0) }
      isAtEnd = true
      return
    }
    piece.withUnsafeBytes { bytes in reader.read(bytes) { keep($0) } }
  }

  private func keep(_ batch: borrowing CSVBatch) {
    let first = max(0, skipped - batch.firstRow)
    guard first < batch.count else { return }
    for row in first..<batch.count { texts.append(batch.field(row, column).text) }
  }
}
