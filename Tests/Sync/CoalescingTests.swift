import HoldfastContract
import Testing

@testable import HoldfastSync

struct CoalescingTests {
  private let shape: EntityShape

  init() throws {
    shape = try Note.shape()
  }

  /// The changes that both come to; nil when they stay two.
  private func merged(_ first: [FieldChange], _ second: [FieldChange]) throws -> [FieldChange]? {
    let both = try Coalescing(
      Note.operation(1, .update, base: 4, first), Note.operation(2, .update, base: 4, at: 9, second), shape: shape)
    switch both {
    case .merged(let operation):
      #expect(operation.number == 1 && operation.clock.time == 9 && operation.base == 4)
      return operation.changes
    case .nothing: return []
    case .separate: return nil
    }
  }

  @Test func `a creation takes in what follows`() throws {
    let create = Note.operation(1, .create, at: 1, .assign(Note.title, text(1, "a")))
    let update = Note.operation(2, .update, at: 2, .assign(Note.title, text(1, "b"), before: text(1, "a")))
    guard case .merged(let both) = try Coalescing(create, update, shape: shape) else {
      Issue.record("they stay two")
      return
    }
    var expected = Note.operation(1, .create, at: 2, .assign(Note.title, text(1, "b")))
    expected.revision = 1
    #expect(both == expected)
    #expect(try Coalescing(both, Note.operation(3, .delete), shape: shape) == .nothing)
  }

  @Test func `a creation whose fields are emptied again is still one`() throws {
    let create = Note.operation(1, .create, .assign(Note.title, text(1, "a")))
    let update = Note.operation(2, .update, .assign(Note.title, [], before: text(1, "a")))
    var expected = Note.operation(1, .create)
    expected.revision = 1
    #expect(try Coalescing(create, update, shape: shape) == .merged(expected))
  }

  @Test func `a deletion takes the place of changes`() throws {
    let update = Note.operation(1, .update, base: 4, .increment(Note.likes, 1))
    let delete = Note.operation(2, .delete, base: 4, at: 7)
    var expected = Note.operation(1, .delete, base: 4, at: 7)
    expected.revision = 1
    #expect(try Coalescing(update, delete, shape: shape) == .merged(expected))
  }

  @Test func `what stands for both is another form of the earlier, of its opening`() throws {
    var earlier = Note.operation(1, .update, base: 4, .increment(Note.likes, 1))
    (earlier.opening, earlier.revision) = (5, 2)
    for kind in [OperationKind.update, .delete] {
      var later = Note.operation(2, kind, base: 4, kind == .update ? [.increment(Note.likes, 1)] : [])
      later.opening = 9
      guard case .merged(let both) = try Coalescing(earlier, later, shape: shape) else {
        Issue.record("they stay two")
        continue
      }
      #expect(both.number == 1 && both.opening == 5 && both.revision == 3)
    }
  }

  @Test func `of new values the last counts, with the first one's value before`() throws {
    #expect(
      try merged(
        [.assign(1, text(1, "b"), before: text(1, "a"))], [.assign(1, text(1, "c"), before: text(1, "b"))])
        == [.assign(1, text(1, "c"), before: text(1, "a"))])
    #expect(
      try merged([.assign(1, text(1, "b"), before: text(1, "a"))], [.assign(1, text(1, "a"), before: text(1, "b"))])
        == [])
  }

  @Test func `increments add up, elements have their last word, lists grow on`() throws {
    #expect(try merged([.increment(3, 2)], [.increment(3, 3)]) == [.increment(3, 5)])
    #expect(try merged([.increment(3, 2)], [.increment(3, -2)]) == [])
    #expect(try merged([.increment(3, .max)], [.increment(3, 1)]) == [.increment(3, .min)])
    #expect(
      try merged([.insert(4, text(4, "a", "b"))], [.insert(4, text(4, "c")), .remove(4, text(4, "a"))])
        == [.insert(4, text(4, "b", "c")), .remove(4, text(4, "a"))])
    #expect(try merged([.append(6, text(6, "b"))], [.append(6, text(6, "a"))]) == [.append(6, text(6, "b", "a"))])
  }

  @Test func `what comes after a new value is part of it`() throws {
    #expect(
      try merged([.assign(3, number(3, 5), before: number(3, 1))], [.increment(3, 2)])
        == [.assign(3, number(3, 7), before: number(3, 1))])
    #expect(
      try merged([.assign(4, text(4, "a"))], [.insert(4, text(4, "b")), .remove(4, text(4, "a"))])
        == [.assign(4, text(4, "b"))])
  }

  @Test func `fields that only one of them changes stand in order`() throws {
    #expect(
      try merged([.assign(2, text(2, "x")), .append(6, text(6, "y"))], [.assign(1, text(1, "z")), .increment(3, 1)])
        == [.assign(1, text(1, "z")), .assign(2, text(2, "x")), .increment(3, 1), .append(6, text(6, "y"))])
  }

  @Test func `a new value after a delta stays a second operation`() throws {
    #expect(try merged([.increment(3, 2)], [.assign(3, [])]) == nil)
    #expect(try merged([.append(6, text(6, "a"))], [.assign(6, [])]) == nil)
  }

  @Test func `what does not belong together stays two`() throws {
    let one = Note.operation(1, .update, base: 4, .increment(Note.likes, 1))
    let differences: [(inout EntityOperation) -> Void] = [
      { $0.key = [1] }, { $0.type = "other" }, { $0.base = 5 }, { $0.schema = 2 }, { $0.group = 3 },
      { $0.kind = .create }, { $0.kind = .unknown },
    ]
    for (index, difference) in differences.enumerated() {
      var other = one
      difference(&other)
      #expect(try Coalescing(one, other, shape: shape) == .separate, "difference \(index)")
    }
    let delete = Note.operation(1, .delete, base: 4)
    #expect(try Coalescing(delete, Note.operation(2, .create, base: 4), shape: shape) == .separate)
    var (create, end) = (Note.operation(1, .create), Note.operation(2, .delete))
    (create.group, end.group) = (5, 5)
    #expect(try Coalescing(create, end, shape: shape) == .separate)
  }

  @Test func `two that are too large together stay two`() throws {
    let large = [UInt8](repeating: 65, count: 600_000)
    let append = FieldChange.append(Note.log, [50] + varint(UInt64(large.count)) + large)
    #expect(try merged([append], [append]) == nil)
  }

  @Test func `one operation does what the two did`() throws {
    var random = SeededGenerator(state: 31)
    var put = 0
    for _ in 0..<2_000 {
      let (start, middle, end) = (try random.note(shape), try random.note(shape), try random.note(shape))
      let first = try Difference.changes(from: start, to: middle, shape: shape)
      let second = try Difference.changes(from: middle, to: end, shape: shape)
      let changes: [FieldChange]
      switch try Coalescing(
        Note.operation(1, .update, first), Note.operation(2, .update, second), shape: shape)
      {
      case .merged(let both): changes = try shape.checked(both).changes
      case .nothing: changes = []
      case .separate: continue
      }
      put += 1
      var result = start
      try result.apply(changes, shape: shape)
      #expect(result == end)
    }
    #expect(put > 500)
  }
}
