import Testing

@testable import HoldfastRPC

/// What every poller does, on two connected sockets.
struct `Pollers` {
  private final class Setup {
    let poller: any Poller
    let left: Int32
    let right: Int32

    init(_ kind: PollerKind) throws {
      poller = try kind.makePoller()
      (left, right) = try System.socketPair()
    }

    deinit {
      System.close(left)
      System.close(right)
    }

    func poll(_ timeout: Duration? = .zero) throws -> [PollEvent] {
      var events: [PollEvent] = [PollEvent(token: 99, readable: true, writable: true)]
      try poller.wait(timeout: timeout, into: &events)
      return events
    }
  }

  @Test(arguments: PollerKind.allCases)
  func `unread bytes are told again and again`(_ kind: PollerKind) throws {
    let setup = try Setup(kind)
    try setup.poller.register(setup.left, .read, token: 7)
    #expect(try setup.poll() == [])
    try System.sendAll(setup.right, "hello")
    let readable = [PollEvent(token: 7, readable: true, writable: false)]
    #expect(try setup.poll(nil) == readable)
    #expect(try setup.poll() == readable)
    #expect(try System.receiveText(setup.left) == "hello")
    #expect(try setup.poll() == [])
  }

  @Test(arguments: PollerKind.allCases)
  func `interest can be changed`(_ kind: PollerKind) throws {
    let setup = try Setup(kind)
    try System.sendAll(setup.right, "x")
    try setup.poller.register(setup.left, .write, token: 1)
    #expect(try setup.poll() == [PollEvent(token: 1, readable: false, writable: true)])
    try setup.poller.modify(setup.left, [.read, .write], token: 2)
    #expect(try setup.poll() == [PollEvent(token: 2, readable: true, writable: true)])
    try setup.poller.modify(setup.left, .read, token: 3)
    #expect(try setup.poll() == [PollEvent(token: 3, readable: true, writable: false)])
  }

  @Test(arguments: PollerKind.allCases)
  func `nothing is heard of a descriptor that was removed`(_ kind: PollerKind) throws {
    let setup = try Setup(kind)
    try setup.poller.register(setup.left, .write, token: 1)
    try setup.poller.register(setup.right, .write, token: 2)
    setup.poller.remove(setup.left)
    #expect(try setup.poll() == [PollEvent(token: 2, readable: false, writable: true)])
    try setup.poller.register(setup.left, .write, token: 3)
    #expect(Set(try setup.poll().map(\.token)) == [2, 3])
  }

  @Test(arguments: PollerKind.allCases)
  func `a peer that is gone makes a descriptor ready for all`(_ kind: PollerKind) throws {
    let poller = try kind.makePoller()
    let (left, right) = try System.socketPair()
    defer { System.close(left) }
    try poller.register(left, .read, token: 1)
    System.close(right)
    var events: [PollEvent] = []
    try poller.wait(timeout: nil, into: &events)
    #expect(events == [PollEvent(token: 1, readable: true, writable: true)])
  }

  @Test(arguments: PollerKind.allCases)
  func `a descriptor that does not exist is refused`(_ kind: PollerKind) throws {
    let poller = try kind.makePoller()
    #expect(throws: SystemError.self) { try poller.register(1_000_000, .read, token: 1) }
  }

  @Test(arguments: PollerKind.allCases)
  func `waking ends the next wait and only that`(_ kind: PollerKind) throws {
    let setup = try Setup(kind)
    for _ in 0..<1000 { setup.poller.wake() }
    #expect(try setup.poll(nil) == [])
    // Were it still awake, a descriptor that gets ready later would be missed here.
    try setup.poller.register(setup.left, .read, token: 1)
    try Thread.start(name: "sender") { [right = setup.right] in _ = try? System.sendAll(right, "x") }
    #expect(try setup.poll(nil) == [PollEvent(token: 1, readable: true, writable: false)])
  }

  @Test(arguments: PollerKind.allCases)
  func `another thread wakes a waiting one`(_ kind: PollerKind) throws {
    let setup = try Setup(kind)
    let poller = setup.poller
    try Thread.start(name: "waker") { poller.wake() }
    #expect(try setup.poll(nil) == [])
  }

  @Test func `milliseconds are rounded up and never overflow`() {
    #expect(Duration.zero.millisecondsRoundedUp == 0)
    #expect(Duration.seconds(-5).millisecondsRoundedUp == 0)
    #expect(Duration.nanoseconds(1).millisecondsRoundedUp == 1)
    #expect(Duration.milliseconds(2).millisecondsRoundedUp == 2)
    #expect(Duration.microseconds(2001).millisecondsRoundedUp == 3)
    #expect(Duration.seconds(Int64.max).millisecondsRoundedUp == .max)
  }
}
