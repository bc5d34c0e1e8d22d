import HoldfastContract
import HoldfastWire
import Testing

@testable import HoldfastSync

struct PushPlanTests {
  @Test func `what waits goes in order, together`() {
    var plan = PushPlan([unit(2), unit(1), unit(3)])
    #expect(plan.next() == [1, 2, 3])
    #expect(plan.next() == nil)
    #expect(plan.count == 3)
    plan.finish(1)
    #expect(plan.isEmpty)
  }

  @Test func `the most urgent goes first`() {
    var plan = PushPlan([
      unit(1, .background), unit(2, .low), unit(3), unit(4, .high), unit(5, .critical), unit(6, .high),
    ])
    #expect(plan.next() == [5, 4, 6, 3, 2, 1])
  }

  @Test func `who has waited for long goes before who is more urgent and has just come`() {
    var plan = PushPlan([unit(1, .background, at: 0)])
    // Four levels, half a minute each.
    plan.enqueue(unit(2, .critical, at: 119))
    plan.enqueue(unit(3, .critical, at: 121))
    #expect(plan.next(at: 121) == [2, 1, 3])
  }

  @Test func `nothing waits for ever behind what is more urgent`() {
    var plan = PushPlan([unit(1, .background)])
    var position: UInt64 = 1
    var rounds = 0
    while plan.unit(of: 1) != nil, rounds < 1_000 {
      rounds += 1
      for _ in 0..<3 {
        position += 1
        plan.enqueue(unit(position, .critical, at: rounds))
      }
      let push = plan.nextPush(at: time(rounds), bounds: PushBounds(operations: 2))
      if let push { plan.finish(push.id.rawValue, at: rounds) }
    }
    #expect(rounds < 400)
  }

  @Test func `order holds within a lane, and what stands behind lends its urgency`() {
    var plan = PushPlan([unit(1, "a", .background), unit(2), unit(3, "a", .low)])
    plan.enqueue(unit(4, "a", .critical))
    #expect(plan.next(PushBounds(operations: 1)) == [1])
    plan.finish(1)
    #expect(plan.next(PushBounds(operations: 2)) == [3, 4])
    plan.finish(2)
    #expect(plan.next() == [2])
  }

  @Test func `a child goes behind its parent, and its own children behind it`() {
    // p; its child c; whose child g; another child of p.
    var plan = PushPlan([
      unit(1, "p", .background), unit(2, "cp", .low), unit(3, "gc", .critical), unit(4, "dp", .high),
    ])
    let push = plan.next()
    #expect(push == [1, 2, 3, 4] || push == [1, 2, 4, 3])
  }

  @Test func `pushes under way share no lane, and are three at most`() {
    var plan = PushPlan([unit(1, "a"), unit(2, "a"), unit(3, "b"), unit(4, "ab"), unit(5, "c"), unit(6, "d")])
    let one = PushBounds(operations: 1)
    #expect(plan.next(one) == [1])
    #expect(plan.next(one) == [3])
    #expect(plan.next(one) == [5])
    #expect(plan.next(one) == nil)
    plan.finish(3)
    #expect(plan.next() == [6])
    plan.finish(2)
    #expect(plan.next() == nil)
    plan.finish(1)
    #expect(plan.next() == [2, 4])
  }

  @Test func `a parked unit holds back what depends on it and nothing else`() {
    var plan = PushPlan([unit(1, "a", isParked: true), unit(2, "ab"), unit(3, "b"), unit(4, "c")])
    #expect(plan.next() == [4])
    #expect(plan.parked.map(\.position) == [1])
    #expect(plan.blockers(of: 3).map(\.position) == [2])
    #expect(plan.blockers(of: 2).map(\.position) == [1])
    var edited = unit(1, "a")
    edited.operations[0].number = 90
    #expect(plan.update(edited) == true)
    #expect(plan.next() == [90, 2, 3])
    #expect(plan.unit(of: 1) == nil)
  }

  @Test func `an operation that is to be decided parks its unit`() {
    var plan = PushPlan([unit(1, "a"), unit(2, "a"), unit(3, "b")])
    #expect(plan.next() == [1, 2, 3])
    let results: [UInt64: PushResult] = [1: .parked, 2: .again(after: .zero), 3: .done]
    #expect(plan.finish(PushPlan.PushID(rawValue: 1), results, at: time(0)) == true)
    #expect(plan.next() == nil)
    #expect(plan.parked.map(\.position) == [1])
    plan.remove(1)
    #expect(plan.next() == [2])
  }

  @Test func `what is not due waits, and so does what is behind it`() {
    var plan = PushPlan([unit(1, "a", notBefore: 10), unit(2, "a"), unit(3, "b")])
    #expect(plan.next() == [3])
    #expect(plan.nextDue == time(10))
    #expect(plan.hasReady(at: time(9)) == false)
    #expect(plan.hasReady(at: time(10)) == true)
    #expect(plan.next(at: 10) == [1, 2])
  }

  @Test func `the hub may ask for an operation again later`() {
    var plan = PushPlan([unit(1, "a"), unit(2, "a")])
    #expect(plan.next() == [1, 2])
    let again: [UInt64: PushResult] = [1: .again(after: .seconds(5)), 2: .again(after: .zero)]
    #expect(plan.finish(PushPlan.PushID(rawValue: 1), again, at: time(100)) == true)
    #expect(plan.next(at: 104) == nil)
    #expect(plan.nextDue == time(105))
    #expect(plan.next(at: 105) == [1, 2])
  }

  @Test func `what is read again from the queue is not put off again`() {
    var plan = PushPlan([unit(1, "a", notBefore: 10)])
    for seconds in [20, 30, 40] { plan.reload([unit(1, "a", notBefore: seconds)]) }
    #expect(plan.nextDue == time(10))
    #expect(plan.next(at: 10) == [1])
  }

  @Test func `a push that came to nothing is sent again`() {
    var plan = PushPlan([unit(1, "a"), unit(2, "a"), unit(3)])
    let first = plan.next()
    plan.fail(PushPlan.PushID(rawValue: 1))
    #expect(plan.next() == first)
    // An answer without any outcome is none.
    #expect(plan.finish(PushPlan.PushID(rawValue: 2), [:], at: time(0)) == false)
    #expect(plan.next() == first)
  }

  @Test func `a group goes whole, alone if it is large, and is done as a whole`() {
    var plan = PushPlan([unit(1), group(2, 3, "ab"), unit(5, "b")])
    let three = PushBounds(operations: 3)
    #expect(plan.next(three) == [1])
    #expect(plan.next(three) == [2, 3, 4])
    #expect(plan.next(three) == nil)
    #expect(
      plan.finish(PushPlan.PushID(rawValue: 2), [2: .done, 3: .again(after: .zero), 4: .done], at: time(0)) == false)
    #expect(plan.next(PushBounds(operations: 2)) == [2, 3, 4])
    plan.finish(3)
    #expect(plan.next() == [5])
  }

  @Test func `bytes bound a push, and one that is larger goes alone`() {
    var plan = PushPlan([unit(1, bytes: 60), unit(2, bytes: 60), unit(3, bytes: 900), unit(4, bytes: 30)])
    let bounds = PushBounds(bytes: 100)
    #expect(plan.next(bounds) == [1])
    #expect(plan.next(bounds) == [2])
    #expect(plan.next(bounds) == [3])
    plan.finish(1)
    #expect(plan.next(bounds) == [4])
  }

  @Test func `what was taken back is not sent, and sets free what was behind it`() {
    var plan = PushPlan([unit(1, "a", isParked: true), unit(2, "a"), unit(3, "a"), unit(4, "a")])
    plan.remove(3)
    plan.remove(3)
    #expect(plan.next() == nil)
    plan.remove(1)
    #expect(plan.next() == [2, 4])
    #expect(plan.isUnderWay(4) && !plan.isUnderWay(3))
  }

  @Test func `what is under way is not changed`() {
    var plan = PushPlan([unit(1, "a")])
    _ = plan.next()
    #expect(plan.update(unit(1, "a", .critical)) == false)
    #expect(plan.update(unit(9, "a")) == false)
    plan.finish(1, .again(after: .zero))
    #expect(plan.update(unit(1, "b")) == false)
    #expect(plan.update(unit(1, "a", .critical)) == true)
  }

  @Test func `what is stored counts`() {
    var plan = PushPlan([unit(1, "a"), unit(2, "b"), unit(5, "c")])
    #expect(plan.next(PushBounds(operations: 1)) == [1])
    // 2 is gone, 5 is parked, 6 has come.
    plan.reload([unit(1, "a"), unit(5, "c", isParked: true), unit(6, "a")])
    #expect(plan.next() == nil)
    #expect(plan.count == 3 && plan.isUnderWay(1))
    // 3 has come between.
    #expect(plan.enqueue(unit(3, "a")) == false)
    plan.reload([unit(1, "a"), unit(3, "a"), unit(5, "c"), unit(6, "a")])
    #expect(plan.next() == [5])
    plan.finish(1)
    #expect(plan.next() == [3, 6])
  }

  @Test(arguments: [
    (OutcomeKind.applied, PushResult.done), (.superseded, .done), (.gone, .done), (.conflict, .parked),
    (.rejected, .parked), (.retry, .again(after: .seconds(3))), (.blocked, .again(after: .zero)),
    (.unknown, .again(after: .zero)), (OutcomeKind(rawValue: 77), .again(after: .zero)),
  ])
  func `an outcome means something to the queue`(_ kind: OutcomeKind, _ result: PushResult) {
    #expect(PushResult(Outcome(kind: kind, retryAfter: .seconds(3))) == result)
  }

  @Test func `a hundred thousand of one lane and of many take steps in proportion`() {
    for lanes in ["a", ""] {
      var plan = PushPlan((1...100_000).map { unit($0, lanes, at: Int($0) / 1_000) })
      var sent: UInt64 = 0
      while let push = plan.nextPush(at: time(200)) {
        sent += UInt64(push.operations.count)
        plan.finish(push.id.rawValue, at: 200)
      }
      #expect(sent == 100_000 && plan.isEmpty)
    }
  }

  @Test func `whatever happens, lanes keep their order and all is done in the end`() {
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededGenerator(state: seed)
      var plan = PushPlan()
      var lanesOf: [UInt64: String] = [:]
      var waiting: [UInt64: String] = [:]
      var underWay: [PushPlan.Push] = []
      for step in 0..<200 {
        let now = time(step)
        switch Int.random(in: 0..<(step < 120 ? 6 : 4), using: &random) {
        case 0:
          guard let push = plan.nextPush(at: now, bounds: PushBounds(operations: .random(in: 1...5, using: &random)))
          else { break }
          // Whatever shares a lane with one of these and stands before it is in the push as well, before it.
          for (index, number) in push.operations.enumerated() {
            let before = waiting.keys.filter {
              $0 < number && !Set(waiting[$0] ?? "").isDisjoint(with: lanesOf[number] ?? "")
            }
            #expect(Set(before).isSubset(of: push.operations[..<index]), "seed \(seed)")
          }
          underWay.append(push)
          #expect(underWay.count <= Limits.pushes)
        case 1, 2:
          guard let index = underWay.indices.randomElement(using: &random) else { break }
          let push = underWay.remove(at: index)
          guard random.chance(70) else {
            plan.fail(push.id)
            break
          }
          var results: [UInt64: PushResult] = [:]
          var closed: Set<Character> = []
          for number in push.operations {
            let lanes = Set(lanesOf[number] ?? "")
            if !closed.isDisjoint(with: lanes) {
              results[number] = .again(after: .zero)
            } else {
              results[number] = [.done, .done, .parked, .again(after: .seconds(3))].randomElement(using: &random)
            }
            if results[number] == .done { waiting[number] = nil } else { closed.formUnion(lanes) }
          }
          plan.finish(push.id, results, at: now)
        case 3:
          // A person decides.
          guard var unit = plan.parked.randomElement(using: &random) else { break }
          if random.chance(50) {
            unit.isParked = false
            plan.update(unit)
          } else {
            plan.remove(unit.position)
            waiting[unit.position] = nil
          }
        default:
          let position = UInt64(step) + 1
          let lanes = String(("abcdef".shuffled(using: &random)).prefix(.random(in: 1...2, using: &random)))
          plan.enqueue(unit(position, lanes, Urgency.allCases.randomElement(using: &random) ?? .normal, at: step))
          (lanesOf[position], waiting[position]) = (lanes, lanes)
        }
      }
      for push in underWay { plan.finish(push.id.rawValue) }
      for var unit in plan.parked {
        unit.isParked = false
        plan.update(unit)
      }
      while let push = plan.nextPush(at: time(1_000)) { plan.finish(push.id.rawValue, at: 1_000) }
      #expect(plan.isEmpty, "seed \(seed)")
    }
  }
}
