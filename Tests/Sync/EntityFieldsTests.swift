import HoldfastContract
import Testing

@testable import HoldfastSync

struct EntityFieldsTests {
  @Test func `a message comes apart by number and is the same when it is joined`() throws {
    let parts = [text(1, "one"), number(3, 300), text(4, "a", "b"), packed(10, 1, 2)]
    let fields = try EntityFields(parts)
    #expect(fields.all.map(\.number) == [1, 3, 4, 10])
    #expect(fields[4] == text(4, "a", "b"))
    #expect(fields[2] == [])
    #expect(fields.message == parts.flatMap { $0 })
    #expect(fields.size == fields.message.count)
  }

  @Test func `fields take their place by number, those after the known ones as well`() throws {
    let fields = try EntityFields([text(5, "known"), text(2, "unknown"), text(5, "again")])
    #expect(fields.message == text(2, "unknown") + text(5, "known") + text(5, "again"))
  }

  @Test func `no bytes take a field away`() throws {
    var fields = try EntityFields([text(1, "one"), text(2, "two")])
    fields[1] = []
    fields[9] = []
    #expect(fields.all.map(\.number) == [2])
    fields[1] = text(1, "uno")
    #expect(fields.message == text(1, "uno") + text(2, "two"))
  }

  @Test(arguments: [[8], [0], [10, 5, 1], [15], [12], Array(repeating: 0xff, count: 12)] as [[UInt8]])
  func `what is no message is refused`(_ bytes: [UInt8]) {
    #expect(throws: SyncError.self) { try EntityFields(bytes) }
  }

  @Test func `no bytes make it trap`() {
    var random = SeededGenerator(state: 1)
    var taken = 0
    for _ in 0..<5_000 {
      let bytes = random.bytes(upTo: 24)
      if let fields = try? EntityFields(bytes) {
        taken += 1
        #expect((try? EntityFields(fields.message)) == fields)
      }
    }
    #expect(taken > 100)
  }
}

struct EntityShapeTests {
  private func description(_ change: (inout EntityDescription) -> Void) -> EntityDescription {
    var description = Note.description()
    change(&description)
    return description
  }

  @Test func `a field has the policy that is declared, an unknown one the entity's`() throws {
    let shape = try Note.shape(policy: .server)
    #expect(shape[Note.likes].policy == .counter)
    #expect(shape[77].policy == .server)
    #expect(shape[77].elements == nil)
  }

  @Test func `descriptions that cannot be are refused`() {
    let faults: [(inout EntityDescription) -> Void] = [
      { $0.type = "" }, { $0.type = String(repeating: "x", count: 129) },
      { $0.policy = .counter }, { $0.policy = MergePolicy(rawValue: 99) },
      { $0.fields[0].policy = MergePolicy(rawValue: 99) }, { $0.fields[0].policy = .counter },
      { $0.fields[2].many = true }, { $0.fields[2].kind = .double }, { $0.fields[2].kind = .enumeration },
      { $0.fields[3].many = false }, { $0.fields[3].kind = FieldKind(rawValue: 99) },
      { $0.fields[0].number = 2 }, { $0.fields[0].number = 0 }, { $0.fields[0].number = 1 << 29 },
      { $0.lane = 99 }, { $0.lane = Note.tags },
      { $0.fields = (1...1001).map { FieldDescription(number: $0, kind: .bool) } },
    ]
    for (index, fault) in faults.enumerated() {
      #expect(throws: SyncError.self, "fault \(index)") { try EntityShape(description(fault)) }
    }
    #expect(throws: Never.self) { try EntityShape(description { _ in }) }
  }

  @Test func `an operation takes its entity's lane and those of its parents`() throws {
    let shape = try Note.shape()
    let old = [UInt8](repeating: 1, count: 16)
    let new = [UInt8](repeating: 2, count: 16)
    let before = try EntityFields([66, 16] + old)
    let move = Note.operation(1, .update, .assign(Note.folder, [66, 16] + new))
    #expect(try shape.lanes(of: move, on: before) == [Note.key, old, new].map(Lane.init))
    #expect(try shape.lanes(of: move, on: nil) == [Note.key, new].map(Lane.init))
    #expect(try shape.lanes(of: Note.operation(1, .delete), on: before) == [Note.key, old].map(Lane.init))
    #expect(try shape.lanes(of: Note.operation(1, .delete), on: EntityFields()) == [Lane(key: Note.key)])
    let loose = try EntityShape(description { $0.lane = 0 })
    #expect(try loose.lanes(of: move, on: before) == [Lane(key: Note.key)])
  }
}
