import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

/// Calls that are sent before anybody waits for their replies.
@Suite struct PendingReplyTests {
  /// A server whose `once` waits for `release`, and tells `began` of each call.
  private func slow(_ began: Happening, _ release: Happening) -> Dispatcher {
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      began.pass()
      await release.wait()
      return request
    }
    return dispatcher
  }

  @Test func `one task has many calls under way, and takes their replies in any order`() async throws {
    let test = try await TestServer.start()
    let client = try test.client()
    let loop = client.loop
    // On the connection's loop, where replies are found without waiting, and off it.
    for executor in [loop.executor, nil] {
      let task = Task(executorPreference: executor) {
        for _ in 0..<20 {
          var pending: [PendingReply<Authenticate, Never>] = []
          for number in 0..<50 { pending.append(client.begin(Echo.unary, Authenticate(token: "\(number)"))) }
          for number in (0..<50).reversed() {
            let reply = try await pending[number].reply
            #expect(reply.token == "\(number)")
          }
        }
      }
      try await task.value
    }
    client.close()
    await test.server.drain()
  }

  @Test func `a call is sent although nobody waits for its reply`() async throws {
    let (began, release) = (Happening(), Happening())
    let client = RPCClient.inProcess(slow(began, release))
    let pending = client.begin(Echo.once, Authenticate(token: "x"))
    await began.wait()
    release.pass()
    #expect(try await pending.reply.token == "x")
    #expect(try await pending.reply.token == "x", "a reply can be read again")
    #expect(began.count == 1)
  }

  @Test func `several tasks wait for one reply`() async throws {
    let (began, release) = (Happening(), Happening())
    let client = RPCClient.inProcess(slow(began, release))
    let pending = client.begin(Echo.once, Authenticate(token: "x"))
    await began.wait()
    let waiting = Happening()
    let readers = (0..<5).map { _ in
      Task(executorPreference: client.loop.executor) {
        client.loop.execute { waiting.pass() }
        return try await pending.reply.token
      }
    }
    await waiting.wait(for: 5)
    release.pass()
    for reader in readers { #expect(try await reader.value == "x") }
    #expect(began.count == 1)
  }

  @Test func `whoever waits and is cancelled ends the call`() async throws {
    let (began, cancelled) = (Happening(), Happening())
    var dispatcher = Echo.dispatcher
    dispatcher.unary(Echo.once) { request, _ in
      began.pass()
      await Happening.untilCancelled()
      cancelled.pass()
      return request
    }
    let client = RPCClient.inProcess(dispatcher)
    let pending = client.begin(Echo.once, Authenticate())
    await began.wait()
    let reader = Task { try await pending.reply }
    reader.cancel()
    let error = await #expect(throws: CallError<Never>.self) { try await reader.value }
    #expect(error?.status == .cancelled)
    await cancelled.wait()

    let other = client.begin(Echo.once, Authenticate())
    await began.wait(for: 2)
    other.cancel()
    let otherError = await #expect(throws: CallError<Never>.self) { try await other.reply }
    #expect(otherError?.status == .cancelled)
    await cancelled.wait(for: 2)
  }

  @Test func `a call whose connection is lost is sent again, when that does no harm`() async throws {
    let began = Happening()
    var hanging = Echo.dispatcher
    for method in [Echo.unary, Echo.once] {
      hanging.unary(method) { request, _ in
        began.pass()
        await Happening.untilCancelled()
        return request
      }
    }
    let first = try await TestServer.start(hanging, at: SocketAddress(host: Loopback.ownAddress(), port: 0)) {
      $0.settings.pacing = .milliseconds(5)
    }
    let client = try first.client()
    let idempotent = client.begin(Echo.unary, Authenticate(token: "1"))
    let once = client.begin(Echo.once, Authenticate(token: "2"))
    await began.wait(for: 2)
    await first.server.drain(grace: .zero)
    let second = try await TestServer.start(at: first.address, authority: first.authority)
    #expect(try await idempotent.reply.token == "1")
    let error = await #expect(throws: CallError<Never>.self) { try await once.reply }
    #expect(error?.mayHaveBegun == true)
    client.close()
    await second.server.drain(grace: .zero)
  }

  @Test func `where there is nothing to connect to, the reply says so`() async throws {
    let test = try await TestServer.start()
    await test.server.drain(grace: .zero)
    let client = try test.client { $0.retry = .never }
    let pending = client.begin(Echo.unary, Authenticate())
    let error = await #expect(throws: CallError<Never>.self) { try await pending.reply }
    #expect(error?.status == .unavailable)
    #expect(error?.mayHaveBegun == false)
  }

  @Test func `a call that nothing could send yet is cancelled by its caller, and by who waits`() async throws {
    let (asked, release) = (Happening(), Happening())
    let test = try await TestServer.start()
    // There is no connection as long as there is no token.
    let client = try test.client {
      $0.token = {
        asked.pass()
        await release.wait()
        return ""
      }
    }
    let pending = client.begin(Echo.unary, Authenticate())
    await asked.wait()
    pending.cancel()
    let error = await #expect(throws: CallError<Never>.self) { try await pending.reply }
    #expect(error?.status == .cancelled)
    let other = client.begin(Echo.unary, Authenticate())
    let reader = Task { try await other.reply }
    reader.cancel()
    let otherError = await #expect(throws: CallError<Never>.self) { try await reader.value }
    #expect(otherError?.status == .cancelled)
    #expect(asked.count == 1)
    release.pass()
    client.close()
    await test.server.drain(grace: .zero)
  }

  @Test func `interceptors see a call that is begun, and hear of its end`() async throws {
    let watcher = Watcher()
    var settings = ClientSettings()
    settings.interceptors = [watcher]
    let client = RPCClient.inProcess(Echo.dispatcher, settings)
    #expect(try await client.begin(Echo.unary, Authenticate(token: "x")).reply.token == "x")
    #expect(watcher.prepared.count == 1)
    #expect(watcher.statuses.withLock { $0 } == [.ok])
  }
}

private final class Watcher: ClientInterceptor {
  let prepared = Happening()
  let statuses = Lock<[Status]>([])

  func prepare(_ call: inout OutgoingCall) async throws { prepared.pass() }
  func ended(_ call: OutgoingCall, _ status: Status, after time: Duration) {
    statuses.withLock { $0.append(status) }
  }
}
