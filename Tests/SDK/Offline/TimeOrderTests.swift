import Foundation
import Testing

@testable import HoldfastSDK

@Suite("Identities in the order of time")
struct TimeOrderTests {
  @Test("An identity is of version 7 and says when it was made")
  func form() {
    let identity = TimeOrder().next(at: 1_645_557_742.0)
    // The example of RFC 9562 has this time.
    #expect(identity.uuidString.hasPrefix("017F22E2-79B0-7"))
    #expect(["8", "9", "A", "B"].contains(identity.uuidString.dropFirst(19).prefix(1)))
  }

  @Test("Those made at one time ascend, and those made while the clock is set back go on ascending")
  func ascending() {
    let order = TimeOrder()
    let times = [100.0, 100.0, 100.0, 99.5, 100.2, 41.0]
    let names = times.map { order.next(at: $0).uuidString }
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
  }

  @Test("A clock that was far ahead is followed back")
  func farAhead() {
    let order = TimeOrder()
    let ahead = order.next(at: 4_000_000_000)
    let now = order.next(at: 1_645_557_742)
    #expect(now.uuidString < ahead.uuidString)
    #expect(now.uuidString.hasPrefix("017F22E2-79B0-7"))
  }

  @Test("A clock that tells nothing makes identities all the same", arguments: [-5.0, .nan, .infinity, 1e300])
  func senseless(_ time: Double) {
    let order = TimeOrder()
    #expect(order.next(at: time) != order.next(at: time))
  }

  @Test("Many threads at once get as many identities, each its own in ascending order")
  func manyThreads() async {
    let made = await withTaskGroup(of: [UUID].self) { group in
      for _ in 0..<4 { group.addTask { (0..<2_000).map { _ in UUID.timeOrdered() } } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for names in made.map({ $0.map(\.uuidString) }) { #expect(names == names.sorted()) }
    #expect(Set(made.joined()).count == 8_000)
  }
}
