@testable import HoldfastAnalysis

extension ColumnProfile {
  /// The profile of these fields, none of which stood in quotes; nil is a field that did, and is empty.
  init(_ fields: [String?], name: String = "column", detail: ProfileDetail = .full, from firstRow: Int = 0) {
    self.init(name: name, detail: detail)
    add(fields, from: firstRow)
  }

  /// Takes in fields by batches of up to 500.
  mutating func add(_ fields: [String?], from firstRow: Int = 0) {
    let space = ProfileWorkspace()
    var row = 0
    while row < fields.count {
      let batch = fields[row..<min(fields.count, row + 500)]
      let bytes = Array(batch.map { Array(($0 ?? "").utf8) }.joined()) + [0]
      bytes.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        space.reserve(batch.count)
        var place = 0
        for (index, field) in batch.enumerated() {
          let count = (field ?? "").utf8.count
          space.fields[index] = FieldSlice(start: base + place, byteCount: UInt32(count), isQuoted: field == nil)
          space.tickets[index] = SampleReservoir.ticket(ofRow: firstRow + row + index)
          place += count
        }
        add(batch.count, firstRow: firstRow + row, in: space)
      }
      row += batch.count
    }
  }
}
