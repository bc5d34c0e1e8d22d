/// A table in the demo's form of CSV: a line a row, the names of the columns first, no quotation marks.
struct DemoTable: Hashable {
  private var rows: [[String]]

  init(_ content: [UInt8]) {
    let text = String(decoding: content, as: UTF8.self)
    rows = text.split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  var content: [UInt8] { Array((rows.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n").utf8) }

  /// Rows under the names.
  var count: Int { max(0, rows.count - 1) }

  /// The sum of a column of whole numbers; nil if there is no such column or something else stands in it.
  func sum(of column: String) -> Int? {
    guard let place = rows.first?.firstIndex(of: column) else { return nil }
    var sum = 0
    for row in rows.dropFirst() {
      guard place < row.count, let number = Int(row[place]) else { return nil }
      sum += number
    }
    return sum
  }

  /// Adds one to a number.
  mutating func increment(row: Int, column: String) {
    guard let place = rows.first?.firstIndex(of: column), rows.indices.contains(row + 1),
      rows[row + 1].indices.contains(place), let number = Int(rows[row + 1][place])
    else { return }
    rows[row + 1][place] = String(number + 1)
  }

  /// The table without its last columns.
  func withoutLast(_ count: Int) -> DemoTable {
    var table = self
    table.rows = rows.map { $0.dropLast(count) }
    return table
  }
}
