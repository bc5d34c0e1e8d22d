import HoldfastWire
import Testing

@testable import HoldfastTesting

struct `A plan of faults` {
  private let start = MonotonicTime(nanoseconds: 1 << 40)

  private func plan(_ seed: UInt64) -> FaultPlan {
    var plan = FaultPlan(seed: seed)
    plan.add(.badDay, at: start)
    return plan
  }

  /// What befalls a device's pushes when others call as well.
  private func faults(_ seed: UInt64, others: Int) -> [[Fault]] {
    var plan = plan(seed)
    return (0..<200).map { number in
      let now = start + .milliseconds(100 * number)
      for other in 0..<others { _ = plan.judge(.push, of: "other \(other)", at: now) }
      if others > 0 { _ = plan.judge(.pull, of: "phone", at: now) }
      return plan.judge(.push, of: "phone", at: now).faults
    }
  }

  @Test func `the same seed lets the same befall a device, whatever others do`() {
    #expect(faults(7, others: 0) == faults(7, others: 3))
    #expect(faults(7, others: 0) != faults(8, others: 0))
  }

  @Test func `a share is a share`() {
    var plan = FaultPlan(seed: 5)
    plan.add(.lostReplies(share: 0.25), at: start)
    let lost = (0..<4_000).filter { _ in plan.judge(.push, of: "phone", at: start).fault == .loseReply }.count
    #expect((900...1_100).contains(lost))
  }

  @Test func `turns come again and again`() {
    let turns = FaultRule.Times.turns(good: .seconds(4), bad: .seconds(2))
    #expect((0..<13).filter { turns.holds(.seconds($0)) } == [4, 5, 10, 11])
    #expect(turns.next(from: .seconds(1)) == .seconds(4))
    #expect(turns.next(from: .seconds(5)) == .seconds(5))
    #expect(turns.next(from: .seconds(7)) == .seconds(10))
    #expect(FaultRule.Times.turns(good: .seconds(1), bad: .zero).next(from: .zero) == nil)
    #expect(FaultRule.Times.between(.seconds(2), .seconds(3)).next(from: .zero) == .seconds(2))
    #expect(FaultRule.Times.between(.seconds(2), .seconds(3)).next(from: .seconds(3)) == nil)
  }

  @Test func `delays add up, and of all else the first counts`() {
    var plan = FaultPlan(seed: 1)
    let second = Duration.seconds(1)
    plan.add(.slow(second...second) + .slow(second...second) + .lostReplies(share: 1) + .partition(), at: start)
    let judgement = plan.judge(.pull, of: "phone", at: start)
    #expect(judgement.requestDelay == .seconds(2) && judgement.replyDelay == .seconds(2))
    #expect(judgement.fault == .loseReply)
    plan.clear()
    #expect(plan.judge(.pull, of: "phone", at: start).faults.isEmpty)
  }
}
