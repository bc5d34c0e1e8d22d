import HoldfastWire
import Testing

@testable import HoldfastSync

/// What the sync machine does when calls fail, as transcripts.
struct SyncFaultTests {
  @Test func `a lost reply is sent again before the next pull`() {
    let desk = MachineDesk([unit(1, "a")])
    desk.open()
    #expect(desk.failedPush(1) == ["close hints"])
    #expect(desk.status == .offline(pending: 1))
    #expect(desk.sleep() == ["join"])
    // The hub may have done it, so its sequence has grown.
    #expect(desk.joined(1) == ["open hints", "push 2: 1"])
    #expect(desk.pushed(2, hub: 1) == ["pull"])
  }

  @Test func `what was sent before a crash goes before the first pull`() {
    let desk = MachineDesk([unit(1, "a"), unit(2, "a")], sent: [1])
    #expect(desk.open(hub: 7) == ["push 1: 1 2"])
    #expect(desk.pushed(1, hub: 8) == ["pull"])
  }

  @Test func `a pull does not wait for ever for operations whose outcomes never come`() {
    let desk = MachineDesk([unit(1, "a"), unit(2, "b")], sent: [1])
    var actions = desk.open(hub: 7)
    var pushes: UInt64 = 0
    while actions.first?.hasPrefix("push") == true, pushes < 100 {
      pushes += 1
      _ = desk.enqueue(unit(pushes + 10, "b"))
      // The hub keeps silent about the first.
      actions = desk.pushed(pushes, [pushes == 1 ? 2 : pushes + 9: .done])
    }
    #expect(actions == ["pull"])
    #expect(pushes <= Limits.pushesBeforePull)
  }

  @Test func `a failed pull is made again`() {
    let desk = MachineDesk()
    #expect(desk.open(hub: 4) == ["pull"])
    #expect(desk.failed(.pull) == ["close hints"])
    #expect(desk.sleep() == ["join"])
    #expect(desk.joined(4) == ["open hints", "pull"])
  }

  @Test func `one fault of the network counts once, however many calls it ends`() {
    let desk = MachineDesk([unit(1, "a")])
    desk.open()
    _ = desk.enqueue(unit(2, "b"))
    _ = desk.failedPush(1)
    let wake = desk.wake
    #expect(desk.failedPush(2) == [])
    #expect(desk.failed(.hints) == [])
    #expect(desk.wake == wake)
    #expect(desk.plan.pushesUnderWay == 0)
  }

  @Test func `waits grow up to a bound, are never the same for all, and start anew after success`() {
    let waits = { (seed: UInt64) in
      let desk = MachineDesk(seed: seed)
      _ = desk.network(true)
      for _ in 0..<40 {
        while desk.sleep() != ["join"] {}
        _ = desk.failed(.join)
      }
      return desk.waits
    }
    let one = waits(1)
    #expect(one.allSatisfy { $0 <= .seconds(64) } && one.contains { $0 > .seconds(20) })
    #expect(one[1] <= .seconds(1))
    #expect(one != waits(2))
    #expect(one == waits(1))
    let desk = MachineDesk([unit(1)])
    for _ in 0..<20 {
      _ = desk.failed(.join)
      while desk.sleep() != ["join"] { _ = desk.network(true) }
    }
    #expect(desk.joined(0).last == "pull")
    #expect(desk.pulled(0, hub: 0) == ["push 1: 1"])
    _ = desk.failedPush(1)
    #expect(desk.wake <= desk.now + .seconds(1))
  }

  @Test func `the hub's wish to be left alone wins`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    _ = desk.failedPush(1, .unreachable(retryAfter: .seconds(25)))
    #expect(desk.pass(.seconds(24)) == [])
    // The network coming and going does not change it.
    _ = desk.network(false)
    _ = desk.network(true)
    #expect(desk.pass(.milliseconds(900)) == [])
    #expect(desk.pass(.milliseconds(100)) == ["join"])
  }

  @Test func `all resumes at once when the network is back`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    _ = desk.failedPush(1)
    for _ in 0..<10 {
      while desk.sleep() != ["join"] {}
      _ = desk.failed(.join)
    }
    _ = desk.network(false)
    #expect(desk.pass(.seconds(29)).contains("join") == false)
    _ = desk.network(true)
    #expect(desk.pass(.milliseconds(250)) == ["join"])
  }

  @Test func `to hear again and again that the network is there keeps nobody waiting`() {
    let desk = MachineDesk()
    _ = desk.network(true)
    let wake = desk.wake
    for _ in 0..<20 { _ = desk.network(true) }
    #expect(desk.wake <= wake)
  }

  @Test func `devices whose network comes back together come apart`() {
    let waits = (0..<40 as Range<UInt64>).map { seed in
      let desk = MachineDesk(seed: seed)
      _ = desk.network(true)
      _ = desk.sleep()
      return desk.waits[0]
    }
    #expect(Set(waits).count == waits.count)
    #expect(waits.allSatisfy { $0 <= .milliseconds(250) })
  }

  @Test func `a stream of hints that ends is opened again, and the hub is asked meanwhile`() {
    let desk = MachineDesk()
    desk.open()
    for _ in 0..<12 {
      _ = desk.failed(.hints)
      while !desk.sleep().contains("open hints") { _ = desk.pulled(0, hub: 0) }
    }
    _ = desk.failed(.hints, .unreachable(retryAfter: .seconds(600)))
    #expect(desk.pass(.seconds(60)).contains("pull"))
    _ = desk.pulled(0, hub: 0)
    #expect(desk.pass(.seconds(600)).contains("open hints"))
  }

  @Test func `a push that the hub cannot take is halved until the one at fault is parked`() {
    let desk = MachineDesk((1...4).map { unit($0, "a") })
    #expect(desk.open() == ["push 1: 1 2 3 4"])
    #expect(desk.failedPush(1, .refused(.internal)) == ["push 2: 1 2"])
    #expect(desk.failedPush(2, .refused(.internal)) == ["push 3: 1"])
    #expect(desk.failedPush(3, .refused(.internal)) == ["park 1: internal"])
    #expect(desk.status == .pending(4))
    // It alone is held back, with what depends on it.
    #expect(desk.enqueue(unit(5, "b")) == ["push 4: 5"])
    #expect(desk.remove(1) == ["push 5: 2"])
    #expect(desk.pushed(5) == ["push 6: 3 4"])
  }

  @Test func `an answer that says nothing is a failure`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    #expect(desk.pushed(1, .again(after: .zero)) == ["close hints"])
    #expect(desk.sleep() == ["join"])
    #expect(desk.joined(0) == ["open hints", "push 2: 1"])
    // A time to come back is an answer.
    #expect(desk.pushed(2, .again(after: .seconds(3))) == [])
    #expect(desk.pass(.seconds(3)) == ["push 3: 1"])
  }
}
