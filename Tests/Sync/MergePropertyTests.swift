import HoldfastContract
import Testing

@testable import HoldfastSync

/// What holds of merging whatever the operations are; by seed.
struct MergePropertyTests {
  /// A desk with one random note at version 1, and the note.
  private func start(_ random: inout SeededGenerator, policy: MergePolicy = .manual) throws -> (Desk, EntityFields) {
    var desk = try Desk(policy: policy)
    let note = try random.note(desk.shape)
    let changes = try Difference.changes(from: EntityFields(), to: note, shape: desk.shape)
    #expect(desk.take(Note.operation(1, .create, at: 10, changes)) == "applied")
    return (desk, note)
  }

  /// Every order of the operations, each of a replica of its own, and the notes that they come to.
  private func results(_ desk: Desk, _ operations: [EntityOperation]) throws -> Set<EntityFields> {
    let all = Array(operations.enumerated())
    return Set(
      all.permutations.compactMap { order in
        var desk = desk
        for (index, operation) in order { desk.take(operation, from: UInt64(index) + 2) }
        return desk.rows[Note.key]?.fields
      })
  }

  @Test func `changes of different fields never conflict, and come to the same in any order`() throws {
    var random = SeededGenerator(state: 21)
    for _ in 0..<300 {
      let (desk, note) = try start(&random)
      let other = try random.note(desk.shape)
      let changes = try Difference.changes(from: note, to: other, shape: desk.shape)
      // Each field's changes belong to one of three.
      let operations = (0..<3).map { third in
        Note.operation(2, .update, base: 1, at: 20, changes.filter { Int($0.field) % 3 == third })
      }
      for order in Array(operations.enumerated()).permutations {
        var desk = desk
        for (index, operation) in order {
          #expect(!desk.take(operation, from: UInt64(index) + 2).hasPrefix("conflict"))
        }
        #expect(desk.rows[Note.key]?.fields == other)
      }
    }
  }

  @Test func `increments, insertions and removals come to the same in any order`() throws {
    var random = SeededGenerator(state: 22)
    for _ in 0..<300 {
      let (desk, _) = try start(&random)
      let inserts = Bool.random(using: &random)
      let operations = (0..<3).map { _ in
        let words = random.words(Note.tags)
        return Note.operation(
          2, .update, base: 1,
          [.increment(Note.likes, .random(in: .min...(.max), using: &random))]
            + [inserts ? .insert(Note.tags, words) : .remove(Note.tags, words)])
      }
      #expect(try results(desk, operations).count == 1)
    }
  }

  @Test func `every list keeps all that was added to it, whatever the order`() throws {
    var random = SeededGenerator(state: 23)
    for _ in 0..<100 {
      let (desk, _) = try start(&random)
      let operations = (0..<3).map { Note.operation(2, .update, base: 1, .append(Note.log, text(6, "n\($0)"))) }
      for result in try results(desk, operations) {
        for index in 0..<3 {
          #expect(result[Note.log].indices.contains { result[Note.log][$0...].starts(with: text(6, "n\(index)")) })
        }
      }
    }
  }

  @Test func `the later change prevails in whatever order the hub hears of them, ties included`() throws {
    var random = SeededGenerator(state: 24)
    var ties = 0
    for _ in 0..<500 {
      let (desk, _) = try start(&random)
      let operations = (0..<4).map { _ in
        Note.operation(
          2, .update, base: 1, at: .random(in: 20...22, using: &random),
          .assign(Note.score, number(9, .random(in: 1...4, using: &random))))
      }
      if Set(operations.map(\.clock.time)).count < 4 { ties += 1 }
      let results = try results(desk, operations)
      #expect(results.count == 1)
      let winner = operations.max { ($0.clock, $0.changes[0].after[1]) < ($1.clock, $1.changes[0].after[1]) }
      #expect(results.first?[Note.score] == winner?.changes[0].after)
    }
    #expect(ties > 100)
  }

  @Test func `a clock that is ahead counts for no more than the bound, and one behind loses`() throws {
    var desk = try Desk()
    desk.now = 1_000
    let year: Int64 = 365 * 86_400_000_000
    desk.take(Note.operation(1, .create, at: 500, .assign(Note.score, number(9, 1))))
    #expect(desk.take(Note.operation(2, base: 1, at: year, .assign(Note.score, number(9, 2))), from: 2) == "applied")
    #expect(desk.rows[Note.key]?.marks[Note.score]?.clock == ClockReading(time: 1_000 + Limits.clockAhead))
    #expect(
      desk.take(Note.operation(2, base: 1, at: -year, .assign(Note.score, number(9, 3))), from: 3)
        == "superseded, news")
    // A minute later nobody notices that there was such a clock.
    desk.now += Limits.clockAhead
    #expect(
      desk.take(Note.operation(2, base: 1, at: desk.now + 1, .assign(Note.score, number(9, 4))), from: 3)
        == "applied, news")
  }

  @Test func `who has seen a value comes after it, whatever the clocks say`() throws {
    var desk = try Desk()
    desk.take(Note.operation(1, .create, at: 900, .assign(Note.score, number(9, 1))))
    desk.take(Note.operation(2, base: 1, at: 100, .assign(Note.score, number(9, 2))), from: 2)
    // It was made on the first value, and is earlier than that.
    let stale = Note.operation(3, base: 0, at: 800, .assign(Note.score, number(9, 3)))
    #expect(desk.take(stale, from: 3) == "superseded, news")
  }

  @Test func `the same value at a later time prevails over another in between`() throws {
    for order in [0, 1, 2].permutations {
      var desk = try Desk()
      desk.take(Note.operation(1, .create, at: 5, .assign(Note.score, number(9, 1))))
      for index in order {
        let (value, time) = [(UInt64(2), Int64(10)), (2, 20), (3, 15)][index]
        desk.take(Note.operation(2, base: 1, at: time, .assign(Note.score, number(9, value))), from: UInt64(index) + 2)
      }
      #expect(desk.state() == number(9, 2))
    }
  }

  @Test func `values in another form of the same bytes are judged the same`() throws {
    let padded: [UInt8] = [72, 0x84, 0x80, 0x00]
    var (one, other) = (try Desk(), try Desk())
    #expect(one.take(Note.operation(1, .create, .assign(Note.score, padded))) == "applied")
    #expect(other.take(Note.operation(1, .create, .assign(Note.score, number(9, 4)))) == "applied")
    #expect(one == other)
  }

  @Test func `operations of one replica are applied in their order, whatever base they have`() throws {
    var random = SeededGenerator(state: 25)
    for _ in 0..<200 {
      var (desk, note) = try start(&random)
      for number in 2..<6 {
        let next = try random.note(desk.shape)
        let changes = try Difference.changes(from: note, to: next, shape: desk.shape)
        let outcome = desk.take(Note.operation(UInt64(number), .update, base: 1, at: 30, changes), from: 2)
        #expect(outcome == (changes.isEmpty ? "superseded" : "applied"))
        note = next
        #expect(desk.rows[Note.key]?.fields == note)
      }
    }
  }

  @Test func `a row never changes without a new version`() throws {
    var random = SeededGenerator(state: 26)
    for _ in 0..<300 {
      let policy = MergePolicy(rawValue: .random(in: 0...3, using: &random))
      var (desk, note) = try start(&random, policy: policy)
      for _ in 0..<6 {
        let before = desk
        let kind: OperationKind = random.chance(20) ? .delete : random.chance(20) ? .create : .update
        let changes = try Difference.changes(from: note, to: random.note(desk.shape), shape: desk.shape)
        let operation = Note.operation(
          2, kind, base: .random(in: 0...desk.sequence, using: &random), at: .random(in: 0...50, using: &random),
          kind == .delete ? [] : changes)
        let outcome = desk.take(operation, from: .random(in: 1...3, using: &random))
        #expect(!outcome.hasPrefix("rejected"))
        guard let old = before.rows[Note.key], let new = desk.rows[Note.key] else { continue }
        if outcome.hasPrefix("applied") {
          #expect(new.version == before.sequence + 1)
        } else {
          #expect(new == old)
        }
        #expect(new.marks.fields.allSatisfy { $0.version <= new.version })
        #expect(new.isDeleted || new.fields.all.allSatisfy { new.marks[$0.number] != nil })
      }
    }
  }
}
