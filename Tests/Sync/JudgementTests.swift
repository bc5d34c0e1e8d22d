import HoldfastContract
import HoldfastWire
import Testing

@testable import HoldfastSync

/// Who prevails, policy by policy. Replica 1 makes the note; 2 and 3 change it.
struct JudgementTests {
  private var desk: Desk

  init() throws {
    desk = try Desk()
    let created = desk.take(
      Note.operation(
        1, .create, at: 10, .assign(Note.title, text(1, "title")), .assign(Note.body, text(2, "body")),
        .increment(Note.likes, 5), .insert(Note.tags, text(4, "a", "b")), .assign(Note.score, number(9, 2))))
    #expect(created == "applied")
  }

  private mutating func take(_ replica: UInt64, base: UInt64 = 1, at time: Int64 = 20, _ changes: FieldChange...)
    -> String
  {
    desk.take(Note.operation(2, .update, base: base, at: time, changes), from: replica)
  }

  private func field(_ number: UInt32) throws -> [UInt8] {
    try EntityFields(#require(desk.state()))[number]
  }

  @Test mutating func `a change of what has not changed since is applied`() throws {
    #expect(take(2, .assign(Note.title, text(1, "new"))) == "applied")
    #expect(try field(Note.title) == text(1, "new"))
    #expect(desk.rows[Note.key]?.version == 2)
  }

  @Test mutating func `changes of different fields do not meet`() throws {
    #expect(take(2, .assign(Note.title, text(1, "new"))) == "applied")
    #expect(take(3, .assign(Note.drawing, [90, 0])) == "applied, news")
    #expect(take(3, base: 3, .assign(Note.score, [])) == "applied")
  }

  @Test mutating func `a person decides about a manual field, and nothing of the operation is done before`() throws {
    #expect(take(2, .assign(Note.title, text(1, "two"))) == "applied")
    let before = desk
    #expect(take(3, .assign(Note.title, text(1, "three")), .increment(Note.likes, 1)) == "conflict 1")
    #expect(desk == before)
  }

  @Test mutating func `a custom field comes back as well`() {
    #expect(take(2, .assign(Note.drawing, [90, 2, 8, 1])) == "applied")
    #expect(take(3, .assign(Note.title, text(1, "x")), .assign(Note.drawing, [90, 2, 8, 2])) == "conflict 11")
  }

  @Test mutating func `the same new value from two is no conflict`() throws {
    #expect(take(2, .assign(Note.title, text(1, "same"))) == "applied")
    #expect(take(3, .assign(Note.title, text(1, "same"))) == "superseded, news")
    #expect(take(3, base: 2, .assign(Note.title, text(1, "same"))) == "superseded")
    #expect(desk.sequence == 2)
  }

  @Test mutating func `the device prevails where the policy is client`() throws {
    #expect(take(2, .assign(Note.body, text(2, "two"))) == "applied")
    #expect(take(3, .assign(Note.body, text(2, "three"))) == "applied, news")
    #expect(try field(Note.body) == text(2, "three"))
  }

  @Test mutating func `the hub prevails where the policy is server, and other fields are merged`() throws {
    #expect(take(2, .assign(Note.owner, text(7, "two"))) == "applied")
    #expect(take(3, .assign(Note.owner, text(7, "three"))) == "superseded, news")
    #expect(take(3, .increment(Note.likes, 1), .assign(Note.owner, text(7, "three"))) == "applied, news")
    #expect(try field(Note.owner) == text(7, "two"))
    #expect(try field(Note.likes) == number(3, 6))
  }

  @Test mutating func `the later change prevails where the policy is timestamp`() throws {
    #expect(take(2, at: 30, .assign(Note.score, number(9, 30))) == "applied")
    #expect(take(3, at: 20, .assign(Note.score, number(9, 20))) == "superseded, news")
    #expect(take(3, at: 40, .assign(Note.score, number(9, 40))) == "applied, news")
    #expect(try field(Note.score) == number(9, 40))
  }

  @Test mutating func `increments add up and elements come and go without a conflict`() throws {
    #expect(take(2, .increment(Note.likes, 2), .insert(Note.tags, text(4, "c"))) == "applied")
    #expect(take(3, .increment(Note.likes, -1), .remove(Note.tags, text(4, "a"))) == "applied, news")
    #expect(take(3, .append(Note.log, text(6, "x"))) == "applied, news")
    #expect(take(2, .append(Note.log, text(6, "y"))) == "applied, news")
    #expect(try field(Note.likes) == number(3, 6))
    #expect(try field(Note.tags) == text(4, "b", "c"))
    #expect(try field(Note.log) == text(6, "x", "y"))
  }

  @Test mutating func `an element that is there already is nothing new`() {
    #expect(take(2, .insert(Note.tags, text(4, "a")), .remove(Note.tags, text(4, "z"))) == "superseded")
    #expect(take(2, .increment(Note.likes, 0)) == "superseded")
  }

  @Test mutating func `a new value for a counter that others have changed is for the entity's policy to decide`() throws
  {
    #expect(take(2, .increment(Note.likes, 2)) == "applied")
    #expect(take(3, .assign(Note.likes, [])) == "conflict 3")
    #expect(take(3, base: 2, .assign(Note.likes, [])) == "applied")
  }

  @Test mutating func `what a replica did before is never in its way`() throws {
    #expect(take(2, .assign(Note.title, text(1, "one"))) == "applied")
    #expect(take(2, .assign(Note.title, text(1, "two"))) == "applied")
    #expect(take(2, at: 5, .assign(Note.score, number(9, 1))) == "applied")
    #expect(take(2, at: 5, .assign(Note.score, number(9, 0))) == "applied")
    #expect(take(3, .assign(Note.title, text(1, "three"))) == "conflict 1")
  }

  @Test mutating func `what a replica merged with something unseen is not known to it`() throws {
    #expect(take(3, .insert(Note.tags, text(4, "three"))) == "applied")
    #expect(take(2, .insert(Note.tags, text(4, "two"))) == "applied, news")
    // It would take away what replica 3 has added.
    #expect(take(2, .assign(Note.tags, text(4, "two"))) == "conflict 4")
  }

  @Test mutating func `the same operation again changes nothing more`() {
    let operation = Note.operation(2, .update, base: 1, at: 20, .assign(Note.title, text(1, "new")))
    #expect(desk.take(operation, from: 2) == "applied")
    #expect(desk.take(operation, from: 2) == "superseded")
  }

  @Test mutating func `two that create the same entity are merged like two changes`() throws {
    let other = Note.operation(
      1, .create, at: 11, .assign(Note.title, text(1, "title")), .increment(Note.likes, 1),
      .assign(Note.owner, text(7, "two")))
    #expect(desk.take(other, from: 2) == "applied, news")
    #expect(try field(Note.likes) == number(3, 6))
    #expect(desk.take(Note.operation(9, .create, .assign(Note.title, text(1, "else"))), from: 3) == "conflict 1")
  }

  @Test mutating func `an entity without any value exists all the same`() {
    let key: [UInt8] = [1]
    #expect(desk.take(Note.operation(5, .create, key: key)) == "applied")
    #expect(desk.state(key) == [])
    #expect(desk.take(Note.operation(5, .create, key: key), from: 2) == "superseded")
  }

  @Test mutating func `an entity cannot grow beyond its bound`() {
    let large = [UInt8](repeating: 65, count: 600_000)
    let append = FieldChange.append(Note.log, [50] + varint(UInt64(large.count)) + large)
    #expect(take(2, append) == "applied")
    #expect(take(2, append) == "rejected tooLarge")
  }

  @Test mutating func `an operation on another type is refused`() {
    var operation = Note.operation(2, .update, base: 1)
    operation.type = "other"
    #expect(desk.take(operation) == "rejected malformed")
  }

  @Test mutating func `the marks are the same after they were stored`() throws {
    #expect(take(2, at: 30, .assign(Note.isRead, number(5, 1)), .assign(Note.score, number(9, 3))) == "applied")
    let before = desk
    try desk.restart()
    #expect(desk == before)
    #expect(take(3, at: 20, .assign(Note.score, number(9, 1))) == "superseded, news")
  }

  @Test func `marks that are no marks are refused`() {
    var random = SeededGenerator(state: 5)
    for _ in 0..<2_000 {
      let bytes = random.bytes(upTo: 20)
      guard let marks = try? EntityMarks(decoding: bytes) else { continue }
      #expect((try? EntityMarks(decoding: marks.encoded())) == marks)
    }
    #expect(throws: (any Error).self) { try EntityMarks(decoding: [10, 200]) }
  }
}
