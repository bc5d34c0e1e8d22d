import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import Testing

/// A CSV file of texts, as large as a test wants it.
struct AnalysedFile {
  static let columns = ["title", "review", "reply", "advice", "summary"]

  let rows: Int
  /// So that files differ.
  var name = "reviews"

  var csv: String {
    var csv = "id,zip,\(Self.columns.joined(separator: ","))\n"
    for row in 0..<rows {
      csv += "\(row),0132\(row % 10)," + Self.columns.map { "\"\(text($0, row))\"" }.joined(separator: ",") + "\n"
    }
    return csv
  }

  func text(_ column: String, _ row: Int) -> String {
    "The \(column) number \(row) of the \(name), which is \(row.isMultiple(of: 2) ? "great, and I love it" : "bad, and late")."
  }

  /// Uploads it into a space.
  func upload(to hub: Hub, space: String = "default") async throws -> FileStatus {
    try await hub.analysis.upload(Array(csv.utf8), named: name + ".csv", to: space)
  }
}

/// Items of a run, in the order in which they came.
struct SeenItems {
  private(set) var items: [(sequence: UInt64, column: String, row: UInt64)] = []
  private(set) var errors: [String] = []
  /// How the run was when it was told of last.
  private(set) var status = RunStatus()
  /// How far it was said to be, each time.
  private(set) var shares: [Double] = []

  var last: UInt64 { items.last?.sequence ?? 0 }

  mutating func take(_ event: RunEvent) {
    switch event.value {
    case .items(let block):
      for (place, result) in block.results.enumerated() {
        items.append((block.sequence + UInt64(place), block.column, block.row + UInt64(place)))
        if !result.error.isEmpty { errors.append(result.error) }
      }
    case .progress(let told):
      status = told
      if told.total > 0 { shares.append(Double(told.done) / Double(told.total)) }
    case nil: break
    }
  }

  /// All that there are after an item, until the run has ended.
  static func follow(_ hub: Hub, _ run: UUID, space: String = "default", after: UInt64 = 0) async throws -> SeenItems {
    var seen = SeenItems()
    for try await event in hub.analysis.follow(ResultsRequest(space: space, run: run, after: after)) {
      seen.take(event)
    }
    return seen
  }

  /// Expects that each text has one item, in one sequence without a gap, and each column's are in the order of the rows.
  func expectWhole(_ columns: [String], rows: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status.state == .done, "\(status)", sourceLocation: sourceLocation)
    #expect(errors == [], sourceLocation: sourceLocation)
    #expect(items.map(\.sequence) == Array(1...UInt64(columns.count * rows)), sourceLocation: sourceLocation)
    for column in columns {
      #expect(
        items.filter { $0.column == column }.map(\.row) == Array(0..<UInt64(rows)), "\(column)",
        sourceLocation: sourceLocation)
    }
    #expect(shares.allSatisfy { $0 <= 1 }, sourceLocation: sourceLocation)
    #expect(shares == shares.sorted(), sourceLocation: sourceLocation)
  }
}
