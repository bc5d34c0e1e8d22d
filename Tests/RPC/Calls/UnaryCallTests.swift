import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

/// How the task that makes a call waits for it.
@Suite struct UnaryCallTests {
  /// A call that has begun on a connection whose peer never answers, and the task that waits for it.
  private func begin() async throws -> (call: UnaryCall, waiter: Task<Void, Never>, ClientConnection, far: PlainLink) {
    let loop = EventLoopGroup.shared.next()
    let (near, far) = try PlainLink.pair()
    let opened = Happening()
    let connection = await loop.perform {
      let connection = ClientConnection(
        near, on: loop, ClientSettings(), token: "",
        ClientConnection.Events(
          opened: { _ in opened.pass() }, welcomed: { _ in }, closing: { _, _, _ in }))
      connection.start()
      return connection
    }
    await opened.wait()
    let call = UnaryCall(CallHead(method: Echo.unary.id), request: [], deadline: nil, limits: .standard)
    let begun = Happening()
    let waiter = Task(executorPreference: loop.executor) {
      loop.execute { begun.pass() }
      await call.run(on: connection)
    }
    await begun.wait()
    return (call, waiter, connection, far)
  }

  private func end(_ connection: ClientConnection, _ far: PlainLink) async {
    await connection.loop.perform {
      connection.close(CallFailure(.cancelled, "the test is over"))
      far.close()
    }
  }

  @Test func `an old call hears of a cancellation`() async throws {
    let (call, waiter, connection, far) = try await begin()
    await connection.loop.perform { while call.growOlder() {} }
    waiter.cancel()
    await waiter.value
    #expect(call.failure?.status == .cancelled)
    await end(connection, far)
  }

  @Test func `a cancellation while the call was young is heard when it grows old`() async throws {
    let (call, waiter, connection, far) = try await begin()
    waiter.cancel()
    await waiter.value
    #expect(call.failure?.status == .cancelled)
    await end(connection, far)
  }

  @Test func `a reply that comes while the task is on its way from one wait to the other is not lost`() async throws {
    let (call, waiter, connection, far) = try await begin()
    await connection.loop.perform {
      while call.growOlder() {}
      [1, 2, 3].withUnsafeBytes { call.succeed(ReplyHead(status: .ok), .view($0)) }
    }
    await waiter.value
    #expect(call.failure == nil)
    #expect(try call.body().0.count == 3 * MemoryLayout<Int>.size)
    await end(connection, far)
  }

  @Test func `a call of a task that is cancelled already is not begun`() async throws {
    let test = try await TestServer.start()
    let client = try test.client()
    let caller = Task {
      await #expect(throws: CancellationError.self) { try await Task.sleep(for: .seconds(1000)) }
      return await #expect(throws: CallError<Never>.self) { try await client.unary(Echo.unary, Authenticate()) }
    }
    caller.cancel()
    let error = await caller.value
    #expect(error?.status == .cancelled)
    #expect(error?.mayHaveBegun == false)
    await test.server.drain(grace: .zero)
  }
}
