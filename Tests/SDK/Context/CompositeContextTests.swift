import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

/// How the answers of several providers become one.
@Suite struct CompositeContextTests {
  typealias Member = CompositeContextProvider.Member
  private let clock = TestClock()
  private let key = ContextKey("key", default: -1)

  private func composite(
    _ members: [Member], _ strategy: CompositeContextProvider.Strategy, keeping lifetime: Duration = .zero
  ) -> CompositeContextProvider {
    CompositeContextProvider(members, strategy, name: "all", resultLifetime: lifetime, clock: clock.device())
  }

  private func says(_ name: String, _ answer: SetProvider.Answer, atHand: Bool = false) -> SetProvider {
    SetProvider(name, answer, isAtHand: atHand)
  }

  @Test(arguments: [false, true])
  func `the first in the list that has a value counts`(_ atHand: Bool) async throws {
    let context = composite(
      [
        Member(says("a", .none, atHand: atHand)), Member(says("b", .value(2), atHand: atHand)),
        Member(says("c", .value(3), atHand: atHand)),
      ], .prioritized)
    let found = try #require(try await context.resolve(key))
    #expect((found.value, found.source) == (2, "b"))
  }

  @Test func `a member that fails is passed over, and its failure is told when nobody has a value`() async throws {
    let failing = Member(says("a", .failure(.network)))
    #expect(try await composite([failing, Member(says("b", .value(2)))], .prioritized).resolve(key)?.value == 2)
    for strategy in [CompositeContextProvider.Strategy.prioritized, .firstAvailable, .weighted] {
      let error = await #expect(throws: ContextError.self) {
        try await composite([failing, Member(says("b", .none))], strategy).resolve(key)
      }
      #expect(error?.code == .composition)
      #expect((error?.causes.first as? ContextError)?.code == .network)
      #expect(error?.isPassing == true)
    }
  }

  @Test(arguments: CompositeContextProvider.Strategy.all)
  func `where all say that there is none, the default holds, once`(
    _ strategy: CompositeContextProvider.Strategy
  ) async throws {
    let context = composite([Member(says("a", .none)), Member(says("b", .none))], strategy)
    #expect(try await context.resolve(key)?.reason == .default)
    #expect(try await context.resolve(key.withoutDefault) == nil)
  }

  @Test func `a member's fallback counts only where nobody has better`() async throws {
    let fallback = Member(says("a", .fallback(1)))
    #expect(try await composite([fallback, Member(says("b", .value(2)))], .prioritized).resolve(key)?.value == 2)
    let found = try await composite([fallback, Member(says("b", .none))], .prioritized).resolve(key)
    #expect(found?.reason == .fallback)
    #expect(found?.value == 1)
  }

  @Test func `who answers first is not kept waiting by those who do not`() async throws {
    let (slow, gate) = (says("slow", .value(1)), Gate())
    slow.hold(gate)
    let context = composite([Member(slow), Member(says("quick", .value(2)))], .firstAvailable)
    #expect(try await context.resolve(key)?.source == "quick")
    await gate.open()
  }

  @Test func `all members are asked at once`() async throws {
    let meeting = Meeting(of: 3)
    let members = (0..<3).map { number in
      let provider = says("\(number)", .value(number))
      provider.meet(meeting)
      return Member(provider)
    }
    // None answers before all have been asked.
    #expect(try await composite(members, .prioritized).resolve(key)?.value == 0)
  }

  @Test(
    arguments: [
      ([1, 1, 2], 0.6, 1), ([2, 1, 1], 0.6, 1), ([1, 2, 3], 0.6, nil), ([1, 1, 2, 2], 0.5, 1), ([2, 1, 1, 2], 0.5, 2),
      ([1, 1, 1], 1, 1), ([1, 1, 2], 1, nil), ([1, 2, 3], 1.0 / 3, 1),
    ] as [([Int], Double, Int?)])
  func `a consensus is of those who say the same`(_ values: [Int], _ threshold: Double, _ expected: Int?) async throws {
    let members = values.map { Member(says("m", .value($0))) }
    for _ in 0..<5 {
      let context = composite(members, .consensus(threshold: threshold))
      if let expected {
        let found = try #require(try await context.resolve(key))
        #expect((found.value, found.source) == (expected, "all"))
      } else {
        let error = await #expect(throws: ContextError.self) { try await context.resolve(key) }
        #expect(error?.code == .composition)
      }
    }
  }

  @Test func `those who fail or have a fallback are none who agree`() async throws {
    let members = [
      Member(says("a", .value(1))), Member(says("b", .fallback(1))), Member(says("c", .failure(.unavailable))),
    ]
    await #expect(throws: ContextError.self) {
      try await composite(members, .consensus(threshold: 0.5)).resolve(key)
    }
    let found = try #require(try await composite(members, .consensus(threshold: 0.3)).resolve(key))
    #expect(found.value == 1)
    #expect(found.problem?.causes.count == 1)
  }

  @Test func `numbers are weighed to a mean`() async throws {
    let members = [
      Member(says("a", .value(10)), weight: 3), Member(says("b", .value(20)), weight: 1),
      Member(says("c", .failure(.network)), weight: 100),
    ]
    let found = try #require(try await composite(members, .weighted).resolve(key))
    #expect(found.value == 13)
    #expect(found.problem?.code == .composition)
    let extremes = [Member(says("a", .value(Int.max))), Member(says("b", .value(Int.max - 1)))]
    #expect(try await composite(extremes, .weighted).resolve(key)?.value == Int.max)
  }

  @Test func `what is no number has the value with the most weight behind it, ties by the list`() async throws {
    func resolve(_ parts: [(String, Double)]) async throws -> String? {
      let members = parts.map { Member(says("m", .text($0.0)), weight: $0.1) }
      return try await composite(members, .weighted).resolve(ContextKey<String>("key"))?.value
    }
    #expect(try await resolve([("a", 1), ("b", 3), ("a", 1)]) == "b")
    #expect(try await resolve([("a", 2), ("b", 3), ("a", 2)]) == "a")
    for _ in 0..<20 { #expect(try await resolve([("b", 1), ("a", 1)]) == "b") }
  }

  @Test func `a member that hangs is waited for until its deadline`() async throws {
    let (hanging, gate) = (says("a", .value(1)), Gate())
    hanging.hold(gate, clock.device())
    let context = composite([Member(hanging, deadline: .seconds(2)), Member(says("b", .value(2)))], .prioritized)
    let found = try await clock.running { [key] in try await context.resolve(key) }
    #expect(found?.value == 2)
    #expect(clock.elapsed == .seconds(2))
    await gate.open()
  }

  @Test func `a member that fails time and again is left alone for a while, and then tried by one`() async throws {
    let failing = says("a", .failure(.network))
    let context = composite(
      [Member(failing, failures: 3, pause: .seconds(30)), Member(says("b", .value(2)))], .prioritized)
    for _ in 0..<10 { #expect(try await context.resolve(key)?.value == 2) }
    #expect(failing.asked == 3)
    try await clock.advance(by: .seconds(30))
    _ = try await context.resolve(key)
    _ = try await context.resolve(key)
    #expect(failing.asked == 4)
    try await clock.advance(by: .seconds(30))
    failing.answer(.value(1))
    #expect(try await context.resolve(key)?.value == 1)
    #expect(try await context.resolve(key)?.value == 1)
  }

  @Test func `one damaged key is no reason to leave a member alone`() async throws {
    let damaged = says("a", .failure(.corruption))
    let context = composite([Member(damaged, failures: 2), Member(says("b", .value(2)))], .prioritized)
    for _ in 0..<10 { _ = try await context.resolve(key) }
    #expect(damaged.asked == 10)
  }

  @Test func `a result is given again until it is old or a member tells of a change`() async throws {
    let member = says("a", .value(1))
    let context = composite([Member(member)], .prioritized, keeping: .seconds(10))
    let first = try #require(try await context.resolve(key))
    #expect(first.reason == .fresh)
    try await clock.advance(by: .seconds(9))
    let second = try #require(try await context.resolve(key))
    #expect((second.reason, second.age) == (.cached, .seconds(9)))
    #expect(member.asked == 1)
    member.answer(.value(2))
    member.news.changed("key")
    #expect(try await context.resolve(key)?.value == 2)
    try await clock.advance(by: .seconds(10))
    #expect(try await context.resolve(key)?.value == 2)
    context.invalidate(key)
    #expect(try await context.resolve(key)?.value == 2)
    #expect(member.asked == 4)
  }

  @Test func `a composite may be a member, and who watches the outer is told of the innermost`() async throws {
    let member = says("a", .value(1))
    let inner = composite([Member(member), Member(says("b", .value(5)))], .prioritized, keeping: .seconds(10))
    let outer = composite([Member(inner), Member(says("c", .value(7)))], .prioritized, keeping: .seconds(10))
    var updates = outer.watch(key).makeAsyncIterator()
    let update1 = try await updates.next()?.get()
    #expect(update1?.value == 1)
    member.answer(.value(2))
    member.news.changed("key")
    let update2 = try await updates.next()?.get()
    #expect(update2?.value == 2)
  }

  @Test func `nothing is set through a composite`() async {
    let error = await #expect(throws: ContextError.self) {
      try await composite([Member(says("a", .none))], .prioritized).set(1, for: key)
    }
    #expect(error?.code == .readOnly)
  }
}
