import HoldfastWire
import Testing

@testable import HoldfastRPC

@Suite struct InProcessTests {
  @Test func `a unary call returns what its handler returns`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    let reply = try await client.unary(Echo.unary, Authenticate(token: "hello"))
    #expect(reply.token == "hello")
  }

  @Test func `a large message travels in pieces`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    let text = String(repeating: "0123456789abcdef", count: 100_000)
    let reply = try await client.unary(Echo.unary, Authenticate(message: text))
    #expect(reply.message == text)
  }

  @Test func `a thousand calls at once are all answered`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<1000 {
        group.addTask { try await client.unary(Echo.unary, Authenticate(token: "\(number)")).token == "\(number)" }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test func `a server stream sends every item in order`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    var next: UInt32 = 0
    for try await item in client.serverStream(Echo.count, Drain(lastStream: 100_000)) {
      #expect(item.lastStream == next)
      next += 1
    }
    #expect(next == 100_000)
  }

  @Test func `a client stream is summed up`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    let upload = client.clientStream(Echo.sum)
    for number in 0..<1000 { try await upload.send(Drain(lastStream: UInt32(number))) }
    #expect(try await upload.finish().lastStream == 499_500)
  }

  @Test func `both sides stream at once`() async throws {
    let client = RPCClient.inProcess(Echo.dispatcher)
    let relay = client.bidirectional(Echo.relay)
    let text = String(repeating: "x", count: 1000)
    async let sending: Void = {
      for _ in 0..<2000 { try await relay.send(Authenticate(message: text)) }
      try await relay.finish()
    }()
    var count = 0
    for try await item in relay.replies {
      #expect(item.message == text)
      count += 1
    }
    try await sending
    #expect(count == 2000)
  }

  @Test func `a call that nobody serves is unimplemented`() async throws {
    let client = RPCClient.inProcess(Dispatcher())
    let error = await #expect(throws: CallError<Never>.self) {
      try await client.unary(Echo.unary, Authenticate())
    }
    #expect(error?.status == .unimplemented)
    #expect(error?.mayHaveBegun == false)
  }
}
