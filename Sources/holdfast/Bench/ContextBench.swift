import HoldfastRPC
import HoldfastSDK
import HoldfastWire

/// How fast context is found that is known already, alone and by composites.
struct ContextBench: Sendable {
  /// What was found: lookups a second on one thread, and how long one takes.
  struct Speed: Sendable {
    let name: String
    /// Lookups a second that it has to make.
    let floor: Double
    let lookups: Int
    let seconds: Double
    let cpu: Double

    var perSecond: Double { (Double(lookups) / seconds).rounded() }
    var isEnough: Bool { perSecond >= floor }
    var cpuNanoseconds: Double { (cpu / Double(lookups) * 1e10).rounded() / 10 }
  }

  /// Keys that are asked for in turn.
  private static let keys = (0..<1_000).map { ContextKey<Int>("bench.\($0)") }

  /// Looks up for so long in all, an equal share for each way.
  func run(seconds: Double) async throws -> [Speed] {
    var speeds: [Speed] = []
    for (name, floor, provider) in providers {
      // What is known already is what is measured.
      for outcome in await provider.resolveAll(Self.keys) { _ = try outcome.get() }
      speeds.append(try await measure(name, floor, provider, seconds: seconds / Double(providers.count)))
    }
    return speeds
  }

  private let providers: [(String, Double, any ContextProvider)]

  init() {
    func network() -> NetworkContextProvider {
      var settings = NetworkContextProvider.Settings()
      settings.refreshInterval = .seconds(86_400)
      return NetworkContextProvider(CountingSource(), settings)
    }
    var providers: [(String, Double, any ContextProvider)] = [("cached", 2_000_000, network())]
    let strategies: [(String, CompositeContextProvider.Strategy)] = [
      ("first available", .firstAvailable), ("prioritized", .prioritized), ("consensus", .consensus(threshold: 0.6)),
      ("weighted", .weighted),
    ]
    for (name, strategy) in strategies {
      // Asked each time: no result is given again.
      let members = (0..<3).map { _ in CompositeContextProvider.Member(network()) }
      providers.append((name, 100_000, CompositeContextProvider(members, strategy, resultLifetime: .zero)))
    }
    self.providers = providers
  }

  private func measure(
    _ name: String, _ floor: Double, _ provider: any ContextProvider, seconds: Double
  ) async throws -> Speed {
    let cpu = cpuSeconds()
    let began = MonotonicTime.now()
    let end = began + .seconds(seconds)
    let lookups = try await lookUp(in: provider, until: end)
    return Speed(
      name: name, floor: floor, lookups: lookups, seconds: (MonotonicTime.now() - began) / .seconds(1),
      cpu: cpuSeconds() - cpu)
  }

  private func lookUp(in provider: some ContextProvider, until end: MonotonicTime) async throws -> Int {
    var lookups = 0
    while MonotonicTime.now() < end {
      for (number, key) in Self.keys.enumerated() {
        guard try await provider.resolve(key)?.value == number else { throw WrongReply() }
      }
      lookups += Self.keys.count
    }
    return lookups
  }
}

/// Has under each key the number that its name ends with.
private struct CountingSource: ContextSource {
  let name = "bench"

  func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    names.map { .value(ContextContent(Array($0.utf8.drop { $0 != UInt8(ascii: ".") }.dropFirst()))) }
  }
}

extension ContextBench.Speed {
  func report(_ console: Console) {
    console.result(
      "context: \(name), \(Int(perSecond)) lookups a second on one thread, \(cpuNanoseconds) ns of CPU each",
      json: [
        "op": "context", "kind": .string(name), "lookups": .integer(lookups), "lookups_per_s": .number(perSecond),
        "cpu_ns": .number(cpuNanoseconds),
      ])
  }
}
