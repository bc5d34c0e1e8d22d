#if os(Linux)
  import Foundation
  import Testing

  /// One hub and five programs on four devices, all of which are killed now and then, under a network that is bad until
  /// it is not. `HOLDFAST_STORM_SECONDS=120` lets it last, and `HOLDFAST_STORM_SEED=7` draws what the seed 7 draws.
  struct `A storm` {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seeds = [
      environment["HOLDFAST_STORM_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999_999)
    ]
    private let duration = Duration.seconds(Self.environment["HOLDFAST_STORM_SECONDS"].flatMap(Int.init) ?? 8)

    @Test(arguments: seeds)
    func `loses nothing, does nothing twice, and leaves all devices with the same`(_ seed: UInt64) async throws {
      let storm = try await Storm(seed: seed)
      do {
        try await storm.rage(for: duration)
        try await storm.calmDown()
        try await storm.check()
      } catch {
        Issue.record("\(error)\n\(storm.complaints)")
      }
      let operations = storm.devices.flatMap(\.lines).count
      #expect(operations > 0 && storm.kills.devices > 0)
      print("storm \(seed): \(operations) lines, kills: \(storm.kills)")
    }
  }
#endif
