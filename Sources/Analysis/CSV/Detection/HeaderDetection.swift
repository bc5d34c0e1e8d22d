/// Whether the first record names the columns: names differ from the values below them in kind or length, and there is
/// each of them once.
struct HeaderDetection {
  var hasHeader: Bool
  var confidence: Double
  var reason: String

  static func detect(
    _ sample: UnsafeRawBufferPointer, _ dialect: CSVDialect, isWhole: Bool
  ) throws(CSVError) -> HeaderDetection {
    var columns: [Column] = []
    var records = 0
    _ = try CSVSample.read(sample, dialect, isWhole: isWhole) { batch in
      for row in 0..<batch.count where records < Limits.csvDetectionRecords {
        let width = min(batch.fieldCount(of: row), Limits.csvDetectionColumns)
        if records == 0 {
          columns = (0..<width).map { Column(batch.field(row, $0)) }
        } else {
          for index in columns.indices where index < width { columns[index].add(batch.field(row, index)) }
        }
        records += 1
      }
    }
    guard records > 0 else { return HeaderDetection(hasHeader: false, confidence: 0, reason: "there is no record yet") }
    guard records > 1 else { return ofOne(columns) }

    let differing = columns.count { $0.differs }
    let alike = columns.count { $0.isAlike }
    var score = columns.map(\.evidence).reduce(0, +)
    let repeated = columns.count - Set(columns.map(\.first)).count
    score -= 0.3 * Double(repeated)
    let confidence = min(1, 0.5 + 0.5 * min(1, abs(score) / Double(columns.count)) + (differing + alike > 0 ? 0.2 : 0))
    let reason =
      score > 0
      ? "the first record has names where \(differing) of \(columns.count) columns have values of another kind"
      : "the first record is of the kind of those below it in \(alike) of \(columns.count) columns"
    return HeaderDetection(hasHeader: score > 0, confidence: confidence, reason: reason)
  }

  /// Of a single record it can be said alone whether it could be names.
  private static func ofOne(_ columns: [Column]) -> HeaderDetection {
    let areNames = columns.allSatisfy(\.isName) && Set(columns.map(\.first)).count == columns.count
    return HeaderDetection(
      hasHeader: areNames, confidence: 0.5,
      reason: areNames ? "the only record could be names" : "the only record has values that are no names")
  }
}

/// The first field of a column and what is below it.
private struct Column {
  let first: String
  private let firstLook: FieldLook
  private var typed = 0
  private var untyped = 0
  private var bytes = 0
  private var shortest = Int.max
  private var longest = 0
  private var isRepeated = false

  init(_ field: CSVField) {
    first = field.text
    firstLook = FieldLook(field)
  }

  mutating func add(_ field: CSVField) {
    let look = FieldLook(field)
    guard look != .empty else { return }
    if look.isTyped { typed += 1 } else { untyped += 1 }
    bytes += field.bytes.count
    shortest = min(shortest, field.bytes.count)
    longest = max(longest, field.bytes.count)
    if field.bytes.count == first.utf8.count, field.bytes.elementsEqual(first.utf8) { isRepeated = true }
  }

  /// Could name a column.
  var isName: Bool { firstLook == .words || (firstLook == .text && first.utf8.count <= 64) }
  private var isTyped: Bool { typed > 0 && typed >= untyped * 4 }
  /// A name above values of another kind, or a value above values.
  var differs: Bool { isTyped && isName }
  var isAlike: Bool { isTyped && firstLook.isTyped }

  /// Above zero what speaks for a name, below what speaks against it.
  var evidence: Double {
    if differs { return 1 }
    if isAlike { return -1 }
    guard firstLook != .empty, typed + untyped > 0 else { return 0 }
    if isRepeated { return -0.5 }
    var evidence = isName ? 0.1 : -0.2
    let average = Double(bytes) / Double(typed + untyped)
    if shortest == longest, longest >= 3, longest != first.utf8.count { evidence += 0.3 }
    if average > 20, average > 2 * Double(first.utf8.count) { evidence += 0.3 }
    return evidence
  }
}
