import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Synchronization

/// How fast adapters save values, in places of their own in a temporary directory.
struct SaveBench: Sendable {
  /// Where values are saved.
  enum Place: String, CaseIterable {
    case sqlite, file
  }

  /// A value as a program has one.
  private struct Document: Codable, Sendable, Equatable {
    var number: Int
    var text: String
  }

  /// Keys that all callers together go round, in the same order each time.
  private final class Round: Sendable {
    private static let keys = 1_024
    private let saves = Atomic(0)

    func next() -> String { Self.key(saves.wrappingAdd(1, ordering: .relaxed).oldValue) }

    /// Those that have been saved.
    var keys: [String] { (0..<min(Self.keys, saves.load(ordering: .relaxed))).map(Self.key) }

    private static func key(_ number: Int) -> String { "caller/\(number % keys)" }
  }

  let place: Place
  /// Bytes of a value's text.
  let payload: Int

  /// Durable saves by so many callers, each of which waits for its save before it begins the next.
  func run(callers: Int, seconds: Double) async throws -> BenchResult {
    let folder = try BenchFolder.make()
    defer { BenchFolder.remove(folder) }
    switch place {
    case .file: return try await run(in: FileAdapter(directory: folder, client: "bench"), callers, seconds)
    case .sqlite:
      let adapter = try await SQLiteAdapter.open("\(folder)/values.sqlite")
      let result = try await run(in: adapter, callers, seconds)
      await adapter.close()
      return result
    }
  }

  private func run(in adapter: some StorageAdapter, _ callers: Int, _ seconds: Double) async throws -> BenchResult {
    let persistence = Persistence(adapter)
    let round = Round()
    _ = await save(in: persistence, round, callers, until: .now() + .milliseconds(200))
    let began = Beginning()
    let total = await save(in: persistence, round, callers, until: .now() + .seconds(seconds))
    let result = began.result(total)
    for key in round.keys {
      guard try await persistence.load(Document.self, key)?.text.utf8.count == payload else { throw WrongReply() }
    }
    return result
  }

  private func save(
    in persistence: Persistence, _ round: Round, _ callers: Int, until end: MonotonicTime
  ) async -> LaneResult {
    let text = BenchFolder.text(bytes: payload)
    return await withTaskGroup(of: LaneResult.self) { group in
      for _ in 0..<callers {
        group.addTask {
          var result = LaneResult()
          var document = Document(number: 0, text: text)
          var began = MonotonicTime.now()
          // At least one, however late its turn comes.
          while began < end || document.number == 0, result.errors == 0 {
            do {
              try await persistence.save(document, as: round.next())
              document.number += 1
              let ended = MonotonicTime.now()
              result.histogram.record(ended.nanoseconds - began.nanoseconds)
              began = ended
            } catch {
              result.fail(error)
            }
          }
          return result
        }
      }
      return await group.reduce(into: LaneResult()) { $0.merge($1) }
    }
  }
}
