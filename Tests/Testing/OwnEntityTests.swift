import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// A program's own type and its own way to decide conflicts, in simulated worlds: to be copied.

struct `A program's own type in simulated worlds` {
  private static let keys = [1, 2].map { (number: UInt8) in
    UUID(uuid: (number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  }

  @Sendable private static func word(_ random: inout SeededGenerator) -> String {
    ["tent", "stove", "rope", "map"].randomElement(using: &random) ?? ""
  }

  /// What users do with notes, and how the program decides what they have changed in two places.
  private func notes(
    _ decide: @escaping @Sendable (NoteConflict) throws -> ConflictDecision<Note>
  ) -> SimulatedEntity {
    SimulatedEntity(
      Note.self, keys: Self.keys, make: { id, random in Note(id: id, title: Self.word(&random)) },
      change: { note, random in
        switch random.next() % 4 {
        case 0: note.title = Self.word(&random)
        case 1: note.mood = Self.word(&random)
        case 2: note.log.append(Self.word(&random))
        default: note.likes += 1
        }
      }, resolve: decide)
  }

  /// What is longer counts; where somebody has deleted a note, a person decides.
  @Sendable private static func decide(_ conflict: NoteConflict) -> ConflictDecision<Note> {
    guard var note = conflict.server, let mine = conflict.mine else { return .later }
    let longer = { (left: String, right: String) in (left.count, left) < (right.count, right) ? right : left }
    note.title = longer(note.title, mine.title)
    note.mood = longer(note.mood, mine.mood)
    return .merged(note)
  }

  @Test func `everybody comes together in the world of a seed`() {
    let notes = notes(Self.decide)
    let outcome = Simulation(entities: [notes]).run(seed: 7)
    #expect(outcome.failure == nil)
  }

  @Test func `its resolver decides, in many worlds`() {
    let asked = Lock(0)
    let simulation = Simulation(entities: [
      notes { conflict in
        asked.withLock { $0 += 1 }
        return Self.decide(conflict)
      }
    ])
    var coverage = SimulationCoverage()
    for seed in 1...25 as ClosedRange<UInt64> {
      let outcome = simulation.run(seed: seed)
      #expect(outcome.failure == nil, "seed \(seed)")
      coverage.add(outcome.coverage)
    }
    #expect(asked.withLock { $0 } > 20)
    #expect(coverage[.decidedByResolver] > 20)
  }

  @Test func `a resolver that fails shows with its seed`() {
    struct Broken: Error {}
    let simulation = Simulation(entities: [notes { _ in throw Broken() }])
    let outcome = (1...25 as ClosedRange<UInt64>).lazy.map { simulation.run(seed: $0) }.first { $0.failure != nil }
    #expect(outcome?.failure?.contains("Broken") == true)
  }
}
