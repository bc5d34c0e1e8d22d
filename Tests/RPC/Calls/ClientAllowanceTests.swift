import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

struct `A spending rate` {
  @Test func `a burst at once, then so many a second`() {
    var rate = SpendingRate(perSecond: 10, burst: .seconds(1))
    for _ in 0..<10 {
      #expect(rate.wait(at: start) == .zero)
      rate.take(1, at: start)
    }
    #expect(rate.wait(at: start) == .milliseconds(100))
    #expect(rate.wait(at: start + .milliseconds(99)) == .milliseconds(1))
    #expect(rate.wait(at: start + .milliseconds(100)) == .zero)
    rate.take(1, at: start + .milliseconds(100))
    #expect(rate.wait(at: start + .milliseconds(150)) == .milliseconds(50))
  }

  @Test func `what is overdrawn is paid off first`() {
    var rate = SpendingRate(perSecond: 1_000, burst: .seconds(1))
    rate.take(5_000, at: start)
    #expect(rate.wait(at: start) == .seconds(4) + .milliseconds(1))
    #expect(rate.wait(at: start + .seconds(5)) == .zero)
  }

  @Test func `time that nobody used is made up for no longer than the burst`() {
    var rate = SpendingRate(perSecond: 1, burst: .seconds(2))
    let later = start + .seconds(1_000)
    rate.take(1, at: later)
    rate.take(1, at: later)
    #expect(rate.wait(at: later) == .seconds(1))
  }

  @Test func `a burst shorter than one unit still lets one through`() {
    var rate = SpendingRate(perSecond: 1, burst: .milliseconds(1))
    #expect(rate.wait(at: start) == .zero)
    rate.take(1, at: start)
    #expect(rate.wait(at: start) == .seconds(1))
  }

  @Test func `a rate of more than a thousand million bytes does not stand still`() {
    var rate = SpendingRate(perSecond: 1 << 40, burst: .milliseconds(1))
    rate.take(1 << 40, at: start)
    #expect(rate.wait(at: start) > .milliseconds(990))
    #expect(rate.wait(at: start + .seconds(1)) == .zero)
  }
}

struct `A client's allowance` {
  @Test func `who is refused is told when to come back, each at another time`() {
    let allowance = ClientAllowance(ClientLimits(callsPerSecond: 10, burst: .milliseconds(100)))
    #expect(allowance.begin(bytes: 1, at: start) == nil)
    let waits = (0..<4).map { _ in allowance.begin(bytes: 1, at: start) }
    #expect(waits == [100, 200, 300, 400].map { .milliseconds($0) })
    #expect(allowance.begin(bytes: 1, at: start + .milliseconds(100)) == nil)
  }

  @Test func `however many are refused, none is told to come back later than the bound`() {
    let allowance = ClientAllowance(ClientLimits(callsPerSecond: 1))
    var last: Duration?
    for _ in 0..<100 { last = allowance.begin(bytes: 1, at: start) }
    #expect(last == Limits.longestRetryAfter)
  }

  @Test func `bytes of a call that has begun hold up the next`() {
    let allowance = ClientAllowance(ClientLimits(bytesPerSecond: 1_000, burst: .seconds(1)))
    #expect(allowance.begin(bytes: 400, at: start) == nil)
    #expect(allowance.wait(at: start) == .zero)
    allowance.take(bytes: 1_600, at: start)
    #expect(allowance.wait(at: start) == .milliseconds(1_001))
    #expect(allowance.begin(bytes: 1, at: start) == .milliseconds(1_001))
    #expect(allowance.begin(bytes: 1, at: start + .seconds(2)) == nil)
  }

  @Test func `a connection that ends makes room for another`() {
    let allowance = ClientAllowance(ClientLimits(connections: 2))
    #expect(allowance.connect())
    #expect(allowance.connect())
    #expect(!allowance.connect())
    allowance.disconnect()
    #expect(allowance.connect())
  }

  @Test func `zero is any amount, and nothing said is what others say`() {
    #expect(ClientLimits(callsPerSecond: 0, connections: 0).isUnlimited)
    #expect(ClientLimits(burst: .seconds(1)).isUnlimited)
    let defaults = ClientLimits(callsPerSecond: 5, bytesPerSecond: 6, connections: 7)
    let own = ClientLimits(callsPerSecond: 0, burst: .seconds(1), connections: 1).completed(by: defaults)
    #expect(
      own == ClientLimits(callsPerSecond: 0, bytesPerSecond: 6, burst: .seconds(1), connections: 1))
    let free = ClientAllowance(ClientLimits(callsPerSecond: 0))
    for _ in 0..<100 { #expect(free.begin(bytes: 1 << 20, at: start) == nil) }
  }
}

struct `A client with limits` {
  private struct Limited: Authenticator, Principal {
    let name = "limited"
    let expires: MonotonicTime? = nil
    let allowance: ClientAllowance?

    init(_ limits: ClientLimits) { allowance = ClientAllowance(limits) }

    nonisolated(nonsending) func authenticate(_ credential: Credential) async throws -> any Principal { self }
  }

  private func client(_ limited: Limited, _ retry: RetryPolicy = .standard) -> RPCClient {
    var settings = ClientSettings()
    settings.retry = retry
    return RPCClient.inProcess(Echo.dispatcher, settings, authenticator: limited)
  }

  @Test func `a call too many is refused before it begins, with the time to come back`() async throws {
    let client = client(Limited(ClientLimits(callsPerSecond: 1, burst: .milliseconds(1))), .never)
    var refusal: CallError<Never>?
    for _ in 0..<1000 where refusal == nil {
      do { _ = try await client.unary(Echo.unary, Authenticate()) } catch { refusal = error }
    }
    #expect(refusal?.status == .resourceExhausted)
    #expect(refusal?.mayHaveBegun == false)
    #expect((refusal?.retryAfter ?? .zero) > .zero)
  }

  @Test func `calls that may be sent again wait for their turn`() async throws {
    let client = client(
      Limited(ClientLimits(callsPerSecond: 50, burst: .milliseconds(1))),
      RetryPolicy(attempts: 100, backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(1))))
    for _ in 0..<5 { _ = try await client.unary(Echo.unary, Authenticate()) }
    try await withThrowingTaskGroup { group in
      for _ in 0..<5 { group.addTask { _ = try await client.unary(Echo.unary, Authenticate()) } }
      try await group.waitForAll()
    }
  }

  @Test func `a stream is slowed, not refused, and overdraws by an item at most`() async throws {
    let limited = Limited(ClientLimits(bytesPerSecond: 20_000, burst: .milliseconds(1)))
    let client = client(limited)
    let item = Authenticate(message: String(repeating: "x", count: 1000))
    let relay = client.bidirectional(Echo.relay)
    async let sending: Void = {
      for _ in 0..<10 { try await relay.send(item) }
      try await relay.finish()
    }()
    var count = 0
    for try await reply in relay.replies {
      #expect(reply == item)
      count += 1
    }
    try await sending
    #expect(count == 10)
    // Ten items came in without having been asked for, each reply waited until what was before it had been paid off.
    let wait = try #require(limited.allowance).wait(at: .now())
    #expect(wait < .milliseconds(100))
  }

  @Test func `a connection too many is refused, and one that ends makes room`() async throws {
    let limited = Limited(ClientLimits(connections: 1))
    let first = client(limited)
    try await first.connect()
    let second = client(limited, .never)
    let error = await #expect(throws: CallError<Never>.self) {
      _ = try await second.unary(Echo.unary, Authenticate())
    }
    #expect(error?.status == .unavailable)
    #expect(error?.message.contains("as many connections as it may") == true)
    first.close()
    let third = client(limited, RetryPolicy(attempts: 100))
    _ = try await third.unary(Echo.unary, Authenticate())
  }
}
