import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import Testing

/// Values beyond one message, against a fake that keeps what it is given.
struct `Large values` {
  private let fake = FakePersistence()

  @Test func `a small value goes in one message`() async throws {
    fake.onPut { request, _ in PutReply(version: UInt64(request.content.count)) }
    let reply = try await fake.client().store(PutRequest(space: "s", key: "k", content: [1, 2, 3]))
    #expect(reply.version == 3)
    #expect(fake.uploadCalls == 0)
  }

  @Test func `a value that one message would not hold goes in pieces, each told of`() async throws {
    let content = (0..<5_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    fake.onUpload { pieces, _ in
      var put: PutRequest?
      var received: [UInt8] = []
      for try await piece in pieces {
        put = put ?? piece.put
        received += piece.content
      }
      return PutReply(version: put?.key == "k" && received == content ? 7 : 0)
    }
    // Without a first call the client does not know yet what a message may hold, and is careful.
    let persistence = fake.client()
    var told: [Int] = []
    let reply = try await persistence.store(PutRequest(space: "s", key: "k", content: content)) { done, total in
      #expect(total == content.count)
      told.append(done)
    }
    #expect(reply.version == 7)
    #expect(told.last == content.count)
    #expect(told == told.sorted())
    #expect(fake.putRequests.isEmpty)
  }

  @Test func `a value that is too large for one reply is loaded in pieces`() async throws {
    let content = [UInt8](repeating: 5, count: 300_000)
    fake.onGet { _, _ in throw TooLarge(what: "content", limit: 1, size: 2) }
    fake.onDownload { request, replies, _ in
      try await replies.send(DownloadPiece(value: Value(key: request.key, version: 9), size: 300_000))
      for start in stride(from: 0, to: content.count, by: 100_000) {
        try await replies.send(DownloadPiece(content: Array(content[start..<start + 100_000])))
      }
    }
    let value = try await fake.client().load(GetRequest(space: "s", key: "k"))
    #expect(value?.version == 9)
    #expect(value?.content == content)
  }

  @Test func `a value that goes away before it is loaded in pieces is absent`() async throws {
    fake.onGet { _, _ in throw TooLarge(what: "content", limit: 1, size: 2) }
    fake.onDownload { request, _, _ in throw NotFound(key: request.key) }
    #expect(try await fake.client().load(GetRequest(space: "s", key: "k")) == nil)
  }

  @Test func `a declared error of an upload is the one of a put`() async throws {
    fake.onUpload { _, _ in throw Conflict(key: "k", expected: 1, actual: 2) }
    let content = [UInt8](repeating: 0, count: 5_000_000)
    let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await fake.client().store(PutRequest(space: "s", key: "k", content: content))
    }
    #expect(error?.declared == .conflict(Conflict(key: "k", expected: 1, actual: 2)))
  }
}
