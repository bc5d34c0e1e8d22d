import HoldfastContract
import Testing

@testable import HoldfastSync

/// Operations that another version of the program has queued.
@Suite struct UpgradeTests {
  private func shape(version: UInt32, without gone: UInt32...) throws -> EntityShape {
    var description = Note.description()
    description.version = version
    description.fields.removeAll { gone.contains($0.number) }
    return try EntityShape(description)
  }

  private func operation(schema: UInt32 = 1, _ changes: FieldChange...) -> EntityOperation {
    var operation = Note.operation(base: 3, at: 9, changes)
    operation.schema = schema
    operation.group = 5
    return operation
  }

  /// The changes after the upgrade; nil when the operation is parked.
  private func changes(_ upgrade: OperationUpgrade) -> [FieldChange]? {
    if case .current(let operation) = upgrade { operation.changes } else { nil }
  }

  private func reason(_ upgrade: OperationUpgrade) -> String? {
    if case .parked(let error) = upgrade { error.message } else { nil }
  }

  @Test func `an operation of this version is as it was`() throws {
    let shape = try shape(version: 2)
    let odd = operation(schema: 2, .assign(99, text(99, "a")))
    #expect(shape.upgrade(odd, by: [EntityUpgrade(version: 1, drops: [99])], from: nil) == .current(odd))
  }

  @Test func `a version without a step changes nothing but the version`() throws {
    let old = operation(.assign(Note.title, text(Note.title, "a")), .increment(Note.likes, 2))
    var new = old
    new.schema = 4
    #expect(try shape(version: 4).upgrade(old, by: [], from: Note.description()) == .current(new))
  }

  @Test func `what is done to a dropped field is left out, and the rest stays`() throws {
    let old = operation(.assign(Note.title, text(Note.title, "a")), .assign(Note.body, text(Note.body, "b")))
    let step = EntityUpgrade(version: 1, drops: [Note.body])
    let upgrade = try shape(version: 2, without: Note.body).upgrade(old, by: [step], from: Note.description())
    #expect(changes(upgrade) == [.assign(Note.title, text(Note.title, "a"))])
  }

  @Test func `an operation of which nothing is left is still sent`() throws {
    let step = EntityUpgrade(version: 1, drops: [Note.body])
    let old = operation(.assign(Note.body, text(Note.body, "b")))
    let upgrade = try shape(version: 2, without: Note.body).upgrade(old, by: [step], from: nil)
    #expect(changes(upgrade) == [])
  }

  @Test func `a moved field takes its bytes along`() throws {
    let step = EntityUpgrade(version: 1, moves: [.init(from: 200, to: Note.title), .init(from: 1, to: Note.owner)])
    let old = operation(
      .assign(1, text(1, "new"), before: text(1, "old")),
      .assign(200, text(200, "a")))
    let upgrade = try shape(version: 2).upgrade(old, by: [step], from: nil)
    #expect(
      changes(upgrade) == [
        .assign(Note.title, text(Note.title, "a")),
        .assign(Note.owner, text(Note.owner, "new"), before: text(Note.owner, "old")),
      ])
  }

  @Test func `elements in stay before elements out`() throws {
    let step = EntityUpgrade(version: 1, moves: [.init(from: 3, to: Note.tags)])
    let old = operation(
      .insert(3, text(3, "b", "a")), .remove(3, text(3, "c")), .append(Note.log, text(Note.log, "x")))
    let upgrade = try shape(version: 2, without: Note.likes).upgrade(old, by: [step], from: nil)
    #expect(
      changes(upgrade) == [
        .insert(Note.tags, text(Note.tags, "a", "b")), .remove(Note.tags, text(Note.tags, "c")),
        .append(Note.log, text(Note.log, "x")),
      ])
  }

  @Test func `steps are taken one after the other, from the operation's version on`() throws {
    let steps = [
      EntityUpgrade(version: 3, moves: [.init(from: 20, to: Note.title)]),
      EntityUpgrade(version: 1, drops: [20], moves: [.init(from: 21, to: 22)]),
      EntityUpgrade(version: 2, moves: [.init(from: 22, to: 20)]),
    ]
    let shape = try shape(version: 4)
    let moved = [FieldChange.assign(Note.title, text(Note.title, "a"))]
    #expect(changes(shape.upgrade(operation(schema: 1, .assign(21, text(21, "a"))), by: steps, from: nil)) == moved)
    #expect(changes(shape.upgrade(operation(schema: 1, .assign(20, text(20, "a"))), by: steps, from: nil)) == [])
    #expect(changes(shape.upgrade(operation(schema: 3, .assign(20, text(20, "a"))), by: steps, from: nil)) == moved)
  }

  @Test func `creations and deletions are upgraded like changes`() throws {
    var creation = operation(.assign(Note.body, text(Note.body, "b")))
    creation.kind = .create
    let step = EntityUpgrade(version: 1, moves: [.init(from: Note.body, to: Note.owner)])
    let shape = try shape(version: 2, without: Note.body)
    #expect(changes(shape.upgrade(creation, by: [step], from: nil)) == [.assign(Note.owner, text(Note.owner, "b"))])
    var deletion = operation()
    deletion.kind = .delete
    #expect(changes(shape.upgrade(deletion, by: [step], from: nil)) == [])
  }

  @Test func `an operation of a newer version waits for a newer program`() throws {
    let upgrade = try shape(version: 2).upgrade(operation(schema: 3), by: [], from: nil)
    #expect(reason(upgrade) == "the operation is of version 3 of note, and this program knows version 2")
  }

  @Test func `a change of a field that is gone without a step is parked`() throws {
    let old = operation(.assign(Note.body, text(Note.body, "b")))
    let upgrade = try shape(version: 2, without: Note.body).upgrade(old, by: [], from: nil)
    #expect(reason(upgrade) == "version 2 of note has no field 2")
  }

  @Test(arguments: [
    (HoldfastContract.FieldKind.sint64, false, false), (.bytes, false, true), (.string, true, false),
    (.message, false, false), (.string, false, true),
  ])
  func `a field of another kind is parked where its description is known`(
    _ kind: HoldfastContract.FieldKind, _ many: Bool, _ isCurrent: Bool
  ) throws {
    var description = Note.description()
    description.version = 2
    description.fields[0].kind = kind
    description.fields[0].many = many
    let shape = try EntityShape(description)
    let old = operation(.assign(Note.title, text(Note.title, "a")))
    let upgrade = shape.upgrade(old, by: [], from: Note.description())
    #expect((changes(upgrade) == old.changes) == isCurrent)
    #expect((reason(upgrade) == nil) == isCurrent)
  }

  @Test func `without that, the bytes decide`() throws {
    let step = EntityUpgrade(version: 1, moves: [.init(from: 20, to: Note.title)])
    let upgrade = try shape(version: 2).upgrade(operation(.assign(20, [0xa0, 1, 7])), by: [step], from: nil)
    #expect(reason(upgrade) == "the change of field 1 of note is malformed")
  }

  @Test func `a delta of a field that is merged otherwise now is parked`() throws {
    var description = Note.description()
    description.version = 2
    description.fields[2].policy = .client
    let shape = try EntityShape(description)
    #expect(reason(shape.upgrade(operation(.increment(Note.likes, 1)), by: [], from: nil)) != nil)
    let assigned = operation(.assign(Note.likes, number(Note.likes, 7)))
    #expect(changes(shape.upgrade(assigned, by: [], from: nil)) == assigned.changes)
  }

  @Test func `two fields that have become one are parked`() throws {
    let step = EntityUpgrade(version: 1, moves: [.init(from: Note.body, to: Note.title)])
    let old = operation(.assign(Note.title, text(Note.title, "a")), .assign(Note.body, text(Note.body, "b")))
    let upgrade = try shape(version: 2, without: Note.body).upgrade(old, by: [step], from: nil)
    #expect(reason(upgrade) == "changes of field 1 of note do not go together or are out of order")
  }

  @Test func `damaged bytes are parked, not trapped on`() throws {
    let step = EntityUpgrade(version: 1, moves: [.init(from: Note.body, to: Note.owner)])
    let shape = try shape(version: 2, without: Note.body)
    for bytes: [UInt8] in [[0x12], [0x13, 0x14], [0x12, 0xff, 0xff, 0xff, 0xff, 0xff], [0x16], [0]] {
      #expect(reason(shape.upgrade(operation(.assign(Note.body, bytes)), by: [step], from: nil)) != nil, "\(bytes)")
    }
  }

  @Test(arguments: 0..<200)
  func `whatever the steps and the operation, it is current and valid or parked`(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let shape = try shape(version: 4)
    let steps = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      EntityUpgrade(
        version: .random(in: 0...5, using: &random),
        drops: (0..<2).map { _ in .random(in: 1...14, using: &random) },
        moves: (0..<3).map { _ in
          .init(from: .random(in: 1...14, using: &random), to: .random(in: 1...14, using: &random))
        })
    }
    for _ in 0..<20 {
      var old = operation(schema: .random(in: 0...5, using: &random))
      for field in 1...14 where Bool.random(using: &random) {
        let bytes = (0..<Int.random(in: 0...4, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let whole = Bool.random(using: &random) ? text(UInt32(field), "a") : bytes
        let kinds: [FieldChangeKind] = [.assign, .assign, .assign, .increment, .insert, .append]
        old.changes.append(
          FieldChange(field: UInt32(field), kind: kinds.randomElement(using: &random) ?? .assign, after: whole))
      }
      switch shape.upgrade(old, by: steps, from: Bool.random(using: &random) ? Note.description() : nil) {
      case .parked: #expect(old.schema != 4)
      case .current(let new):
        #expect(new.schema == 4 && new.changes.count <= old.changes.count)
        if old.schema == 4 { #expect(new == old) } else { #expect(try shape.checked(new) == new) }
      }
    }
  }
}
