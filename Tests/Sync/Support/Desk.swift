import HoldfastContract
import HoldfastWire

@testable import HoldfastSync

/// A hub with nothing but rows: it judges operations and stores what comes of them.
struct Desk: Hashable {
  let shape: EntityShape
  private(set) var rows: [[UInt8]: EntityRow] = [:]
  private(set) var sequence: UInt64 = 0
  var now: Int64 = 1_000_000

  init(policy: MergePolicy = .manual) throws {
    shape = try Note.shape(policy: policy)
  }

  static func == (left: Desk, right: Desk) -> Bool { left.rows == right.rows && left.sequence == right.sequence }
  func hash(into hasher: inout Hasher) { hasher.combine(rows) }

  /// Judges an operation of a replica, in a word or two.
  @discardableResult
  mutating func take(_ operation: EntityOperation, from replica: UInt64 = 1) -> String {
    let judgement = Judgement(shape: shape, replica: replica, next: sequence + 1, now: now)
    switch judgement.verdict(on: operation, row: rows[operation.key]) {
    case .apply(let row, let isNews):
      sequence += 1
      rows[operation.key] = row
      return isNews ? "applied, news" : "applied"
    case .superseded(let isNews): return isNews ? "superseded, news" : "superseded"
    case .conflict(let fields): return "conflict \(fields.map(String.init).joined(separator: " "))"
    case .gone: return "gone"
    case .rejected(let error): return "rejected \(error.code)"
    }
  }

  /// The note as devices see it, nil when it is not there.
  func state(_ key: [UInt8] = Note.key) -> [UInt8]? {
    rows[key].flatMap { $0.isDeleted || $0.isErased ? nil : $0.state }
  }

  mutating func erase(_ key: [UInt8] = Note.key) {
    rows[key] = EntityRow(version: sequence, isDeleted: true, isErased: true)
  }

  /// What the database gives back.
  mutating func restart() throws {
    for (key, row) in rows {
      rows[key] = EntityRow(
        fields: try EntityFields(row.fields.message), marks: try EntityMarks(decoding: row.marks.encoded()),
        version: row.version, isDeleted: row.isDeleted, isErased: row.isErased)
    }
  }
}

extension Array {
  /// All orders of the elements.
  var permutations: [[Element]] {
    if count < 2 { return [self] }
    return indices.flatMap { index in
      var rest = self
      let first = rest.remove(at: index)
      return rest.permutations.map { [first] + $0 }
    }
  }
}
