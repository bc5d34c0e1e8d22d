import HoldfastContract
import Testing

@testable import HoldfastSync

struct DifferenceTests {
  private let shape: EntityShape

  init() throws {
    shape = try Note.shape()
  }

  private func changes(_ old: [[UInt8]], _ new: [[UInt8]]) throws -> [FieldChange] {
    try Difference.changes(from: EntityFields(old), to: EntityFields(new), shape: shape)
  }

  @Test func `a plain field gets its new value and keeps the old one in mind`() throws {
    #expect(
      try changes([text(1, "old"), text(2, "gone")], [text(1, "new"), number(5, 1)]) == [
        .assign(1, text(1, "new"), before: text(1, "old")), .assign(2, [], before: text(2, "gone")),
        .assign(5, number(5, 1)),
      ])
  }

  @Test func `a counter changes by an amount`() throws {
    #expect(try changes([number(3, 5)], [number(3, 2)]) == [.increment(3, -3)])
    #expect(try changes([], [number(3, 2)]) == [.increment(3, 2)])
    // From the highest number to the lowest is one step.
    #expect(try changes([number(3, .max >> 1)], [number(3, 1 << 63)]) == [.increment(3, 1)])
  }

  @Test func `a set changes by the elements that come and go`() throws {
    #expect(
      try changes([text(4, "a", "b"), packed(10, 1, 300)], [text(4, "b", "c"), packed(10, 1)]) == [
        .insert(4, text(4, "c")), .remove(4, text(4, "a")), .remove(10, packed(10, 300)),
      ])
  }

  @Test func `texts that Swift holds to be the same are two elements`() throws {
    #expect(
      try changes([text(4, "é")], [text(4, "e\u{301}")]) == [
        .insert(4, text(4, "e\u{301}")), .remove(4, text(4, "é")),
      ])
  }

  @Test func `a list that grows at its end says what is added, any other is given anew`() throws {
    #expect(try changes([text(6, "a")], [text(6, "a", "b", "a")]) == [.append(6, text(6, "b", "a"))])
    #expect(
      try changes([text(6, "a", "b")], [text(6, "b")]) == [.assign(6, text(6, "b"), before: text(6, "a", "b"))])
  }

  @Test func `an unknown field is replaced`() throws {
    #expect(try changes([[152, 6, 1]], [[152, 6, 2]]) == [.assign(99, [152, 6, 2], before: [152, 6, 1])])
  }

  @Test func `changes applied to the old state give the new one`() throws {
    var random = SeededGenerator(state: 11)
    var kinds: Set<Int32> = []
    for _ in 0..<3_000 {
      let old = try random.note(shape)
      let new = try random.note(shape)
      let changes = try Difference.changes(from: old, to: new, shape: shape)
      kinds.formUnion(changes.map(\.kind.rawValue))
      var result = old
      try result.apply(try shape.checked(Note.operation(1, .update, changes)).changes, shape: shape)
      #expect(result == new)
    }
    #expect(kinds.count == 5)
  }

  @Test func `malformed bytes are refused`() {
    #expect(throws: SyncError.self) { try changes([text(3, "no number")], []) }
    var fields = EntityFields()
    #expect(throws: SyncError.self) { try fields.apply(.increment(Note.title, 1), shape: shape) }
    #expect(throws: SyncError.self) { try fields.apply(.insert(Note.tags, [1]), shape: shape) }
  }

  @Test func `a device shows the hub's state with its own changes on top`() throws {
    let server = try EntityFields([text(1, "hub"), number(3, 10)])
    let update = Note.operation(1, .update, .increment(Note.likes, 2), .assign(Note.body, text(2, "mine")))
    let create = Note.operation(1, .create, .assign(Note.title, text(1, "new")))
    let delete = Note.operation(1, .delete)
    let local = { (server: EntityFields?, pending: [EntityOperation]) in
      try Rebase.local(server: server, pending: pending, shape: shape)?.message
    }
    #expect(try local(server, [update]) == text(1, "hub") + text(2, "mine") + number(3, 12))
    #expect(try local(nil, [create, update]) == text(1, "new") + text(2, "mine") + number(3, 2))
    #expect(try local(server, [delete]) == nil)
    #expect(try local(server, [delete, create]) == text(1, "new"))
    // The hub has deleted what this would change.
    #expect(try local(nil, [update]) == nil)
    #expect(try local(nil, []) == nil)
  }
}
