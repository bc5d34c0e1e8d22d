import HoldfastAnalysis

/// What came out of a text: everything that a reader says of it.
struct CSVReading: Equatable {
  struct Record: Equatable, CustomStringConvertible {
    var line: Int
    /// Quoted fields with a `'` before them.
    var fields: [String]
    var description: String { "\(line): \(fields)" }
  }

  var header: [String]?
  var records: [Record] = []
  /// `line kind`, or `line:column kind`.
  var problems: [String] = []

  /// Reads `bytes` in pieces of which each ends at one of `cuts`.
  init(
    _ bytes: [UInt8], _ dialect: CSVDialect, limits: CSVLimits = CSVLimits(), cuts: [Int] = []
  ) throws {
    var reader = try CSVReader(dialect: dialect, limits: limits)
    var records: [Record] = []
    func take(_ batch: borrowing CSVBatch) {
      precondition(batch.firstRow == records.count, "rows are numbered one after the other")
      for row in 0..<batch.count {
        let fields = (0..<batch.fieldCount(of: row)).map { column in
          let field = batch.field(row, column)
          return (field.isQuoted ? "'" : "") + field.text
        }
        records.append(Record(line: batch.line(of: row), fields: fields))
      }
    }
    var start = 0
    for cut in cuts + [bytes.count] {
      bytes[start..<cut].withUnsafeBytes { reader.read($0, take) }
      start = cut
    }
    reader.finish(take)
    precondition(reader.rows == records.count, "all records are counted")
    header = reader.header?.names
    self.records = records
    problems = reader.problems.first.map { problem in
      "\(problem.line)" + (problem.column.map { ":\($0)" } ?? "") + " \(problem.kind.rawValue)"
    }
  }

  init(header: [String]?, records: [Record], problems: [String]) {
    self.header = header
    self.records = records
    self.problems = problems
  }
}

extension CSVDialect {
  /// Commas, and no header.
  static let plain = CSVDialect(hasHeader: false)
}
