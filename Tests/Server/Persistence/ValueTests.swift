import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Values of a hub` {
  private let hub: PersistenceFixture
  private let notes: PersistenceClient

  init() async throws {
    hub = try await PersistenceFixture()
    notes = hub.client()
  }

  @Test func `a value that was put is there with all that was said of it`() async throws {
    let request = PutRequest(
      space: "notes", key: "a/b", content: [0, 255, 1], type: "text/plain", expiresIn: .seconds(60))
    let version = try await notes.put(request).version
    let value = try #require(try await notes.get(GetRequest(space: "notes", key: "a/b")).value)
    #expect(
      value
        == Value(
          key: "a/b", version: version, content: [0, 255, 1], type: "text/plain",
          updated: Timestamp(seconds: 1_800_000_000), expires: Timestamp(seconds: 1_800_000_060)))
    let exists = try await notes.exists(GetRequest(space: "notes", key: "a/b"))
    #expect(exists == ExistsReply(exists: true, version: version, size: 3))
  }

  @Test func `what was never put is absent`() async throws {
    #expect(try await notes.text("a") == nil)
    #expect(try await notes.exists(GetRequest(space: "notes", key: "a")) == ExistsReply())
    #expect(try await notes.delete("a") == DeleteReply())
    #expect(try await notes.list(ListRequest(space: "notes")) == ListReply())
  }

  @Test func `versions grow with each change of the space, and spaces count for themselves`() async throws {
    #expect(try await notes.put("a", "1") == 1)
    #expect(try await notes.put("b", "1") == 2)
    #expect(try await notes.put("a", "2") == 3)
    #expect(try await notes.delete("b") == DeleteReply(existed: true, version: 4))
    #expect(try await notes.put(PutRequest(space: "other", key: "a")).version == 1)
    #expect(try await notes.text("a") == "2")
    #expect(try await notes.text("b") == nil)
  }

  @Test func `a precondition that holds lets the write through, one that does not names both versions`() async throws {
    let first = try await notes.put("a", "1", expected: 0)
    let second = try await notes.put("a", "2", expected: first)
    let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await notes.put(PutRequest(space: "notes", key: "a", expected: first))
    }
    #expect(error?.declared == .conflict(Conflict(key: "a", expected: first, actual: second)))
    let deletion = await #expect(throws: CallError<PersistenceMethods.DeleteFailure>.self) {
      try await notes.delete(DeleteRequest(space: "notes", key: "b", expected: 7))
    }
    #expect(deletion?.declared == .conflict(Conflict(key: "b", expected: 7, actual: 0)))
    #expect(try await notes.text("a") == "2")
  }

  @Test func `of many who write on the same version one succeeds`() async throws {
    let version = try await notes.put("a", "start")
    let successes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask { (try? await notes.put("a", "\(number)", expected: version)) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(successes == 1)
  }

  @Test func `whoever writes a value again says anew when it expires`() async throws {
    try await notes.put("stays", "1", expiresIn: .seconds(5))
    try await notes.put("stays", "2")
    try await notes.put("goes", "1")
    try await notes.put("goes", "2", expiresIn: .seconds(5))
    for text in ["1", "2"] { try await notes.put("goes as before", text, expiresIn: .seconds(5)) }
    for text in ["1", "2"] { try await notes.put("stays as before", text) }
    hub.advance(seconds: 5)
    #expect(try await hub.calls.purgeExpired() == 2)
    #expect(try await notes.text("stays") == "2")
    #expect(try await notes.text("stays as before") == "2")
    #expect(try await notes.text("goes") == nil)
    #expect(try await notes.text("goes as before") == nil)
  }

  @Test func `a value is gone the moment it expires, and the purge tells the log`() async throws {
    try await notes.put("a", "short", expiresIn: .seconds(10))
    try await notes.put("b", "long")
    hub.advance(seconds: 9)
    #expect(try await notes.text("a") == "short")
    #expect(try await hub.calls.purgeExpired() == 0)
    hub.advance(seconds: 1)
    #expect(try await notes.text("a") == nil)
    #expect(try await notes.exists(GetRequest(space: "notes", key: "a")).exists == false)
    #expect(try await notes.list(ListRequest(space: "notes")).values.map(\.key) == ["b"])
    #expect(try await hub.calls.purgeExpired() == 1)
    #expect(try await hub.calls.purgeExpired() == 0)
    let status = try await hub.calls.listSpaces()
    #expect(status.map(\.values) == [1])
    #expect(status.map(\.sequence) == [3])
  }

  @Test func `an expired value counts as none for preconditions, purged or not`() async throws {
    let version = try await notes.put("a", "old", expiresIn: .seconds(10))
    hub.advance(seconds: 10)
    await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await notes.put(PutRequest(space: "notes", key: "a", expected: version))
    }
    try await notes.put("a", "new", expected: 0)
    #expect(try await hub.calls.purgeExpired() == 0)
    #expect(try await notes.text("a") == "new")
  }

  @Test func `pages of a list continue where the last one ended, in the order of bytes`() async throws {
    let keys = ["a", "ab", "a/1", "a/2", "a/ü", "a/😀", "b", "å"]
    for key in keys { try await notes.put(key, key) }
    var found: [String] = []
    var after = ""
    while true {
      let page = try await notes.list(ListRequest(space: "notes", prefix: "a", after: after, limit: 2))
      found += page.values.map(\.key)
      #expect(page.values.allSatisfy { $0.content == Array($0.key.utf8) })
      guard page.more, let last = page.values.last else { break }
      after = last.key
    }
    #expect(found == ["a", "a/1", "a/2", "a/ü", "a/😀", "ab"])
    let bare = try await notes.list(ListRequest(space: "notes", prefix: "a/", after: "a/1", bare: true))
    #expect(bare.values.map(\.key) == ["a/2", "a/ü", "a/😀"])
    #expect(bare.values.allSatisfy { $0.content.isEmpty })
    #expect(!bare.more)
  }

  @Test func `a page ends before it grows too large`() async throws {
    for key in ["a", "b", "c"] {
      _ = try await notes.put(
        PutRequest(space: "notes", key: key, content: [UInt8](repeating: 1, count: 600_000)))
    }
    let page = try await notes.list(ListRequest(space: "notes"))
    #expect(page.values.map(\.key) == ["a"])
    #expect(page.more)
  }

  @Test func `keys, contents and names beyond the limits are refused`() async throws {
    let key = String(repeating: "k", count: Limits.keyBytes + 1)
    let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await notes.put(PutRequest(space: "notes", key: key))
    }
    #expect(
      error?.declared
        == .tooLarge(TooLarge(what: "key", limit: UInt64(Limits.keyBytes), size: UInt64(Limits.keyBytes + 1))))
    for request in [
      PutRequest(space: "notes", key: ""), PutRequest(space: "", key: "a"),
      PutRequest(space: "notes", key: "a", expiresIn: .zero),
    ] {
      let error = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) { try await notes.put(request) }
      #expect(error?.status == .invalidArgument)
    }
  }

  @Test func `a client does what its token allows, and is told what is missing`() async throws {
    let reader = hub.client(scope: Scope(spaces: [SpacePattern("notes")]))
    try await notes.put("a", "1")
    #expect(try await reader.text("a") == "1")
    let write = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) {
      try await reader.put(PutRequest(space: "notes", key: "a"))
    }
    #expect(write?.declared == .forbidden(Forbidden(space: "notes", need: "write")))
    let read = await #expect(throws: CallError<PersistenceMethods.GetFailure>.self) {
      try await reader.get(GetRequest(space: "other", key: "a"))
    }
    #expect(read?.declared == .forbidden(Forbidden(space: "other", need: "read")))
  }

  @Test func `a value of many pieces comes back whole`() async throws {
    let content = (0..<6_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let upload = notes.upload()
    for start in stride(from: 0, to: content.count, by: 1 << 20) {
      let piece = Array(content[start..<min(content.count, start + 1 << 20)])
      try await upload.send(
        Piece(put: start == 0 ? PutRequest(space: "notes", key: "big", type: "x") : nil, content: piece))
    }
    let version = try await upload.finish().version
    let single = await #expect(throws: CallError<PersistenceMethods.GetFailure>.self) {
      try await notes.get(GetRequest(space: "notes", key: "big"))
    }
    guard case .tooLarge(let tooLarge) = single?.declared else {
      Issue.record("a get of a large value says so")
      return
    }
    #expect(tooLarge.size == 6_000_001)
    var received: [UInt8] = []
    var first: DownloadPiece?
    for try await piece in notes.download(GetRequest(space: "notes", key: "big")) {
      first = first ?? piece
      received += piece.content
    }
    #expect(received == content)
    #expect(first?.size == 6_000_001)
    #expect(first?.value?.version == version)
    #expect(first?.value?.type == "x")
  }

  @Test func `an upload beyond the limit is refused while it comes in`() async throws {
    let hub = try await PersistenceFixture { $0.valueBytes = 100_000 }
    let upload = hub.client().upload()
    let error = await #expect(throws: CallError<PersistenceMethods.UploadFailure>.self) {
      try await upload.send(Piece(put: PutRequest(space: "notes", key: "big")))
      for _ in 0..<100 { try await upload.send(Piece(content: [UInt8](repeating: 0, count: 50_000))) }
      _ = try await upload.finish()
    }
    #expect(error?.declared == .tooLarge(TooLarge(what: "content", limit: 100_000, size: 150_000)))
    #expect(try await hub.client().text("big") == nil)
  }

  @Test func `a download of nothing says so`() async throws {
    await #expect(throws: CallError<PersistenceMethods.DownloadFailure>.self) {
      for try await _ in notes.download(GetRequest(space: "notes", key: "a")) {}
    }
  }
}
