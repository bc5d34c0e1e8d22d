import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

struct `An event loop` {
  // MARK: Jobs

  @Test(arguments: PollerKind.allCases)
  func `jobs of another thread run on the loop, in order`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let log = Log()
      for number in 0..<100 { loop.execute { log.add("\(number) \(loop.isCurrent)") } }
      _ = try await loop.call {}
      #expect(log.all == (0..<100).map { "\($0) true" })
      #expect(!loop.isCurrent)
    }
  }

  @Test func `a job from the loop itself runs behind those that wait`() async throws {
    try await withLoop { loop in
      let log = Log()
      try await loop.call {
        loop.execute {
          log.add("first")
          loop.execute { log.add("third") }
        }
        loop.execute { log.add("second") }
      }
      _ = try await loop.call {}
      _ = try await loop.call {}
      #expect(log.all == ["first", "second", "third"])
    }
  }

  @Test(arguments: PollerKind.allCases)
  func `no job of many threads is lost, and each wakes the loop`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let count = Lock(0)
      let ended = Happening()
      for _ in 0..<4 {
        try Thread.start(name: "sender") {
          for _ in 0..<500 {
            // One job at a time: the loop goes to sleep in between.
            let gate = Gate()
            loop.execute {
              count.withLock { $0 += 1 }
              gate.open()
            }
            gate.wait()
          }
          loop.execute {
            count.withLock { $0 += 1000 }
            ended.pass()
          }
        }
      }
      await ended.wait(for: 4)
      #expect(count.withLock { $0 } == 6000)
    }
  }

  @Test func `a job that goes on for ever does not keep sockets from being served`() async throws {
    try await withLoop { loop in
      let (left, right) = try System.socketPair()
      defer { System.close(right) }
      let log = Log()
      loop.execute { spin(on: loop, until: log) }
      try await loop.call {
        try loop.register(
          left,
          Handler { _, _, _ in
            log.add("served")
            loop.deregister(left)
            System.close(left)
          }, .read)
      }
      try System.sendAll(right, "x")
      await log.wait()
      #expect(log.all == ["served"])
    }
  }

  // MARK: Descriptors

  @Test(arguments: PollerKind.allCases)
  func `a handler hears what it asked for until it is deregistered`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let (left, right) = try System.socketPair()
      defer { System.close(right) }
      let log = Log()
      try System.sendAll(right, "x")
      let done: String = try await withCheckedThrowingContinuation { continuation in
        loop.execute {
          let handler = Handler { _, readable, writable in
            log.add("\(readable) \(writable)")
            do {
              switch log.all.count {
              case 1: try loop.setInterest(left, .write)
              case 2: try loop.setInterest(left, [.read, .write])
              default:
                let text = try System.receiveText(left) ?? ""
                loop.deregister(left)
                System.close(left)
                continuation.resume(returning: text)
              }
            } catch {
              continuation.resume(throwing: error)
            }
          }
          do { try loop.register(left, handler, .read) } catch { continuation.resume(throwing: error) }
        }
      }
      #expect(done == "x")
      #expect(log.all == ["true false", "false true", "true true"])
    }
  }

  @Test(arguments: PollerKind.allCases)
  func `without interest even a broken descriptor is silent, until there is interest again`(
    _ kind: PollerKind
  ) async throws {
    try await withLoop(kind) { loop in
      let (left, right) = try System.socketPair()
      let log = Log()
      try await loop.call { try loop.register(left, Handler { _, _, _ in log.add("ready") }, .read) }
      try await loop.call { try loop.setInterest(left, []) }
      System.close(right)
      // Many turns, with nothing heard in any of them.
      for _ in 0..<10 { _ = try await loop.call {} }
      #expect(log.all == [])
      try await loop.call { try loop.setInterest(left, .read) }
      await log.wait()
      try await loop.call {
        loop.deregister(left)
        System.close(left)
      }
    }
  }

  @Test(arguments: PollerKind.allCases)
  func `an event for a closed descriptor does not reach the next owner of its number`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let first = try System.socketPair()
      let second = try System.socketPair()
      let fresh = try System.socketPair()
      let log = Log()
      try System.sendAll(first.1, "x")
      try System.sendAll(second.1, "x")
      try await loop.call {
        // Both are ready in one batch; whichever is served first gives the other's number to a socket with no bytes.
        func takeOver(_ mine: Int32, _ other: Int32) {
          log.add("served")
          loop.deregister(mine)
          loop.deregister(other)
          #expect(throws: Never.self) {
            try System.replace(other, by: fresh.0)
            try loop.register(
              other,
              Handler { _, _, _ in
                log.add("new owner: \((try? System.receiveText(other)) ?? "nothing")")
                loop.deregister(other)
              }, .read)
          }
        }
        try loop.register(first.0, Handler { _, _, _ in takeOver(first.0, second.0) }, .read)
        try loop.register(second.0, Handler { _, _, _ in takeOver(second.0, first.0) }, .read)
      }
      await log.wait()
      for _ in 0..<3 { _ = try await loop.call {} }
      #expect(log.all == ["served"])
      try System.sendAll(fresh.1, "hello")
      await log.wait(for: 2)
      #expect(log.all == ["served", "new owner: hello"])
      for fd in [first.0, first.1, second.0, second.1, fresh.0, fresh.1] { System.close(fd) }
    }
  }

  @Test func `a descriptor has one owner`() async throws {
    try await withLoop { loop in
      let (left, right) = try System.socketPair()
      try await loop.call {
        try loop.register(left, Handler { _, _, _ in }, .read)
        #expect(throws: SystemError.self) { try loop.register(left, Handler { _, _, _ in }, .read) }
        #expect(throws: SystemError.self) { try loop.register(-1, Handler { _, _, _ in }, .read) }
        loop.deregister(left)
        loop.deregister(left)
        try loop.setInterest(left, .write)
      }
      System.close(left)
      System.close(right)
    }
  }

  // MARK: Timers

  @Test(arguments: PollerKind.allCases)
  func `timers fire by time and not when cancelled`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let log = Log()
      let finished: Bool = await withCheckedContinuation { continuation in
        loop.execute {
          let start = MonotonicTime.now()
          loop.schedule(at: start + .milliseconds(4)) {
            log.add("late")
            continuation.resume(returning: loop.now >= start + .milliseconds(4))
          }
          let cancelled = loop.schedule(at: start + .milliseconds(3)) { log.add("cancelled") }
          loop.schedule(at: start + .milliseconds(2)) { loop.cancel(cancelled) }
          loop.schedule(at: start + .milliseconds(1)) { log.add("early") }
          loop.schedule(at: start) { log.add("at once") }
        }
      }
      #expect(finished)
      #expect(log.all == ["at once", "early", "late"])
    }
  }

  @Test func `100,000 timers, most of them cancelled, are no matter`() async throws {
    try await withLoop { loop in
      let count: Int = await withCheckedContinuation { continuation in
        loop.execute {
          let fired = Lock(0)
          let start = MonotonicTime.now()
          for number in 0..<100_000 {
            let token = loop.schedule(at: start + .microseconds(number % 100)) { fired.withLock { $0 += 1 } }
            if number % 10 != 0 { loop.cancel(token) }
          }
          loop.schedule(at: start + .milliseconds(1)) { continuation.resume(returning: fired.withLock { $0 }) }
        }
      }
      #expect(count == 10_000)
    }
  }

  @Test func `what goes with a timer or a handler may cancel and deregister in its turn`() async throws {
    final class Owner {
      private let end: () -> Void
      init(_ end: @escaping () -> Void) { self.end = end }
      deinit { end() }
    }
    let log = Log()
    let (left, right) = try System.socketPair()
    let loop = try EventLoop(name: "test")
    try loop.start()
    try await loop.call {
      let far = loop.now + .seconds(1000)
      let inner = loop.schedule(at: far) {}
      let timerOwner = Owner {
        loop.cancel(inner)
        log.add("timer")
      }
      let outer = loop.schedule(at: far) { _ = timerOwner }
      let handlerOwner = Owner {
        loop.deregister(right)
        log.add("handler")
      }
      try loop.register(right, Handler { _, _, _ in }, .read)
      try loop.register(left, Handler { _, _, _ in _ = handlerOwner }, .read)
      let lastOwner = Owner {
        loop.schedule(at: far) {}
        log.add("end")
      }
      loop.schedule(at: far) { _ = lastOwner }
      loop.execute {
        loop.cancel(outer)
        loop.deregister(left)
      }
    }
    _ = try await loop.call {}
    #expect(log.all == ["timer", "handler"])
    loop.shutdown()
    #expect(log.all == ["timer", "handler", "end"])
    System.close(left)
    System.close(right)
  }

  // MARK: The end of a turn

  @Test func `turn-end handlers run once, after jobs and timers, and once more for what they caused`() async throws {
    try await withLoop { loop in
      let log = Log()
      let (left, right) = try System.socketPair()
      defer { System.close(right) }
      try await loop.call {
        let end = TurnEnd {
          log.add("end")
          loop.execute {
            log.add("job of the end")
            loop.atTurnEnd(TurnEnd { log.add("end again") })
          }
        }
        try loop.register(
          left,
          Handler { _, _, _ in
            log.add("event")
            loop.deregister(left)
            System.close(left)
          }, .read)
        loop.schedule(at: loop.now) { log.add("timer") }
        loop.atTurnEnd(end)
        loop.atTurnEnd(TurnEnd { log.add("other end") })
        loop.atTurnEnd(end)
        // Ready from now on, and not served before this turn is through.
        try System.sendAll(right, "x")
        loop.execute { log.add("job") }
      }
      await log.wait(for: 7)
      #expect(log.all == ["job", "timer", "end", "other end", "job of the end", "end again", "event"])
    }
  }
}

/// Enqueues itself until something was logged.
@Sendable private func spin(on loop: EventLoop, until log: Log) {
  if log.all.isEmpty { loop.execute { spin(on: loop, until: log) } }
}
