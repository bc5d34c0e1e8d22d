import HoldfastContract
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One replica, first with a program that has `FirstNote`, then with one that has `Note`, two versions later.
struct ProgramVersionTests {
  private let directory: TemporaryDirectory
  private let id = UUID()

  init() throws { directory = try TemporaryDirectory() }

  private func open(_ type: any Entity.Type) async throws -> Replica {
    try await Replica.open(file: directory.path("r"), space: "s", entities: [type])
  }

  @Test func `what an older program has queued is brought to the newer one`() async throws {
    let old = try await open(FirstNote.self)
    try await old.firstNotes.create(FirstNote(id: id, likes: 2, mood: "fine", heading: "Milk"))
    await old.close()

    let new = try await open(Note.self)
    #expect(try await new.notes.get(id) == Note(id: id, title: "Milk", likes: 2))
    #expect(try await new.parked().isEmpty)
    let entity = EntityRef(type: "note", key: Note.entityKey(of: id))
    let queue = try await new.core.read { _, transaction in try transaction.operations(on: entity) }
    #expect(queue.map(\.content.schema) == [3])
    #expect(queue.first?.content.changes.map(\.field) == [1, 3], "the mood is gone, the heading is the title")
    await new.close()
  }

  @Test func `what cannot be brought over is parked, and nothing of it is lost`() async throws {
    let old = try await open(FirstNote.self)
    try await old.firstNotes.create(FirstNote(id: id, heading: "Milk", pinned: true))
    await old.close()

    let new = try await open(Note.self)
    let parked = try await new.parked()
    #expect(parked.map(\.outcome) == [.rejected(.failedPrecondition, reason: "version 3 of note has no field 16")])
    #expect(parked.first?.changes.map(\.field) == [14, 16])
    await new.close()

    // And the older program still has it.
    let again = try await open(FirstNote.self)
    #expect(try await again.parked().first?.changes == parked.first?.changes)
    await again.close()
  }
}
