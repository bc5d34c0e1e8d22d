import HoldfastContract
import Testing

@testable import HoldfastSync

/// What the hub takes for an operation, and the one form that it gives to its values.
struct OperationCheckTests {
  private let shape: EntityShape

  init() throws {
    shape = try Note.shape()
  }

  @Test(arguments: [
    (FieldChange.assign(Note.likes, [24, 0x85, 0x80, 0x00]), number(Note.likes, 5)),
    (.insert(Note.tags, text(Note.tags, "b", "a", "b")), text(Note.tags, "a", "b")),
    (.assign(Note.tags, text(Note.tags, "b", "a")), text(Note.tags, "a", "b")),
    (.remove(Note.marks, number(Note.marks, 300) + packed(Note.marks, 2, 1)), packed(Note.marks, 1, 2, 300)),
    (.append(Note.log, text(Note.log, "b", "a", "b")), text(Note.log, "b", "a", "b")),
    (.assign(Note.isRead, number(Note.isRead, 7)), number(Note.isRead, 1)),
    (.assign(99, [152, 6, 1]), [152, 6, 1]),
  ])
  func `values get their one form`(_ change: FieldChange, _ after: [UInt8]) throws {
    let checked = try shape.checked(Note.operation(1, .update, change))
    #expect(checked.changes.map(\.after) == [after])
    #expect(try shape.checked(checked) == checked)
  }

  @Test func `a zero that is spelled out stays, since it may be told from none`() throws {
    let checked = try shape.checked(Note.operation(1, .update, .assign(Note.score, [72, 0], before: [72, 0])))
    #expect(checked.changes[0].after == [72, 0])
    #expect(checked.changes[0].before == [72, 0])
  }

  @Test func `what a field cannot mean is refused`() {
    let faults: [[FieldChange]] = [
      [.assign(Note.title, number(Note.title, 1))], [.assign(Note.title, text(Note.body, "other field"))],
      [.assign(Note.title, text(Note.title, "two", "values"))], [.assign(Note.title, [10, 2, 0xff, 0xfe])],
      [.assign(Note.title, text(Note.title, "fine"), before: [1])], [.assign(Note.folder, [66, 3, 1, 2, 3])],
      [.assign(Note.score, packed(Note.score, 1))], [.assign(99, text(1, "other field"))], [.assign(99, [7])],
      [.assign(0, [])], [.assign(1 << 29, [])],
      [.increment(Note.score, 1)], [.insert(Note.log, text(Note.log, "x"))], [.append(Note.tags, text(Note.tags, "x"))],
      [.remove(Note.title, text(Note.title, "x"))], [.insert(99, [152, 6, 1])],
      [FieldChange(field: 1, kind: FieldChangeKind(rawValue: 42))],
      [.assign(Note.body, []), .assign(Note.title, [])], [.assign(Note.title, []), .assign(Note.title, [])],
      [.increment(Note.likes, 1), .increment(Note.likes, 1)],
      [.remove(Note.tags, text(Note.tags, "x")), .insert(Note.tags, text(Note.tags, "y"))],
    ]
    for fault in faults {
      #expect(throws: SyncError.self, "\(fault)") { try shape.checked(Note.operation(1, .update, fault)) }
    }
  }

  @Test func `an operation has a known type and kind, a key, and no more than the bounds allow`() throws {
    let faults: [(inout EntityOperation) -> Void] = [
      { $0.type = "other" }, { $0.key = [] }, { $0.key = Array(repeating: 0, count: Limits.keyBytes + 1) },
      { $0.kind = .unknown }, { $0.kind = OperationKind(rawValue: 9) }, { $0.kind = .delete },
      { $0.changes = (1...2001).map { .assign($0, []) } },
      { $0.changes = [.assign(99, Array(repeating: 1, count: Limits.operationBytes + 1))] },
    ]
    for (index, fault) in faults.enumerated() {
      var operation = Note.operation(1, .update, .assign(Note.title, []))
      fault(&operation)
      #expect(throws: SyncError.self, "fault \(index)") { try shape.checked(operation) }
    }
  }

  @Test func `the content is the same however the operation is sent`() {
    let operation = Note.operation(1, .update, base: 4, at: 9, .increment(Note.likes, 1))
    var other = operation
    (other.number, other.base, other.group) = (7, 8, 9)
    #expect(other.content == operation.content)
    other.changes[0].amount = 2
    #expect(other.content != operation.content)
  }

  @Test func `no operation makes the hub trap`() throws {
    var random = SeededGenerator(state: 3)
    var verdicts: [String: Int] = [:]
    for _ in 0..<5_000 {
      let changes = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        FieldChange(
          field: random.chance(90) ? .random(in: 1...12, using: &random) : .random(in: 0...(.max), using: &random),
          kind: FieldChangeKind(rawValue: .random(in: -1...5, using: &random)),
          before: random.chance(50) ? [] : random.bytes(upTo: 6), after: random.bytes(upTo: 10),
          amount: .random(in: .min...(.max), using: &random))
      }
      let operation = EntityOperation(
        kind: OperationKind(rawValue: .random(in: 0...4, using: &random)), type: "note", key: random.bytes(upTo: 20),
        base: .random(in: 0...(.max), using: &random), changes: changes,
        clock: ClockReading(time: .random(in: .min...(.max), using: &random), counter: .max))
      let row =
        random.chance(30) ? nil : EntityRow(fields: try random.note(shape), version: .max, isDeleted: random.chance(20))
      let judgement = Judgement(shape: shape, replica: 1, next: .max, now: random.chance(50) ? .max : .min)
      switch judgement.verdict(on: operation, row: row) {
      case .apply: verdicts["apply", default: 0] += 1
      case .rejected: verdicts["rejected", default: 0] += 1
      default: verdicts["other", default: 0] += 1
      }
    }
    #expect(verdicts.values.allSatisfy { $0 > 50 } && verdicts.count == 3, "\(verdicts)")
  }
}
