import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Uploads by the SDK, over TLS.
struct `Uploads that go on by themselves` {
  typealias UploadError = AnalysisClient.UploadError

  @Test func `a file of this machine arrives whole, with its progress`() async throws {
    let hub = try await TLSHub(AnalysisFixture())
    let file = TestFile(bytes: 1_300_000)
    let place = try TemporaryDirectory()
    try LocalFile.replace(place.path("people.csv"), with: file.content, mode: 0o600)
    var told: [Int] = []
    let path = place.path("people.csv")
    let status = try await AnalysisClient(hub.client).upload(path: path, to: "notes") { done, total in
      #expect(total == 1_300_000)
      told.append(done)
    }
    #expect(status.state == .ready && status.name == "people.csv")
    #expect(told == told.sorted() && told.last == 1_300_000 && told.count > 10)
    #expect(try await hub.fixture.calls.bytes(of: status.file) == file.content)
    await hub.close()
  }

  @Test func `an upload during which the hub is started again and again arrives whole`() async throws {
    let hub = try await TLSHub(AnalysisFixture())
    let file = TestFile(bytes: 6_000_000)
    let restarts = Lock(0)
    let status = try await withThrowingTaskGroup { group in
      let (ticks, tick) = AsyncStream.makeStream(of: Void.self)
      group.addTask {
        for await _ in ticks {
          try await hub.restart()
          restarts.withLock { $0 += 1 }
        }
        return FileStatus()
      }
      var next = 500_000
      let client = AnalysisClient(hub.client)
      let status = try await client.upload(file.content, named: "people.csv", to: "notes") { done, _ in
        guard done >= next else { return }
        next += 1_100_000
        tick.yield()
      }
      tick.finish()
      try await group.waitForAll()
      return status
    }
    #expect(restarts.withLock { $0 } >= 5)
    #expect(status.state == .ready)
    #expect(try await hub.fixture.calls.bytes(of: status.file) == file.content)
    await hub.close()
  }

  @Test func `the same file again goes on where another program ended, or is there already`() async throws {
    let hub = try await TLSHub(AnalysisFixture())
    let client = AnalysisClient(hub.client)
    let file = TestFile(bytes: 2_000_000)
    let status = try await client.upload(file.content, named: "people.csv", to: "notes")
    var told: [Int] = []
    let same = try await client.upload(file.content, named: "people.csv", to: "notes") { done, _ in told.append(done) }
    #expect(same == status && told == [])
    // Another name is another file.
    let other = try await client.upload(file.content, named: "others.csv", to: "notes")
    #expect(other.file != status.file)

    // As it is after a program that ended in the middle.
    var half = file
    half.head.file = status.file
    _ = try await client.removeFile(half.request)
    try await client.upload(half, upTo: 1_200_000)
    let again = try await client.upload(file.content, named: "people.csv", to: "notes") { done, _ in told.append(done) }
    #expect(again.file == status.file && again.state == .ready)
    #expect(told.first == 1_200_000 + 65_536)
    #expect(try await hub.fixture.calls.bytes(of: again.file) == file.content)
    await hub.close()
  }

  @Test func `what waiting does not mend is said at once`() async throws {
    let hub = try await TLSHub(AnalysisFixture { $0.spaceBytes = 1_000 })
    let client = AnalysisClient(hub.client)
    let refused = await #expect(throws: UploadError.self) {
      try await client.upload([UInt8](repeating: 1, count: 2_000), named: "large.csv", to: "notes")
    }
    #expect(
      refused?.declared == .quotaExceeded(QuotaExceeded(space: "notes", resource: "bytes", limit: 1_000, used: 0)))
    let unreadable = await #expect(throws: UploadError.self) {
      try await client.upload(path: "/nowhere/people.csv", to: "notes")
    }
    #expect(unreadable?.status == .invalidArgument)
    #expect(unreadable?.message.contains("cannot read /nowhere/people.csv") == true)
    await hub.close()
  }

  @Test func `an upload without a hub fails after its attempts`() async throws {
    let hub = try await TLSHub(AnalysisFixture())
    await hub.close()
    let quick = RetryPolicy(attempts: 3, backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(2)))
    let error = await #expect(throws: UploadError.self) {
      try await AnalysisClient(hub.client).upload([1, 2, 3], named: "a.csv", to: "notes", retry: quick)
    }
    #expect(error != nil)
  }
}
