import HoldfastWire
import Testing

@testable import HoldfastSync

/// A replica and its hub in step, as transcripts.
struct SyncMachineTests {
  // MARK: The ordinary course

  @Test func `a replica joins, pulls what is new, pushes what waits and is synced`() {
    let desk = MachineDesk([unit(1), unit(2)], pulledTo: 5)
    #expect(desk.status == .offline(pending: 2))
    #expect(desk.network(true) == [])
    #expect(desk.sleep() == ["join"])
    #expect(desk.joined(9) == ["open hints", "pull"])
    #expect(desk.status == .syncing(pending: 2))
    #expect(desk.pulled(9, hub: 9) == ["push 1: 1 2"])
    #expect(desk.pushed(1, hub: 11) == ["pull"])
    #expect(desk.status == .syncing(pending: 0))
    #expect(desk.pulled(11, hub: 11) == [])
    #expect(desk.status == .synced)
  }

  @Test func `a replica that has everything asks for nothing`() {
    let desk = MachineDesk(pulledTo: 9)
    #expect(desk.open(hub: 9) == [])
    #expect(desk.status == .synced)
  }

  @Test func `a change goes at once, and three pushes at most are under way`() {
    let desk = MachineDesk()
    desk.open()
    #expect(desk.enqueue(unit(1, "a")) == ["push 1: 1"])
    #expect(desk.enqueue(unit(2, "a")) == [])
    #expect(desk.enqueue(unit(3, "b")) == ["push 2: 3"])
    #expect(desk.enqueue(unit(4, "c")) == ["push 3: 4"])
    #expect(desk.enqueue(unit(5, "d")) == [])
    #expect(desk.pushed(3) == ["push 4: 5"])
    #expect(desk.status == .syncing(pending: 4))
  }

  @Test func `pages and pushes take turns, and never run together`() {
    let desk = MachineDesk([unit(1)])
    #expect(desk.open(hub: 30) == ["pull"])
    #expect(desk.enqueue(unit(2)) == [])
    #expect(desk.pulled(10, hub: 30, more: true) == ["push 1: 1 2"])
    #expect(desk.enqueue(unit(3)) == [])
    #expect(desk.pushed(1, hub: 32) == ["pull"])
    #expect(desk.pulled(20, hub: 32, more: true) == ["push 2: 3"])
    #expect(desk.pushed(2, hub: 33) == ["pull"])
    #expect(desk.pulled(30, hub: 33, more: true) == ["pull"])
    #expect(desk.pulled(33, hub: 33) == [])
  }

  @Test func `what is due while a page is under way does not ask to be looked at at once`() {
    let desk = MachineDesk([unit(1)])
    #expect(desk.open() == ["push 1: 1"])
    #expect(desk.pushed(1, .again(after: .seconds(5)), hub: 7) == ["pull"])
    #expect(desk.wake == desk.now + .seconds(5))
    #expect(desk.pass(.seconds(6)) == [])
    #expect(desk.wake > desk.now)
    #expect(desk.pulled(7, hub: 7) == ["push 2: 1"])
  }

  @Test func `a hint is answered with a pull, and one of what is there already with nothing`() {
    let desk = MachineDesk(pulledTo: 5)
    desk.open(hub: 5)
    #expect(desk.hinted(5) == [])
    #expect(desk.hinted(6) == ["pull"])
    #expect(desk.hinted(7) == [])
    #expect(desk.pulled(6, hub: 6) == [])
    #expect(desk.hinted(7) == ["pull"])
  }

  @Test func `an urgent hint goes before what waits to be sent`() {
    let desk = MachineDesk([unit(1, "a"), unit(2, "b")])
    desk.open(hub: 10)
    #expect(desk.pulled(10, hub: 20, more: true) == ["push 1: 1 2"])
    _ = desk.pushed(1, hub: 20)
    _ = desk.enqueue(unit(3, "c"))
    #expect(desk.hinted(21, isUrgent: true) == [])
    #expect(desk.pulled(20, hub: 21) == ["pull"])
    #expect(desk.pulled(21, hub: 21) == ["push 2: 3"])
  }

  @Test func `the hub is asked from time to time although it says nothing`() {
    let desk = MachineDesk()
    desk.open()
    #expect(desk.pass(.seconds(890)).filter { $0 == "pull" } == ["pull"])
    _ = desk.pulled(0, hub: 0)
    #expect(desk.pass(.seconds(890)).filter { $0 != "look" } == [])
    #expect(desk.pass(.seconds(20)).filter { $0 != "look" } == ["pull"])
  }

  // MARK: Nothing sleeps for ever

  @Test func `the stored queue is looked at again, whatever state it is in`() {
    let offline = MachineDesk()
    #expect(offline.pass(.seconds(61)) == ["look", "look"])
    let open = MachineDesk()
    open.open()
    // Another process has stored something, and nobody has said so.
    #expect(open.sleep() == ["look"])
    #expect(open.reload([unit(1)]) == ["push 1: 1"])
    let stuck = MachineDesk()
    stuck.open()
    _ = stuck.failed(.pull, .needs(.access))
    #expect(stuck.pass(.seconds(31)).contains("look"))
  }

  @Test func `what comes out of order is a reason to look at all`() {
    let desk = MachineDesk([unit(5)])
    #expect(desk.enqueue(unit(3)) == ["look"])
    #expect(desk.update(unit(9)) == ["look"])
    #expect(desk.reload([unit(3), unit(5), unit(9)]) == [])
    #expect(desk.open() == ["push 1: 3 5 9"])
  }

  @Test func `an operation that is not due yet goes when it is`() {
    let desk = MachineDesk([unit(1, "a", notBefore: 1_010), unit(2, "a")])
    #expect(desk.open() == [])
    #expect(desk.status == .pending(2))
    #expect(desk.pass(.seconds(9)) == [])
    #expect(desk.pass(.seconds(1)) == ["push 1: 1 2"])
  }

  @Test func `the next wake is never later than the next look`() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(state: seed)
      let desk = MachineDesk(seed: seed)
      for step in 0..<100 as Range<UInt64> {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: _ = desk.network(random.chance(60))
        case 1: _ = desk.enqueue(unit(step + 1, random.chance(50) ? "a" : ""))
        case 2: _ = desk.joined(step)
        case 3: _ = desk.pulled(step, hub: step, more: random.chance(50))
        case 4: _ = desk.pushed(.random(in: 0...step, using: &random), random.chance(80) ? .done : .parked)
        case 5: _ = desk.failed([.pull, .join, .hints].randomElement(using: &random) ?? .pull)
        case 6: _ = desk.failedPush(.random(in: 0...step, using: &random))
        default: _ = desk.pass(.seconds(.random(in: 0...40, using: &random)))
        }
        #expect(desk.wake <= desk.now + MachineDesk.timing.look)
      }
    }
  }

  // MARK: What has to change

  @Test func `without a credential it asks for one and loses nothing`() {
    let desk = MachineDesk([unit(1), unit(2, "a")])
    desk.open()
    #expect(desk.failedPush(1, .needs(.credential)) == ["close hints", "ask for credential"])
    #expect(desk.status == .stuck(.credential, pending: 2))
    #expect(desk.enqueue(unit(3)) == [])
    #expect(desk.pass(.seconds(200)).contains("ask for credential"))
    #expect(desk.granted(.access) == [])
    #expect(desk.granted(.credential) == ["join"])
    #expect(desk.joined(0) == ["open hints", "push 2: 1 2 3"])
  }

  @Test(arguments: [SyncNeed.credential, .incarnation])
  func `what is granted and of no use is not tried again at once`(_ need: SyncNeed) {
    let desk = MachineDesk([unit(1)])
    _ = desk.network(true)
    _ = desk.sleep()
    #expect(desk.failed(.join, .needs(need)) == ["ask for \(need)"])
    #expect(desk.granted(need) == ["join"])
    var joins = 0
    for _ in 0..<200 {
      #expect(desk.failed(.join, .needs(need)) == ["ask for \(need)"])
      #expect(desk.granted(need) == [])
      #expect(desk.status == .stuck(need, pending: 1))
      let begin = desk.now
      while !desk.sleep().contains("join") {}
      joins += desk.now > begin ? 1 : 0
    }
    // A wait may be as short as it gets, but not time and again.
    #expect(joins > 190)
    // So much time has passed that it pulls first.
    #expect(desk.joined(0) == ["open hints", "pull"])
    // After that, what is needed anew is tried at once.
    #expect(desk.failed(.pull, .needs(need)) == ["close hints", "ask for \(need)"])
    #expect(desk.granted(need) == ["join"])
  }

  @Test func `an incarnation of another is replaced`() {
    let desk = MachineDesk([unit(1)])
    _ = desk.network(true)
    _ = desk.sleep()
    #expect(desk.failed(.join, .needs(.incarnation)) == ["ask for incarnation"])
    #expect(desk.granted(.incarnation) == ["join"])
    #expect(desk.joined(0) == ["open hints", "push 1: 1"])
  }

  @Test(arguments: [SyncNeed.access, .program])
  func `where only the hub can change something it tries again`(_ need: SyncNeed) {
    let desk = MachineDesk([unit(1)])
    _ = desk.network(true)
    _ = desk.sleep()
    #expect(desk.failed(.join, .needs(need)) == ["ask for \(need)"])
    #expect(desk.status == .stuck(need, pending: 1))
    #expect(desk.pass(.seconds(2)).contains("join"))
    #expect(desk.joined(0) == ["open hints", "push 1: 1"])
  }

  @Test func `who may only read goes on doing so, and tries to push ever more rarely`() {
    let desk = MachineDesk([unit(1)])
    #expect(desk.open() == ["push 1: 1"])
    let begin = desk.now
    for push in 1...40 as ClosedRange<UInt64> {
      #expect(desk.failedPush(push, .needs(.access)) == ["ask for access", "pull"])
      #expect(desk.pulled(push, hub: push) == [])
      #expect(desk.status == .stuck(.access, pending: 1))
      // What others do is heard of meanwhile, and is no reason to try sooner.
      #expect(desk.hinted(push + 1) == ["pull"])
      #expect(desk.pulled(push + 1, hub: push + 1) == [])
      while true {
        let actions = desk.sleep()
        if actions.contains("push \(push + 1): 1") { break }
        if actions.contains("pull") { #expect(desk.pulled(push + 1, hub: push + 1) == []) }
      }
    }
    // By chance a wait lasts half of what it may on average, which is a minute after the first few.
    #expect(desk.now - begin > .seconds(40 * 20))
    // Once it may, nothing waits any longer.
    #expect(desk.pushed(41) == [])
    #expect(desk.status == .synced)
    #expect(desk.enqueue(unit(2)) == ["push 42: 2"])
  }

  @Test func `what may be written again goes at once`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    #expect(desk.failedPush(1, .needs(.access)) == ["ask for access", "pull"])
    #expect(desk.pulled(0, hub: 0) == [])
    #expect(desk.granted(.access) == ["push 2: 1"])
  }

  @Test func `who may no longer see anything is told by the pull after the push`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    #expect(desk.failedPush(1, .needs(.access)) == ["ask for access", "pull"])
    #expect(desk.failed(.pull, .needs(.access)) == ["close hints", "ask for access"])
    #expect(desk.status == .stuck(.access, pending: 1))
  }

  @Test func `another history is pulled from the start, and the queue stays`() {
    let desk = MachineDesk([unit(1, isParked: true), unit(2)], pulledTo: 500)
    #expect(desk.open(hub: 0, isNewHistory: true) == ["pull"])
    #expect(desk.plan.count == 2)
    #expect(desk.pulled(0, hub: 0) == ["push 1: 2"])
  }

  @Test func `a hub that is behind the cursor is asked as well`() {
    let desk = MachineDesk(pulledTo: 500)
    #expect(desk.open(hub: 400) == ["pull"])
    #expect(desk.pulled(400, hub: 400) == [])
    #expect(desk.status == .synced)
  }

  @Test func `it is not synced while anything waits`() {
    let desk = MachineDesk([unit(1, "a", isParked: true)])
    desk.open()
    #expect(desk.status == .pending(1))
    _ = desk.remove(1)
    #expect(desk.status == .synced)
    _ = desk.network(false)
    #expect(desk.status == .offline(pending: 0))
  }

  @Test func `what comes late is still taken`() {
    let desk = MachineDesk([unit(1)])
    desk.open()
    _ = desk.network(false)
    #expect(desk.pushed(1, hub: 1) == [])
    #expect(desk.plan.isEmpty)
    #expect(desk.joined(9) == [])
    #expect(desk.status == .offline(pending: 0))
  }

  @Test(arguments: [
    (Status.unauthenticated, SyncFault.needs(.credential)), (.permissionDenied, .needs(.access)),
    (.unavailable, .unreachable(retryAfter: .seconds(1))), (.deadlineExceeded, .unreachable(retryAfter: .seconds(1))),
    (.resourceExhausted, .unreachable(retryAfter: .seconds(1))), (.internal, .refused(.internal)),
    (.invalidArgument, .refused(.invalidArgument)), (Status(rawValue: 99), .unreachable(retryAfter: .seconds(1))),
  ])
  func `a status means something to it`(_ status: Status, _ fault: SyncFault) {
    #expect(SyncFault(status, retryAfter: .seconds(1)) == fault)
  }

  @Test func `the same seed takes the same steps`() {
    let run = { (seed: UInt64) in
      var random = SeededGenerator(state: 77)
      let desk = MachineDesk([unit(1), unit(2)], seed: seed)
      var transcript: [String] = []
      for _ in 0..<200 {
        transcript += desk.network(random.chance(80)) + desk.sleep() + desk.joined(3) + desk.failed(.join)
        transcript.append("\(desk.now)")
      }
      return transcript
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
  }
}
