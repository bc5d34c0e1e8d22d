import TestSupport
import Testing

@testable import HoldfastRPC
@testable import HoldfastWire

@Suite struct CallTests {
  @Test(arguments: PollerKind.allCases)
  func `calls of every shape work over TLS`(poller: PollerKind) async throws {
    let test = try await TestServer.start { $0.poller = poller }
    let loops = try EventLoopGroup(loopCount: 1, name: "test", poller: poller)
    let client = try test.client { $0.loops = loops }
    #expect(try await client.unary(Echo.unary, Authenticate(token: "a")).token == "a")
    var count: UInt32 = 0
    for try await item in client.serverStream(Echo.count, Drain(lastStream: 30_000)) {
      #expect(item.lastStream == count)
      count += 1
    }
    #expect(count == 30_000)
    let upload = client.clientStream(Echo.sum)
    for number in 1...1000 { try await upload.send(Drain(lastStream: UInt32(number))) }
    #expect(try await upload.finish().lastStream == 500_500)
    let large = String(repeating: "0123456789", count: 300_000)
    #expect(try await client.unary(Echo.unary, Authenticate(message: large)).message == large)
    client.close()
    await test.server.drain()
    loops.shutdown()
  }

  @Test func `requests that come after the answer go nowhere, and the answer is taken`() async throws {
    let early = MethodDescriptor<Authenticate, Drain, Never>(
      service: 9, method: 8, name: "test.Echo/early", shape: .clientStream)
    var dispatcher = Echo.dispatcher
    dispatcher.clientStream(early) { _, _ in Drain(lastStream: 7) }
    dispatcher.bidirectional(Echo.relay) { _, _, _ in }
    let client = RPCClient.inProcess(dispatcher)
    let item = Authenticate(token: String(repeating: "a", count: 4_000))
    // More than the server's credit is for, so that some are sent after the answer whenever that comes.
    let upload = client.clientStream(early)
    for _ in 0..<2_000 { try await upload.send(item) }
    #expect(try await upload.finish().lastStream == 7)
    let relay = client.bidirectional(Echo.relay)
    for _ in 0..<2_000 { try await relay.send(item) }
    try await relay.finish()
    for try await _ in relay.replies { Issue.record("the server sends nothing") }
  }

  @Test func `a handler that waits holds up nobody`() async throws {
    let release = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      await release.wait()
      return request
    }
    let client = RPCClient.inProcess(dispatcher)
    async let slow = client.unary(Echo.once, Authenticate(token: "slow"))
    for number in 0..<200 {
      #expect(try await client.unary(Echo.unary, Authenticate(token: "\(number)")).token == "\(number)")
    }
    release.pass()
    #expect(try await slow.token == "slow")
  }

  @Test func `as many handlers as a connection has slots wait at once, again and again`() async throws {
    let begun = Happening()
    let releases = (0..<3).map { _ in Happening() }
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      begun.pass()
      await releases[Int(request.status)].wait()
      return request
    }
    let client = RPCClient.inProcess(dispatcher)
    for (round, release) in releases.enumerated() {
      await withTaskGroup(of: UInt32?.self) { group in
        for _ in 0..<TestLimits.testStreams {
          group.addTask { try? await client.unary(Echo.once, Authenticate(status: UInt32(round))).status }
        }
        await begun.wait(for: (round + 1) * TestLimits.testStreams)
        release.pass()
        for await status in group { #expect(status == UInt32(round)) }
      }
    }
  }

  @Test func `what a handler says beside its reply may come from any thread`() async throws {
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { _, context in
      context.setReplyMetadata("here", "1")
      await Task.detached { context.setReplyMetadata("there", "2") }.value
      throw CallError<Never>(.aborted, "enough")
    }
    let client = RPCClient.inProcess(dispatcher)
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.once, Authenticate()) }
    #expect(error?.metadata["here"] == "1")
    #expect(error?.metadata["there"] == "2")
  }

  @Test func `cancelling a call cancels its handler and gives its slot back`() async throws {
    let began = Happening()
    let cancelled = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      began.pass()
      await withTaskCancellationHandler {
        await Happening.untilCancelled()
      } onCancel: {
        cancelled.pass()
      }
      return request
    }
    let client = RPCClient.inProcess(dispatcher)
    // Three times as many as the server takes at once.
    for round in 1...3 {
      let tasks = (0..<TestLimits.testStreams).map { _ in
        Task { try await client.unary(Echo.once, Authenticate()) }
      }
      await began.wait(for: round * TestLimits.testStreams)
      for task in tasks { task.cancel() }
      for task in tasks {
        let error = await #expect(throws: CallError<Never>.self) { try await task.value }
        #expect(error?.status == .cancelled)
      }
      await cancelled.wait(for: round * TestLimits.testStreams)
    }
    #expect(try await client.unary(Echo.unary, Authenticate(token: "x")).token == "x")
  }

  @Test func `a deadline ends the call on both sides`() async throws {
    let began = Happening()
    let cancelled = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, context in
      began.pass()
      #expect(context.deadline != nil)
      await Happening.untilCancelled()
      cancelled.pass()
      return request
    }
    let client = RPCClient.inProcess(dispatcher)
    // On a busy machine the time may be over before the handler has begun: then it is tried with more.
    var timeout = Duration.milliseconds(30)
    repeat {
      let options = CallOptions(timeout: timeout)
      let error = await #expect(throws: CallError<Never>.self) {
        try await client.unary(Echo.once, Authenticate(), options)
      }
      #expect(error?.status == .deadlineExceeded)
      timeout = timeout * 2
    } while began.count == 0
    await cancelled.wait()
  }

  @Test func `leaving a stream early cancels its handler`() async throws {
    let ended = Happening()
    var dispatcher = Dispatcher()
    dispatcher.serverStream(Echo.count) { _, replies, _ in
      defer { ended.pass() }
      while true { try await replies.send(Drain()) }
    }
    let client = RPCClient.inProcess(dispatcher)
    for try await _ in client.serverStream(Echo.count, Drain()) { break }
    await ended.wait()
  }

  @Test func `a reader that stops holds the sender at the credit`() async throws {
    let sent = Happening()
    let full = Happening()
    var dispatcher = Echo.dispatcher
    let item = Drain(reason: String(repeating: "x", count: 1000))
    dispatcher.serverStream(Echo.count) { _, replies, _ in
      for _ in 0..<1000 {
        try await replies.send(item)
        sent.pass()
        if sent.count == TestLimits.itemsUnderWay(item) { full.pass() }
      }
    }
    let client = RPCClient.inProcess(dispatcher)
    var iterator = client.serverStream(Echo.count, Drain()).makeAsyncIterator()
    _ = try await iterator.next()
    await full.wait()
    // The connection goes on, and the sender has not got far beyond its credit.
    for _ in 0..<100 { _ = try await client.unary(Echo.unary, Authenticate()) }
    #expect(sent.count <= TestLimits.itemsUnderWay(item) + 2)
    var rest = 1
    while try await iterator.next() != nil { rest += 1 }
    #expect(rest == 1000)
  }

  @Test func `an immediate handler answers before those that wait, and what it throws is told`() async throws {
    let release = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      await release.wait()
      return request
    }
    dispatcher.immediate(Echo.unary) { request, context in
      context.setReplyMetadata("loop", "here")
      return Authenticate(token: request.token + context.name)
    }
    dispatcher.immediate(Echo.failing) { _, _ in throw Overflow(limit: 7) }
    dispatcher.immediate(Echo.urgent) { _, _ in throw CancellationError() }
    let client = RPCClient.inProcess(dispatcher)
    async let slow = client.unary(Echo.once, Authenticate(token: "slow"))
    var pending: [PendingReply<Authenticate, Never>] = []
    for number in 0..<200 { pending.append(client.begin(Echo.unary, Authenticate(token: "\(number) "))) }
    for number in 0..<200 { #expect(try await pending[number].reply.token == "\(number) test.Echo/unary") }
    let declared = await #expect(throws: CallError<Overflow.Only>.self) {
      try await client.unary(Echo.failing, Authenticate())
    }
    #expect(declared?.declared == .overflow(Overflow(limit: 7)))
    let other = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.urgent, Authenticate()) }
    #expect(other?.status == .cancelled)
    release.pass()
    #expect(try await slow.token == "slow")
  }

  @Test func `interceptors stand around immediate handlers too`() async throws {
    struct Marker: ServerInterceptor {
      nonisolated(nonsending) func intercept(
        _ context: CallContext, _ proceed: nonisolated(nonsending) () async throws -> Void
      ) async throws {
        context.setReplyMetadata("seen", "1")
        if context.metadata["stop"] != nil { throw CallError<Never>(.aborted, "stopped") }
        try await proceed()
      }
    }
    let ran = Happening()
    var dispatcher = Echo.dispatcher
    dispatcher.immediate(Echo.unary) { request, _ in
      ran.pass()
      return request
    }
    dispatcher.intercept(with: Marker())
    let client = RPCClient.inProcess(dispatcher)
    #expect(try await client.unary(Echo.unary, Authenticate(token: "x")).token == "x")
    var metadata = Metadata()
    metadata["stop"] = "1"
    let error = await #expect(throws: CallError<Never>.self) {
      try await client.unary(Echo.unary, Authenticate(), CallOptions(metadata: metadata))
    }
    #expect(error?.status == .aborted)
    #expect(error?.metadata["seen"] == "1")
    #expect(ran.count == 1)
  }

  @Test func `a declared error travels as itself`() async throws {
    var dispatcher = Dispatcher()
    dispatcher.unary(Echo.failing) { _, _ in throw Overflow(limit: 7) }
    let client = RPCClient.inProcess(dispatcher)
    let error = await #expect(throws: CallError<Overflow.Only>.self) {
      try await client.unary(Echo.failing, Authenticate())
    }
    #expect(error?.declared == .overflow(Overflow(limit: 7)))
  }

  @Test func `what a handler throws beside stays on the server`() async throws {
    struct Secret: Error {}
    var dispatcher = Dispatcher()
    dispatcher.unary(Echo.once) { _, _ in throw Secret() }
    let client = RPCClient.inProcess(dispatcher)
    let error = await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.once, Authenticate()) }
    #expect(error?.status == .internal)
    #expect(error?.message.contains("Secret") == false)
  }

  @Test func `interceptors and metadata work on both sides`() async throws {
    struct Stamp: ClientInterceptor {
      let ended: Happening
      nonisolated(nonsending) func prepare(_ call: inout OutgoingCall) async throws {
        call.metadata["stamp"] = call.name
      }
      func ended(_ call: OutgoingCall, _ status: Status, after elapsed: Duration) { if status == .ok { ended.pass() } }
    }
    struct Doorman: ServerInterceptor {
      nonisolated(nonsending) func intercept(
        _ context: CallContext, _ proceed: nonisolated(nonsending) () async throws -> Void
      ) async throws {
        guard context.metadata["stamp"] == context.name else { throw CallError<Never>(.permissionDenied, "no stamp") }
        try await proceed()
      }
    }
    var dispatcher = Echo.dispatcher
    dispatcher.intercept(with: Doorman())
    let refused = RPCClient.inProcess(dispatcher)
    let error = await #expect(throws: CallError<Never>.self) { try await refused.unary(Echo.unary, Authenticate()) }
    #expect(error?.status == .permissionDenied)
    var settings = ClientSettings()
    let ended = Happening()
    settings.interceptors = [Stamp(ended: ended)]
    let client = RPCClient.inProcess(dispatcher, settings)
    _ = try await client.unary(Echo.unary, Authenticate())
    await ended.wait()
  }

  @Test func `urgent calls are begun before those that wait`() async throws {
    let order = Lock<[String]>([])
    var dispatcher = Dispatcher()
    dispatcher.unary(Echo.unary) { request, _ in
      order.withLock { $0.append("normal") }
      return request
    }
    dispatcher.unary(Echo.urgent) { request, _ in
      order.withLock { $0.append("urgent") }
      return request
    }
    // A loop that no other test uses: the three calls are to arrive in one turn.
    var settings = ClientSettings()
    let loops = try EventLoopGroup(loopCount: 1, name: "test")
    settings.loops = loops
    let client = RPCClient.inProcess(dispatcher, settings)
    _ = try await client.unary(Echo.urgent, Authenticate())
    order.withLock { $0 = [] }
    let loop = client.loop
    await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop.executor) {
        async let first = client.unary(Echo.unary, Authenticate())
        async let second = client.unary(Echo.unary, Authenticate())
        async let third = client.unary(Echo.urgent, Authenticate())
        _ = try? await (first, second, third)
      }
    }
    #expect(order.withLock { $0 } == ["urgent", "normal", "normal"])
    client.close()
    loops.shutdown()
  }
}

enum TestLimits {
  /// Items of this kind that a stream's credit lets out.
  static func itemsUnderWay(_ item: some Message) -> Int {
    let cost = item.encodedSize + HoldfastWire.Limits.itemFrameCredit
    return (HoldfastWire.Limits.streamCredit + cost - 1) / cost
  }

  /// Calls that a server of these tests takes at once.
  static let testStreams = HoldfastWire.Limits.streams
}

extension Happening {
  /// Returns when the task is cancelled.
  static func untilCancelled() async {
    let gate = Happening()
    await withTaskCancellationHandler {
      await gate.wait()
    } onCancel: {
      gate.pass()
    }
  }
}
