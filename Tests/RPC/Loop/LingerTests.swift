import Testing

@testable import HoldfastRPC

@Suite struct LingerTests {
  /// In how many of `turns` the loop looks again, when that is always or never worth it.
  private func looks(in turns: Int, found: Bool) -> Int {
    var linger = Linger()
    var looks = 0
    for _ in 0..<turns where linger.begins() {
      looks += 1
      linger.ended(found: found)
    }
    return looks
  }

  @Test("A busy loop looks again each time")
  func busy() {
    #expect(looks(in: 1000, found: true) == 1000)
  }

  @Test("What was in vain is left out twice as often each time, up to a bound")
  func inVain() {
    #expect(looks(in: 2 + 4 + 8, found: false) == 3)
    // From then on, once in each round of the bound.
    let round = 1 << Limits.lingerFailures
    let first = looks(in: 2 * round, found: false)
    #expect(looks(in: 12 * round, found: false) == first + 10)
  }

  @Test("One success brings it back")
  func success() {
    var linger = Linger()
    for _ in 0..<100 where linger.begins() { linger.ended(found: false) }
    while !linger.begins() {}
    linger.ended(found: true)
    let looks = (0..<2).map { _ in
      defer { linger.ended(found: true) }
      return linger.begins()
    }
    #expect(looks == [true, true])
  }
}
