/// What is known of each column of a file, gathered from the batches in which it is read.
///
///     var profile = FileProfile(columns: header.names)
///     reader.read(bytes) { profile.add($0) }
///
/// Profiles of parts of a file merge to that of the whole. Memory does not grow with rows: it is at most some hundred
/// kilobytes a column, and less for each where there are very many, see ``ProfileDetail/fitting(columns:)``.
public struct FileProfile: Sendable, Equatable, Codable {
  public private(set) var columns: [ColumnProfile]
  public private(set) var rows = 0

  /// - Parameter columns: The names, in the order of the file.
  public init(columns names: [String]) {
    let detail = ProfileDetail.fitting(columns: names.count)
    columns = names.map { ColumnProfile(name: $0, detail: detail) }
  }

  /// Takes in all records of a batch. Fields that a record is too short for are missing values; those that it has more
  /// than there are columns are left out. Both are in the reader's problems.
  ///
  /// - Parameter firstRow: The number of the first record in the whole file, where the reader began in its midst: by the
  ///   rows' numbers it is chosen which of them are samples.
  /// - Parameter most: Of the file's rows, no more than so many are taken in.
  public mutating func add(
    _ batch: borrowing CSVBatch, in space: ProfileWorkspace, partBegins firstRow: Int = 0, upTo most: Int = .max
  ) {
    let first = firstRow + batch.firstRow
    let count = min(batch.count, most - rows)
    guard count > 0 else { return }
    space.reserve(count)
    for row in 0..<count { space.tickets[row] = SampleReservoir.ticket(ofRow: first + row) }
    for column in columns.indices {
      for row in 0..<count {
        let field = batch.field(row, column)
        guard let start = field.bytes.baseAddress else { continue }
        space.fields[row] = FieldSlice(
          start: start, byteCount: UInt32(truncatingIfNeeded: field.bytes.count), isQuoted: field.isQuoted)
      }
      columns[column].add(count, firstRow: first, in: space)
    }
    rows += count
  }

  /// What is known of each column, in the order of the file.
  public var reports: [ColumnReport] { columns.map(\.report) }

  /// Takes in what is known of other rows of the same file, in any order.
  ///
  /// - Throws: ``ProfileMismatch`` where the columns are not the same.
  public mutating func merge(_ other: FileProfile) throws(ProfileMismatch) {
    guard columns.count == other.columns.count else {
      throw ProfileMismatch("one part has \(columns.count) columns, and the other \(other.columns.count)")
    }
    for index in columns.indices { try columns[index].merge(other.columns[index]) }
    rows.addSaturating(other.rows)
  }
}
