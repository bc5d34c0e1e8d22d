import FoundationEssentials
import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Uploads of files` {
  @Test(arguments: [1, 1_000, 65_536, 1 << 20, 3 << 20 + 17])
  func `a file that arrives in pieces is read back as it was`(size: Int) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client("ann")
    let file = TestFile(bytes: size)
    let status = try await client.upload(file, pieceBytes: 70_001)
    #expect(status.state == .ready)
    #expect(status.received == UInt64(size) && status.size == UInt64(size))
    #expect(status.name == "people.csv" && status.by == "ann" && status.checksum == file.head.checksum)
    #expect(try await client.file(file.request) == status)
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
    #expect(try await fixture.chunks() >= Int64((size + Limits.fileChunkBytes - 1) / Limits.fileChunkBytes))
  }

  @Test func `a piece of the content begins at any byte and is as long as was asked for`() async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile(bytes: 1_500_000)
    try await fixture.client().upload(file)
    let content = try await fixture.calls.files.content(of: file.head.file, in: "notes")
    var random = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let offset = Int.random(in: 0...1_500_000, using: &random)
      let limit = Int.random(in: 1...700_000, using: &random)
      let piece = try await content.piece(at: Int64(offset), limit: limit)
      #expect(piece.elementsEqual(file.content[offset..<min(file.content.count, offset + limit)]))
    }
  }

  @Test func `an empty file is a file`() async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile([])
    #expect(try await fixture.client().upload(file).state == .ready)
    #expect(try await fixture.calls.bytes(of: file.head.file) == [])
    #expect(try await fixture.chunks() == 0)
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `an upload that breaks off again and again gets on, and ends as it should`(seed: UInt64) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 2_600_000, seed: seed)
    var random = SeededGenerator(seed: seed)
    var offset = 0
    var breaks = 0
    while breaks < 20 {
      breaks += 1
      // At any byte: within a batch, at its end, before the first piece.
      let count = Int.random(in: 0...[0, 1, 300_000, 1_300_000][Int(seed) % 4], using: &random)
      let pieceBytes = Int.random(in: 1_000...200_000, using: &random)
      do {
        let rest = file.content.count - offset - 1
        try await client.breakOff(file, from: offset, after: min(count, rest), pieceBytes: pieceBytes)
      } catch {
        // What the call before had still to write has come in between.
        guard case .wrongOffset(let wrong) = error.declared else { throw error }
        offset = Int(wrong.received)
        continue
      }
      do {
        let status = try await client.file(file.request)
        #expect(status.state == .uploading && status.received >= UInt64(offset))
        offset = Int(status.received)
      } catch {
        guard case .noSuchFile = error.declared else { throw error }
      }
    }
    #expect(try await client.uploadRest(file, from: offset).state == .ready)
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
  }

  @Test func `a client that ends before the whole was sent is told where to go on`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 300_000)
    let status = try await client.upload(file, upTo: 123_456)
    #expect(status.state == .uploading && status.received == 123_456)
    let content = await #expect(throws: BadFile.self) {
      try await fixture.calls.files.content(of: file.head.file, in: "notes")
    }
    #expect(content?.reason.contains("123456 of its 300000") == true)
    #expect(try await client.upload(file, from: 123_456).state == .ready)
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
  }

  @Test(arguments: [0, 1, 199_999, 200_001, 300_000])
  func `pieces that do not begin where the hub's end are refused`(offset: Int) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 300_000)
    try await client.upload(file, upTo: 200_000)
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) { try await client.upload(file, from: offset) }
    #expect(error?.declared == .wrongOffset(WrongOffset(received: 200_000)))
    #expect(try await client.file(file.request).received == 200_000)
  }

  @Test func `an upload of which the hub knows nothing begins at the start`() async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile(bytes: 300_000)
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await fixture.client().upload(file, from: 100_000)
    }
    #expect(error?.declared == .wrongOffset(WrongOffset(received: 0)))
  }

  @Test(arguments: [0, 250_000])
  func `content with another checksum is dropped, and the upload can begin anew`(broken: Int) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let right = TestFile(bytes: 300_000)
    var bytes = right.content
    bytes[123_456] ^= 1
    var wrong = TestFile(bytes)
    wrong.head = right.head
    if broken > 0 { try await client.upload(wrong, upTo: broken) }
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await client.upload(wrong, from: broken)
    }
    guard case .badFile(let bad) = error?.declared else { throw try #require(error) }
    #expect(bad.reason.contains("SHA-256"))
    await #expect(throws: CallError<AnalysisMethods.FileFailure>.self) { try await client.file(right.request) }
    #expect(try await fixture.used().bytes == 0)
    try await fixture.calls.files.tend()
    #expect(try await fixture.chunks() == 0)
    #expect(try await client.upload(right).state == .ready)
    #expect(try await fixture.calls.bytes(of: right.head.file) == right.content)
  }

  @Test(arguments: [true, false])
  func `a call that ends before the whole was verified leaves that to the next`(isRight: Bool) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 300_000)
    var content = file.content
    if !isRight { content[1_000] ^= 1 }
    let begun = try await FileUpload.begin(file.head, at: fixture.calls.files, by: "ann")
    // The connection is lost when the last piece has come, before anything was done with it.
    let task = Task { [content] in
      withUnsafeCurrentTask { $0?.cancel() }
      var upload = begun
      await #expect(throws: CancellationError.self) { try await upload.take(content) }
      try await upload.keep()
    }
    try await task.value
    let status = try await client.file(file.request)
    #expect(status.state == .uploading && status.received == 300_000)
    if isRight {
      #expect(try await client.upload(file, from: 300_000).state == .ready)
      #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
    } else {
      let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
        try await client.upload(file, from: 300_000)
      }
      guard case .badFile = error?.declared else { throw try #require(error) }
    }
  }

  @Test func `more content than was told of is refused`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    var file = TestFile(bytes: 300_000)
    file.head.size = 299_999
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) { try await client.upload(file) }
    guard case .badFile(let bad) = error?.declared else { throw try #require(error) }
    #expect(bad.reason.contains("299999"))
  }

  @Test func `a file whose last reply was lost is ready when it is sent again`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 200_000)
    let first = try await client.upload(file)
    #expect(try await client.upload(file, from: 100_000) == first)
    #expect(try await client.upload(file) == first)
    #expect(try await fixture.used().values == 1)
  }

  @Test func `another file cannot take a file's identity`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 2_000)
    try await client.upload(file, upTo: 1_000)
    var other = TestFile(bytes: 2_000, seed: 2)
    other.head.file = file.head.file
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) { try await client.upload(other, from: 1_000) }
    guard case .badFile = error?.declared else { throw try #require(error) }
    #expect(try await client.upload(file, from: 1_000).state == .ready)
  }

  @Test func `of two calls with the same file, neither spoils the other`() async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile(bytes: 5_000_000)
    try await withThrowingTaskGroup { group in
      for _ in 0..<3 {
        group.addTask { _ = try await fixture.client().uploadRest(file) }
      }
      try await group.waitForAll()
    }
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
    #expect(try await fixture.used().values == 1)
  }

  @Test func `a head that makes no sense is refused`() async throws {
    let fixture = try await AnalysisFixture(AnalysisSettings().with { $0.fileBytes = 1_000 })
    let client = fixture.client()
    func refusal(_ change: (inout TestFile) -> Void) async -> AnalysisClient.UploadFailure? {
      var file = TestFile(bytes: 100)
      change(&file)
      return await #expect(throws: AnalysisClient.UploadFailure.self) { try await client.upload(file) }
    }
    #expect(await refusal { $0.head.file = UUIDCoding.zero }?.status == .invalidArgument)
    #expect(await refusal { $0.head.space = "" }?.status == .invalidArgument)
    #expect(await refusal { $0.head.name = "" }?.status == .invalidArgument)
    #expect(await refusal { $0.head.checksum.removeLast() }?.status == .invalidArgument)
    #expect(
      await refusal { $0.head.name = String(repeating: "n", count: 256) }?.declared
        == .tooLarge(TooLarge(what: "name", limit: 255, size: 256)))
    #expect(
      await refusal { $0.head.size = 1_001 }?.declared == .tooLarge(TooLarge(what: "file", limit: 1_000, size: 1_001)))
    let call = client.upload()
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await call.send(FilePiece(content: [1]))
      _ = try await call.finish()
    }
    #expect(error?.status == .invalidArgument)
    #expect(try await client.listFiles(ListFilesRequest(space: "notes")).files.isEmpty)
  }
}

extension AnalysisSettings {
  func with(_ change: (inout AnalysisSettings) -> Void) -> AnalysisSettings {
    var settings = self
    change(&settings)
    return settings
  }
}
