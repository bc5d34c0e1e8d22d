#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The notes of the demo's devices: which there are, what each device does to them while it is away, and what that has
/// to come to.
enum DemoNotes {
  static let devices = ["ann", "bob", "cara"]

  /// Two devices give it a title; the later one counts, whoever comes back first.
  static let trip = id(0)
  /// Each device changes another part of it.
  static let party = id(1)
  /// Two devices rewrite its text, and somebody has to decide.
  static let song = id(2)
  /// In these all devices count at once.
  static let tallies = (3..<8).map(id)

  static let all: [Note] =
    [Note(id: trip, title: "Trip"), Note(id: party, title: "Party"), Note(id: song, title: "Song", text: "La la")]
    + tallies.map { Note(id: $0, title: "Tally") }

  /// A change of a note.
  struct Change {
    let note: UUID
    let body: @Sendable (inout Note) -> Void

    init(_ note: UUID, _ body: @escaping @Sendable (inout Note) -> Void) {
      self.note = note
      self.body = body
    }
  }

  /// What a device changes without a network.
  static func changes(by device: String) -> [Change] {
    switch device {
    case "ann":
      [Change(trip) { $0.title = "Trip to Lisbon" }, Change(party) { $0.place = "the garden" }]
    case "bob":
      [
        Change(trip) { $0.title = "Trip to Porto" }, Change(party) { $0.marks.insert("cake") },
        Change(song) { $0.text = "La la, sings Bob" },
      ]
    default:
      [
        Change(party) { $0.marks.insert("music") }, Change(party) { $0.edits += 1 },
        Change(song) { $0.text = "La la, sings Cara" },
      ]
    }
  }

  /// What somebody decides who sees both texts.
  static func decided(mine: String, server: String) -> String { "\(server); \(mine)" }

  /// A device's edit of this number: it counts in one of the tallies, and leaves a mark by which it is known again.
  static func edit(_ number: Int, by device: String) -> (note: UUID, mark: String) {
    (tallies[number % tallies.count], "\(device)-\(number)")
  }

  /// What everybody has to see at the end.
  static func expected(edits: Int) -> JSON {
    let party = Note(id: party, title: "Party", place: "the garden", edits: 1, marks: ["cake", "music"])
    let song = decided(mine: "La la, sings Cara", server: "La la, sings Bob")
    let marks = devices.flatMap { device in (0..<edits).map { edit($0, by: device) } }
    return summary(
      tallies.map { note in
        let marks = Set(marks.lazy.filter { $0.note == note }.map(\.mark))
        return Note(id: note, title: "Tally", edits: Int64(marks.count), marks: marks)
      } + [Note(id: trip, title: "Trip to Porto"), party, Note(id: Self.song, title: "Song", text: song)])
  }

  /// Notes in one line, to compare with those of others.
  static func summary(_ notes: [Note]) -> JSON {
    .array(
      notes.sorted { $0.id.uuidString < $1.id.uuidString }.map { note in
        [
          "title": .string(note.title), "text": .string(note.text), "place": .string(note.place),
          "edits": .integer(Int(note.edits)), "marks": .array(note.marks.sorted().map { .string($0) }),
        ]
      })
  }

  private static func id(_ number: UInt8) -> UUID {
    UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number))
  }
}
