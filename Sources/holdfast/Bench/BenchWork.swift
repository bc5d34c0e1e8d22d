import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One kind of benchmark: what a lane does over and over, and how it knows that the answer is right.
///
/// A lane is one caller among many: it makes a call, waits for the reply, checks it, and makes the next.
protocol BenchWork: Sendable {
  /// Done once before the clock starts.
  func prepare(_ hub: Hub) async throws

  /// What a lane keeps between its calls.
  associatedtype Lane

  func makeLane(_ number: Int, _ hub: Hub) -> Lane

  /// Makes one call, or takes one item of a stream. Throws `WrongReply` when the answer is not what it should be.
  nonisolated(nonsending) func step(_ lane: inout Lane) async throws
}

extension BenchWork {
  func prepare(_ hub: Hub) async throws {}
}

/// Work whose calls can be sent before the replies of those before have come, so that one task keeps several under way.
protocol PipelinedWork: BenchWork {
  associatedtype Reply: Message
  associatedtype Failure: DeclaredFailure

  /// Sends the lane's next call.
  func begin(_ lane: inout Lane) -> PendingReply<Reply, Failure>

  /// Throws `WrongReply` unless the reply is that of the lane's oldest call under way.
  func check(_ reply: Reply, _ lane: inout Lane) throws
}

/// A reply that came, but is not the right one.
struct WrongReply: Error {}

/// Whether the bytes are the same; compared as memory, since the check is made for each reply and must not be what is
/// measured.
private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  one.withUnsafeBytes { one in
    other.withUnsafeBytes { other in
      guard one.count == other.count, let first = one.baseAddress, let second = other.baseAddress else {
        return one.isEmpty && other.isEmpty
      }
      return memcmp(first, second, one.count) == 0
    }
  }
}

/// A unary call that sends the payload and gets it back.
struct EchoWork: PipelinedWork {
  let payload: [UInt8]

  func makeLane(_ number: Int, _ hub: Hub) -> Hub { hub }

  nonisolated(nonsending) func step(_ lane: inout Hub) async throws {
    try check(await lane.diagnostics.echo(Payload(content: payload)), &lane)
  }

  func begin(_ lane: inout Hub) -> PendingReply<Payload, Never> {
    lane.client.begin(DiagnosticsMethods.echo, Payload(content: payload))
  }

  func check(_ reply: Payload, _ lane: inout Hub) throws {
    guard isSame(reply.content, payload) else { throw WrongReply() }
  }
}

/// Durable writes, each lane to a few keys of its own.
struct PutWork: PipelinedWork {
  let payload: [UInt8]
  let space: String

  struct Lane {
    let client: RPCClient
    let keys: [String]
    var calls = 0
    var version: UInt64 = 0
  }

  func makeLane(_ number: Int, _ hub: Hub) -> Lane {
    Lane(client: hub.client, keys: (0..<16).map { "bench/put/\(number)/\($0)" })
  }

  nonisolated(nonsending) func step(_ lane: inout Lane) async throws {
    try check(await PersistenceClient(lane.client).put(request(&lane)), &lane)
  }

  func begin(_ lane: inout Lane) -> PendingReply<PutReply, PersistenceMethods.PutFailure> {
    lane.client.begin(PersistenceMethods.put, request(&lane))
  }

  private func request(_ lane: inout Lane) -> PutRequest {
    lane.calls += 1
    return PutRequest(space: space, key: lane.keys[lane.calls & 15], content: payload)
  }

  func check(_ reply: PutReply, _ lane: inout Lane) throws {
    // One space has one sequence, so that each write of a lane has a later version than the one before.
    guard reply.version > lane.version else { throw WrongReply() }
    lane.version = reply.version
  }
}

/// Reads of values that were written before, in turn.
struct GetWork: PipelinedWork {
  let space: String
  private let keys: [String]
  private let contents: [[UInt8]]

  init(payload: [UInt8], space: String) {
    self.space = space
    keys = (0..<Limits.benchKeys).map { "bench/get/\($0)" }
    contents = (0..<Limits.benchKeys).map { number in
      var content = payload
      withUnsafeBytes(of: UInt32(number)) { bytes in
        for (index, byte) in bytes.enumerated() where index < content.count { content[index] = byte }
      }
      return content
    }
  }

  struct Lane {
    let client: RPCClient
    /// Of the next call.
    var place: Int
    /// Of the oldest call under way.
    var awaited: Int
  }

  func prepare(_ hub: Hub) async throws {
    for start in stride(from: 0, to: keys.count, by: 64) {
      try await withThrowingTaskGroup { group in
        for number in start..<min(start + 64, keys.count) {
          group.addTask {
            _ = try await hub.persistence.put(
              PutRequest(space: space, key: keys[number], content: contents[number]))
          }
        }
        try await group.waitForAll()
      }
    }
  }

  func makeLane(_ number: Int, _ hub: Hub) -> Lane {
    let place = number * 37 % keys.count
    return Lane(client: hub.client, place: place, awaited: place)
  }

  nonisolated(nonsending) func step(_ lane: inout Lane) async throws {
    // A call that failed had no reply to be checked.
    lane.awaited = lane.place
    try check(await PersistenceClient(lane.client).get(request(&lane)), &lane)
  }

  func begin(_ lane: inout Lane) -> PendingReply<GetReply, PersistenceMethods.GetFailure> {
    lane.client.begin(PersistenceMethods.get, request(&lane))
  }

  private func request(_ lane: inout Lane) -> GetRequest {
    defer { lane.place = (lane.place + 1) % keys.count }
    return GetRequest(space: space, key: keys[lane.place])
  }

  func check(_ reply: GetReply, _ lane: inout Lane) throws {
    defer { lane.awaited = (lane.awaited + 1) % keys.count }
    guard let value = reply.value, isSame(value.content, contents[lane.awaited]) else { throw WrongReply() }
  }
}

/// Items of a long reply stream; a step is one item.
struct StreamWork: BenchWork {
  private let expected: [UInt8]

  init(size: Int) { expected = [UInt8](repeating: UInt8(ascii: "x"), count: size) }

  struct Lane {
    let diagnostics: DiagnosticsClient
    var items: ReplyStream<Payload, Never>.AsyncIterator?
  }

  func makeLane(_ number: Int, _ hub: Hub) -> Lane { Lane(diagnostics: hub.diagnostics) }

  nonisolated(nonsending) func step(_ lane: inout Lane) async throws {
    if lane.items == nil {
      let request = StreamRequest(items: Limits.benchStreamItems, size: UInt32(expected.count))
      lane.items = lane.diagnostics.stream(request).makeAsyncIterator()
    }
    do {
      guard let item = try await lane.items?.next(), isSame(item.content, expected) else { throw WrongReply() }
    } catch {
      lane.items = nil
      throw error
    }
  }
}

/// New connections: TCP, TLS without resumption, hello, one call, close.
struct ConnectWork: BenchWork {
  let location: HubLocation

  func makeLane(_ number: Int, _ hub: Hub) {}

  nonisolated(nonsending) func step(_ lane: inout Void) async throws {
    let hub = try await Client.connect(location)
    hub.close()
  }
}
