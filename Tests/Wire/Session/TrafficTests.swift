import Testing

@testable import HoldfastWire

/// Random traffic between two sessions. A failing seed is printed; run it alone with `Traffic(seed:)`.
struct TrafficTests {
  @Test(arguments: 0..<10)
  func `whatever two sessions do, they agree in the end and nothing is lost`(shard: Int) throws {
    var opened = 0
    for seed in shard * 1000..<(shard + 1) * 1000 {
      let traffic = Traffic(seed: seed)
      do {
        try traffic.run(steps: 10 + seed % 50)
        if seed % 3 == 0 { try traffic.checkOpenStreams() }
        try traffic.settle()
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
      if let fault = traffic.faults.first { Issue.record("seed \(seed): \(fault)") }
      opened += traffic.opened
    }
    #expect(opened > 1500)
  }

  @Test func `long traffic stays within its bounds`() throws {
    for seed in 0..<8 {
      let traffic = Traffic(seed: seed)
      try traffic.run(steps: 3000)
      try traffic.settle()
      #expect(traffic.faults == [], "seed \(seed)")
    }
  }
}
