import HoldfastRPC
import HoldfastSDK
import HoldfastWire

/// What it costs to seal values: the same saves and loads in memory, plain and sealed, in turns.
struct SealBench: Sendable {
  /// Of one save or load, in nanoseconds of CPU.
  struct Cost: Sendable {
    var plain = 0.0
    var sealed = 0.0

    var overhead: Double { sealed - plain }
  }

  /// What was found.
  struct Finding: Sendable {
    /// Nanoseconds that sealing may cost.
    static let most = 3_000.0

    let payload: Int
    let save: Cost
    let load: Cost

    var isEnough: Bool { save.overhead < Self.most && load.overhead < Self.most }
  }

  let payload: Int

  func run(seconds: Double) async throws -> Finding {
    let bytes = Array(BenchFolder.text(bytes: payload).utf8)
    let (plain, sealed) = (MemoryAdapter(), SecureAdapter(MemoryAdapter(), master: .bytes(Array(0..<32))))
    var (saves, loads) = (Cost(), Cost())
    let rounds = 10
    // Half of a round each for saves and loads; the first round makes both warm.
    let share = Duration.seconds(seconds / Double(4 * (rounds + 1)))
    for round in 0...rounds {
      let costs = [
        try await save(bytes, in: plain, for: share), try await save(bytes, in: sealed, for: share),
        try await load(bytes, from: plain, for: share), try await load(bytes, from: sealed, for: share),
      ].map { $0 / Double(rounds) }
      guard round > 0 else { continue }
      saves.plain += costs[0]
      saves.sealed += costs[1]
      loads.plain += costs[2]
      loads.sealed += costs[3]
    }
    return Finding(payload: payload, save: saves, load: loads)
  }

  private func save(_ bytes: [UInt8], in adapter: some StorageAdapter, for time: Duration) async throws -> Double {
    try await cost(for: time) { try await adapter.write(bytes, for: "value") }
  }

  private func load(_ bytes: [UInt8], from adapter: some StorageAdapter, for time: Duration) async throws -> Double {
    try await cost(for: time) {
      guard try await adapter.read("value")?.bytes.count == bytes.count else { throw WrongReply() }
    }
  }

  /// Nanoseconds of CPU that one call of `body` takes.
  private func cost(for time: Duration, _ body: () async throws -> Void) async throws -> Double {
    let (end, cpu) = (MonotonicTime.now() + time, cpuSeconds())
    var calls = 0
    repeat {
      for _ in 0..<100 { try await body() }
      calls += 100
    } while MonotonicTime.now() < end
    return (cpuSeconds() - cpu) / Double(calls) * 1e9
  }
}

extension SealBench.Finding {
  func report(_ console: Console) {
    let rounded = { (nanoseconds: Double) in nanoseconds.rounded() }
    let line = { (what: String, cost: SealBench.Cost) in
      """
      \(what)  plain \(Int(cost.plain)) ns of CPU, sealed \(Int(cost.sealed)) ns: \(Int(cost.overhead)) ns more
      """
    }
    console.result(
      """
      seal: values of \(payload) bytes in memory
        \(line("save", save))
        \(line("load", load))
      """,
      json: [
        "op": "seal", "payload": .integer(payload), "save_ns": .number(rounded(save.plain)),
        "save_sealed_ns": .number(rounded(save.sealed)), "load_ns": .number(rounded(load.plain)),
        "load_sealed_ns": .number(rounded(load.sealed)), "save_overhead_ns": .number(rounded(save.overhead)),
        "load_overhead_ns": .number(rounded(load.overhead)),
      ])
  }
}
