import HoldfastContract
import HoldfastSDK
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Entities as they come out of the generator.
@Suite struct EntityTests {
  private static let entities: [any Entity.Type] = [
    Folder.self, Note.self, Kind.self, Tally.self, Box.self, Entry.self,
  ]

  private static let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))

  @Test(arguments: entities)
  func `hubs and devices take the description`(_ type: any Entity.Type) throws {
    let shape = try EntityShape(type.entityDescription)
    #expect(type.entityDescription.fields.map(\.number) == Self.fields(of: type))
    for field in type.entityDescription.fields {
      #expect(shape[field.number].policy == field.policy && shape[field.number].elements != nil)
    }
  }

  private static func fields<E: Entity>(of type: E.Type) -> [UInt32] { E.Field.allCases.map(\.rawValue) }

  @Test func `the state has the fields and not the key`() throws {
    let note = Note(id: Self.id, title: "t", likes: -1, tags: ["b", "a"], folder: Self.id, size: 0)
    #expect(note.entityKey == Array(1...16))
    let state = try EntityFields(note.entityState)
    #expect(state.all.map(\.number) == [1, 3, 4, 8, 11])
    #expect(state.message == note.entityState)
    let copy = try Note(entityKey: note.entityKey, state: note.entityState)
    #expect(copy == note && copy.id == Self.id)
    #expect(try Note(entityKey: note.entityKey, state: []) == Note(id: Self.id))
  }

  @Test func `what a newer program has added stays`() throws {
    let newer: [UInt8] = [10, 1, 0x74, 0xa0, 6, 1]
    var note = try Note(entityKey: Note.entityKey(of: Self.id), state: newer)
    #expect(note.title == "t" && note.entityState == newer)
    note.likes = 1
    #expect(try EntityFields(note.entityState)[100] == [0xa0, 6, 1])
  }

  @Test(arguments: [[], Array(repeating: 0, count: 15), Array(repeating: 0, count: 17)] as [[UInt8]])
  func `bytes of another length are no key`(_ bytes: [UInt8]) {
    #expect(throws: MessageDecodingError.self) { try Note(entityKey: bytes, state: []) }
  }

  @Test func `keys of each kind are what a field of their kind holds`() throws {
    #expect(Tally.entityKey(of: "Zähler") == Array("Zähler".utf8))
    #expect(try Tally(entityKey: Array("a".utf8), state: []).name == "a")
    let long = String(repeating: "k", count: 300)
    #expect(Tally.entityKey(of: long) == Array(long.utf8))
    #expect(try Tally(entityKey: Array(long.utf8), state: []).name == long)
    #expect(throws: MessageDecodingError.self) { try Tally(entityKey: [0xff], state: []) }
    #expect(Box.entityKey(of: [0x80, 0, 7]) == [0x80, 0, 7])
    #expect(try Box(entityKey: [0x80, 0, 7], state: []).code == [0x80, 0, 7])
    #expect(Kind.entityKey(of: -3) == [5] && Kind.entityKey(of: 0) == [0])
    #expect(try Kind(entityKey: [5], state: []).number == -3)
    #expect(Entry.entityKey(of: 300) == [0xac, 2])
    #expect(try Entry(entityKey: [0xac, 2], state: []).default == 300)
  }

  @Test(arguments: [[], [0x80], [0x80, 0], [5, 5]] as [[UInt8]])
  func `a number has one form as a key`(_ bytes: [UInt8]) {
    #expect(throws: MessageDecodingError.self) { try Kind(entityKey: bytes, state: []) }
  }

  @Test func `a child's lane is its parent's key`() throws {
    let folder = Folder(id: Self.id)
    let note = Note(id: UUID(), folder: folder.id)
    var operation = EntityOperation(number: 1, kind: .create, type: "note", key: note.entityKey, schema: 3)
    let shape = try EntityShape(Note.entityDescription)
    operation.changes = try Difference.changes(from: EntityFields(), to: EntityFields(note.entityState), shape: shape)
    #expect(try shape.lanes(of: operation, on: nil) == [Lane(key: note.entityKey), Lane(key: folder.entityKey)])
  }

  // MARK: Deltas

  /// The delta between two states of an entity.
  private func delta<E: Entity>(from old: E, to new: E) throws -> E.Delta {
    let shape = try EntityShape(E.entityDescription)
    let changes = try Difference.changes(
      from: EntityFields(old.entityState), to: EntityFields(new.entityState), shape: shape)
    return try E.Delta(changes: changes)
  }

  @Test func `a delta says what has changed, by the policy of each field`() throws {
    let old = Note(id: Self.id, title: "old", likes: 5, tags: ["a", "b"], log: ["x"], folder: Self.id, size: 3)
    var new = old
    new.title = "new"
    new.likes = 3
    new.tags = ["b", "c"]
    new.log += ["y", "z"]
    new.folder = nil
    new.drawing = .path("p")
    new.due = Timestamp(seconds: 0)
    new.clearSize()
    var expected = Note.Delta()
    expected.title = ValueDelta(before: "old", after: "new")
    expected.likes = CounterDelta(increment: -2)
    expected.tags = SetDelta(inserted: ["c"], removed: ["a"])
    expected.log = ListDelta(appended: ["y", "z"])
    expected.folder = ValueDelta(before: Self.id, after: nil)
    expected.drawing = ValueDelta(before: Drawing(), after: .path("p"))
    expected.due = ValueDelta(before: nil, after: Timestamp(seconds: 0))
    expected.size = ValueDelta(before: 3, after: 12)
    #expect(try delta(from: old, to: new) == expected)
    #expect(try delta(from: old, to: old) == Note.Delta())
  }

  @Test func `a list that is not only longer is a new one`() throws {
    let delta = try delta(from: Note(id: Self.id, log: ["x", "y"]), to: Note(id: Self.id, log: ["y"]))
    #expect(delta.log == ListDelta(assigned: ValueDelta(before: ["x", "y"], after: ["y"])))
  }

  @Test func `fields of a newer program are left out of a delta, and damaged bytes throw`() throws {
    #expect(try Note.Delta(changes: [FieldChange(field: 99, after: [0x98, 6, 1])]) == Note.Delta())
    #expect(throws: MessageDecodingError.self) { try Note.Delta(changes: [FieldChange(field: 1, after: [10, 9])]) }
  }

  @Test func `names that generated code uses itself are free for fields`() throws {
    let old = Entry(default: 1, changes: "a", change: "b", before: 1, after: ["x"])
    var new = old
    new.changes = "c"
    new.change = "d"
    new.before = 4
    new.after.append("y")
    let delta = try delta(from: old, to: new)
    #expect(delta.changes == ValueDelta(before: "a", after: "c") && delta.change == ValueDelta(before: "b", after: "d"))
    #expect(delta.before == CounterDelta(increment: 3) && delta.after == ListDelta(appended: ["y"]))
  }

  // MARK: Merging

  /// What becomes of the second entity's fields when an operation has made them of the first's.
  private func reached<E: Entity>(_ old: E, _ new: E) throws -> E {
    let shape = try EntityShape(E.entityDescription)
    let fields = try EntityFields(old.entityState)
    let changes = try Difference.changes(from: fields, to: EntityFields(new.entityState), shape: shape)
    let operation = EntityOperation(
      number: 1, kind: .update, type: shape.type, key: new.entityKey, changes: changes,
      schema: shape.description.version)
    let checked = try shape.checked(operation)
    #expect(checked == operation, "what the SDK writes is in canonical form")
    var result = fields
    try result.apply(checked.changes, shape: shape)
    return try E(entityKey: new.entityKey, state: result.message)
  }

  @Test func `counters of each kind count up and down`() throws {
    let low = Tally(
      name: "t", a: -7, b: .min, c: 1, d: 2, e: -3, f: 4, g: .max, h: 6, i: -1, j: .max)
    let high = Tally(name: "t", a: 7, b: .max, c: .max, d: .max, e: 0, f: -4, g: 0, h: 0, i: .min, j: 0)
    #expect(try reached(low, high) == high)
    #expect(try reached(high, low) == low)
    #expect(try delta(from: Tally(name: "t", c: 5), to: Tally(name: "t", c: 3)).c == CounterDelta(increment: -2))
  }

  @Test func `elements of each kind come and go`() throws {
    let one = Box(
      code: [1], a: [true], b: [-1, 5], c: [0, .max], d: [-9], e: [0], f: ["", "é"], g: [[], [0xff]], h: [Self.id],
      i: [.none, .red], j: [false], k: [-0.0, .infinity], l: [Place()], m: [Timestamp(seconds: -1)], n: [.red])
    let two = Box(
      code: [1], a: [true, false], b: [5, .min], c: [7], d: [-9, 9], e: [1, 2], f: ["z"], g: [[]],
      h: [Self.id, UUIDCoding.zero], i: [Colour(rawValue: 77)], j: [false, true], k: [-0.0, .infinity, 0],
      l: [Place(), Place(name: "p")], m: [Timestamp(seconds: -1), Timestamp(seconds: 0)], n: [.red, .none])
    #expect(try reached(one, two) == two)
    #expect(try reached(two, one) == one)
    #expect(try reached(Box(code: [1]), two) == two)
    #expect(try reached(two, Box(code: [1])) == Box(code: [1]))
  }

  @Test func `fields of each kind take their values`() throws {
    let full = Kind(
      number: 1, aBool: true, anInt32: -1, anInt64: .min, aUint32: .max, aUint64: .max, aSint32: -1, aSint64: .min,
      aFixed32: 1, aFixed64: 2, aSfixed32: -3, aSfixed64: -4, aFloat: -0.0, aDouble: .infinity, aString: "ü",
      someBytes: [0], anId: Self.id, aColour: .red, aPlace: Place(name: "p", inner: Place()),
      aTime: Timestamp(seconds: 1), aWhile: .seconds(1), aDrawing: .place(Place()),
      places: ["b": Place(), "a": Place(name: "x")], numbers: [-1: Self.id, 2: UUIDCoding.zero], somePlace: Place(),
      aSize: 0)
    #expect(try reached(Kind(number: 1), full) == full)
    #expect(try reached(full, Kind(number: 1)) == Kind(number: 1))
  }

  // MARK: Versions

  @Test func `steps of the definition bring old operations here`() throws {
    let shape = try EntityShape(Note.entityDescription)
    let old = EntityOperation(
      number: 1, kind: .update, type: "note", key: Note.entityKey(of: Self.id),
      changes: [FieldChange(field: 13, after: [0x6a, 0]), FieldChange(field: 14, after: [0x72, 1, 0x74])], schema: 1)
    guard case .current(let new) = shape.upgrade(old, by: Note.entityUpgrades, from: nil) else {
      Issue.record("the operation is parked")
      return
    }
    #expect(new.changes == [FieldChange(field: 1, after: [10, 1, 0x74])] && new.schema == 3)
  }

  @Test func `collections stand beside the replica's own members`() async throws {
    let directory = try TemporaryDirectory()
    let replica = try await Replica.open(file: directory.path("r"), space: "s")
    #expect(replica.notes.type == "note" && replica.entries.type == "entry" && replica.boxes.type == "box")
    #expect(replica.talliesOfAll.type == "tally")
    #expect(NoteConflict.self == EntityConflictOf<Note>.self)
    await replica.close()
  }
}
