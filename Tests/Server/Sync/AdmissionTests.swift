import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `Devices that come all at once` {
  /// A virtual hour of a queue, in milliseconds.
  private struct Desk {
    var queue: AdmissionQueue
    var now: UInt64 = 0
    /// Who comes, and who leaves, by the time at which they do.
    var arrivals: [UInt64: [Int]] = [:]
    var departures: [UInt64: Int] = [:]
    var waiting: [AdmissionQueue.Ticket: Int] = [:]
    var served: [Int: UInt64] = [:]
    var mostAdmitted = 0
    var tries = 0
    let stay: UInt64 = 20

    mutating func step(client: (Int) -> String) {
      for _ in 0..<(departures.removeValue(forKey: now) ?? 0) {
        guard let ticket = queue.leave(after: .milliseconds(stay)) else { continue }
        if let device = waiting.removeValue(forKey: ticket) { begin(device) }
      }
      for device in arrivals.removeValue(forKey: now) ?? [] {
        tries += 1
        switch queue.enter(client(device), at: MonotonicTime(nanoseconds: now * 1_000_000)) {
        case .admitted: begin(device)
        case .waits(let ticket): waiting[ticket] = device
        case .refused(let pause):
          arrivals[now + UInt64(pause / .milliseconds(1)) + 1, default: []].append(device)
        }
      }
      mostAdmitted = max(mostAdmitted, queue.admitted)
      now += 1
    }

    private mutating func begin(_ device: Int) {
      served[device] = now
      departures[now + stay, default: 0] += 1
    }
  }

  @Test func `ten thousand devices are all served, never more at once than there is room for`() {
    var desk = Desk(queue: AdmissionQueue(capacity: 8))
    desk.arrivals[0] = Array(0..<10_000)
    while desk.served.count < 10_000, desk.now < 3_600_000 { desk.step { _ in "all" } }
    #expect(desk.served.count == 10_000)
    #expect(desk.mostAdmitted == 8)
    // 10,000 at 8 in 20 ms take 25 s; who is sent away comes back about when there is room.
    #expect(desk.now < 60_000)
    #expect(desk.tries < 40_000)
  }

  @Test func `one that asks for much does not keep the others out`() {
    var desk = Desk(queue: AdmissionQueue(capacity: 1))
    desk.arrivals[0] = Array(0..<100)
    desk.arrivals[1] = [100]
    while desk.served[100] == nil, desk.now < 10_000 { desk.step { $0 < 100 ? "greedy" : "modest" } }
    #expect(desk.served.count < 5)
  }

  @Test func `who gives up takes nobody's place`() {
    var queue = AdmissionQueue(capacity: 1)
    let now = MonotonicTime(nanoseconds: 0)
    #expect(queue.enter("a", at: now) == .admitted)
    guard case .waits(let first) = queue.enter("a", at: now), case .waits(let second) = queue.enter("a", at: now),
      case .waits(let third) = queue.enter("b", at: now)
    else {
      Issue.record("who finds no room waits")
      return
    }
    let givenUp = [queue.giveUp(first), queue.giveUp(first)]
    #expect(givenUp == [true, false])
    let next = queue.leave(after: .zero)
    #expect(next == second)
    let isTooLate = !queue.giveUp(second)
    #expect(isTooLate)
    let rest = [queue.leave(after: .zero), queue.leave(after: .zero)]
    #expect(rest == [third, nil])
    #expect(queue.admitted == 0 && queue.waiting == 0)
  }

  @Test func `calls beyond the cap wait, and one that is cancelled lets the others go on`() async throws {
    let admission = Admission(capacity: 2)
    let inside = Lock((now: 0, most: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let call = Task {
            try await admission.admitted("client \(number % 7)") {
              inside.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
              }
              await Task.yield()
              inside.withLock { $0.now -= 1 }
            }
          }
          if number % 3 == 0 { call.cancel() }
          let result = await call.result
          if number % 3 != 0 { try result.get() }
        }
      }
      try await group.waitForAll()
    }
    #expect(inside.withLock { $0.now } == 0)
    #expect(inside.withLock { $0.most } <= 2)
    // All room has been given back.
    try await admission.admitted("last") {}
  }
}

struct `Devices that come all at once to a hub` {
  private let hub: PersistenceFixture
  private var writer: Device

  init() async throws {
    hub = try await PersistenceFixture(admitting: 1)
    writer = Device(hub.rpcClient("writer"), 1)
    try await writer.join()
    try await writer.push(.create(1, .title("a")))
  }

  @Test func `all of them get their pages in the end`() async throws {
    let client = hub.rpcClient()
    let held = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 10..<110 as Range<UInt8> {
        group.addTask {
          var device = Device(client, number)
          try await device.join()
          try await device.pull()
          return device.entities.count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(held == 100)
  }

  @Test mutating func `who has nothing to get need not wait for the others`() async throws {
    var upToDate = Device(hub.rpcClient(), 2)
    try await upToDate.join()
    try await upToDate.pull()
    let isInside = Happening()
    let mayLeave = Happening()
    let admission = hub.sync.admission
    let occupant = Task {
      try await admission.admitted("occupant") {
        isInside.pass()
        await mayLeave.wait()
      }
    }
    await isInside.wait()
    #expect(try await upToDate.pullPage().entities.isEmpty)
    #expect(try await upToDate.join().sequence == 1)
    #expect(try await writer.push(.create(2)).words == ["applied 2"])
    // A page has to wait.
    async let page = pull(upToDate)
    mayLeave.pass()
    #expect(try await page.entities.count == 2)
    try await occupant.value
  }

  private func pull(_ device: Device) async throws -> Device {
    var device = device
    try await device.pull()
    return device
  }
}
