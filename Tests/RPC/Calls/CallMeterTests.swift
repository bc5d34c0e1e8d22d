import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

struct `What a server counts` {
  /// A server whose calls are counted.
  private func server(_ dispatcher: Dispatcher) -> (InProcessServer, CallMeter) {
    var settings = ServerSettings(authenticator: EveryoneIsWelcome(as: "tester")) { _ in
      { method in method == Echo.urgent.id ? CallRefusal(.permissionDenied, "not this one") : nil }
    }
    let meter = CallMeter(dispatcher)
    settings.meter = meter
    return (InProcessServer(dispatcher, settings), meter)
  }

  private func client(of server: InProcessServer) -> RPCClient { RPCClient.inProcess(ClientSettings()) { server } }

  @Test func `each call counts once, by its name and status`() async throws {
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.failing) { _, _ in throw Overflow(limit: 1) }
    dispatcher.unary(Echo.urgent) { request, _ in request }
    dispatcher.immediate(Echo.once) { request, _ in request }
    let (server, meter) = server(dispatcher)
    let client = client(of: server)
    for _ in 0..<3 { _ = try await client.unary(Echo.unary, Authenticate()) }
    for _ in 0..<2 { _ = try await client.unary(Echo.once, Authenticate()) }
    for _ in 0..<4 { _ = try? await client.unary(Echo.failing, Authenticate()) }
    for _ in 0..<5 { _ = try? await client.unary(Echo.urgent, Authenticate()) }
    for try await _ in client.serverStream(Echo.count, Drain(lastStream: 10)) {}
    let upload = client.clientStream(Echo.sum)
    try await upload.send(Drain(lastStream: 1))
    _ = try await upload.finish()
    let figures = meter.figures()
    #expect(figures.statuses("test.Echo/unary") == [.ok: 3])
    #expect(figures.statuses("test.Echo/once") == [.ok: 2])
    #expect(figures.statuses("test.Echo/failing") == [.failedPrecondition: 4])
    #expect(figures.statuses("test.Echo/urgent") == [.permissionDenied: 5])
    #expect(figures.statuses("test.Echo/count") == [.ok: 1])
    #expect(figures.statuses("test.Echo/sum") == [.ok: 1])
    #expect(figures.statuses("test.Echo/relay") == [:])
    #expect((figures.callsBegun, figures.callsEnded) == (16, 16))
    #expect((figures.connectionsBegun, figures.connectionsEnded) == (1, 0))
    for call in figures.calls { #expect(call.times.reduce(0, +) == call.statuses.reduce(0, +)) }
    #expect(figures.bytesReceived > 0)
  }

  @Test func `calls that a server does not have are counted as one`() async throws {
    let (server, meter) = server(Echo.dispatcher)
    let client = client(of: server)
    let before = meter.figures().calls.count
    for number in 0..<100 as Range<UInt32> {
      let unknown = MethodDescriptor<Authenticate, Authenticate, Never>(
        service: 2_000 + number, method: number, name: "test.Unknown/call\(number)")
      let error = await #expect(throws: CallError<Never>.self) { try await client.unary(unknown, Authenticate()) }
      #expect(error?.status == .unimplemented)
    }
    let figures = meter.figures()
    #expect(figures.calls.count == before)
    #expect(figures.statuses(nil) == [.unimplemented: 100])
  }

  @Test func `a status that nobody knows counts as unknown`() async throws {
    var dispatcher = Dispatcher()
    dispatcher.unary(Echo.unary) { _, _ in throw CallFailure(Status(rawValue: 4_000_000_000), "of the future") }
    let (server, meter) = server(dispatcher)
    _ = try? await client(of: server).unary(Echo.unary, Authenticate())
    #expect(meter.figures().statuses("test.Echo/unary") == [.unknown: 1])
  }

  @Test func `calls whose connection is lost have ended, those that had not begun too`() async throws {
    let begun = Happening()
    let mayEnd = Happening()
    var dispatcher = Dispatcher()
    dispatcher.unary(Echo.unary) { request, _ in
      begun.pass()
      await mayEnd.wait()
      return request
    }
    let (server, meter) = server(dispatcher)
    let client = client(of: server)
    let call = Task { try await client.unary(Echo.unary, Authenticate(), CallOptions(retry: .never)) }
    await begun.wait()
    #expect(meter.figures().callsBegun == 1)
    #expect(meter.figures().callsEnded == 0)
    async let closing: Void = server.close()
    mayEnd.pass()
    await closing
    _ = await call.result
    while meter.figures().callsEnded == 0 { await Task.yield() }
    let figures = meter.figures()
    #expect(figures.statuses("test.Echo/unary").values.reduce(0, +) == 1)
    #expect((figures.connectionsBegun, figures.connectionsEnded) == (1, 1))
  }

  @Test func `times are counted by the bound that they do not pass`() {
    let loop = LoopMeter(calls: 1)
    let now = MonotonicTime.now()
    loop.callEnded(0, .ok, began: now)
    loop.callEnded(0, .ok, began: MonotonicTime(nanoseconds: now.nanoseconds - 3_000_000_000))
    loop.callEnded(0, .ok, began: MonotonicTime(nanoseconds: now.nanoseconds - 60_000_000_000))
    var figures = CallFigures(calls: [CallFigures.Call(name: "a")])
    loop.add(to: &figures)
    let call = figures.calls[0]
    #expect(call.times.count == CallFigures.bounds.count + 1)
    #expect(call.times.last == 1)
    #expect(call.times[CallFigures.bounds.firstIndex(of: .seconds(5)) ?? 0] == 1)
    #expect(call.time >= .seconds(63))
  }
}

extension CallFigures {
  /// How many calls of a name ended with each status that there was; nil for those that the server does not have.
  fileprivate func statuses(_ name: String?) -> [Status: UInt64] {
    let counts = calls.first { $0.name == name }?.statuses ?? []
    return Dictionary(
      uniqueKeysWithValues: counts.enumerated().filter { $1 > 0 }.map { (Status(rawValue: UInt32($0)), $1) })
  }
}
