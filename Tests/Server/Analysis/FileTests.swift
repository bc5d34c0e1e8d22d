import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Files of a space` {
  @Test func `a file counts in its space's quota from the start of its upload until it is removed`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 200_000)
    try await client.upload(file, upTo: 10)
    #expect(try await fixture.used().bytes == 200_000 + 10)
    #expect(try await fixture.used().values == 1)
    try await client.upload(file, from: 10)
    #expect(try await fixture.used().bytes == 200_000 + 10)
    #expect(try await client.removeFile(file.request).existed)
    #expect(try await fixture.used().bytes == 0)
    #expect(try await fixture.used().values == 0)
    #expect(try await !client.removeFile(file.request).existed)
  }

  @Test func `a file that the quota does not allow is refused before its content comes`() async throws {
    let fixture = try await AnalysisFixture { $0.spaceBytes = 100_000 }
    let client = fixture.client()
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await client.upload(TestFile(bytes: 100_000))
    }
    #expect(
      error?.declared == .quotaExceeded(QuotaExceeded(space: "notes", resource: "bytes", limit: 100_000, used: 0)))
    #expect(try await client.listFiles(ListFilesRequest(space: "notes")).files.isEmpty)
    #expect(try await client.upload(TestFile(bytes: 99_990)).state == .ready)
  }

  @Test func `who may only read sees files and changes none`() async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile(bytes: 1_000)
    try await fixture.client().upload(file)
    let reader = fixture.client("reader", scope: Scope(spaces: [SpacePattern("notes")]))
    #expect(try await reader.file(file.request).state == .ready)
    #expect(try await reader.listFiles(ListFilesRequest(space: "notes")).files.count == 1)
    let upload = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await reader.upload(TestFile(bytes: 10))
    }
    #expect(upload?.declared == .forbidden(Forbidden(space: "notes", need: "write")))
    let removal = await #expect(throws: CallError<AnalysisMethods.RemoveFileFailure>.self) {
      try await reader.removeFile(file.request)
    }
    #expect(removal?.declared == .forbidden(Forbidden(space: "notes", need: "write")))
  }

  @Test(arguments: [Scope(spaces: [SpacePattern("others")], canWrite: true), .nothing])
  func `who may not read a space learns nothing of its files`(scope: Scope) async throws {
    let fixture = try await AnalysisFixture()
    let file = TestFile(bytes: 1_000)
    try await fixture.client().upload(file)
    let stranger = fixture.client("stranger", scope: scope)
    let status = await #expect(throws: CallError<AnalysisMethods.FileFailure>.self) {
      try await stranger.file(file.request)
    }
    #expect(status?.declared == .forbidden(Forbidden(space: "notes", need: "read")))
    let list = await #expect(throws: CallError<AnalysisMethods.ListFilesFailure>.self) {
      try await stranger.listFiles(ListFilesRequest(space: "notes"))
    }
    #expect(list?.declared == .forbidden(Forbidden(space: "notes", need: "read")))
  }

  @Test func `a token for other services does not reach files`() async throws {
    let fixture = try await AnalysisFixture()
    var scope = Scope.everything
    scope.services = ["Persistence"]
    let error = await #expect(throws: AnalysisClient.UploadFailure.self) {
      try await fixture.client(scope: scope).upload(TestFile(bytes: 10))
    }
    #expect(error?.declared == .forbidden(Forbidden(space: "notes", need: "write")))
  }

  @Test func `a file of one space is not there in another`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 1_000)
    try await client.upload(file)
    for space in ["others", "more"] {
      let error = await #expect(throws: CallError<AnalysisMethods.FileFailure>.self) {
        try await client.file(FileRequest(space: space, file: file.head.file))
      }
      #expect(error?.declared == .noSuchFile(NoSuchFile(file: file.head.file)))
      // The same identity may be another file's there.
      var other = TestFile(bytes: 500, seed: 7)
      other.head.file = file.head.file
      other.head.space = space
      try await client.upload(other)
    }
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
  }

  @Test func `pages of a list hold each file once`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    var files: Set<UUID> = []
    for number in 0..<7 {
      let file = TestFile(bytes: 10 + number)
      try await client.upload(file, upTo: 5 + number % 2 * (5 + number))
      files.insert(file.head.file)
    }
    var listed: [FileStatus] = []
    while true {
      let page = try await client.listFiles(ListFilesRequest(space: "notes", after: listed.last?.file, limit: 3))
      listed += page.files
      #expect(page.files.count == (page.more ? 3 : 1))
      if !page.more { break }
    }
    #expect(listed.count == 7 && Set(listed.map(\.file)) == files)
    #expect(listed.count { $0.state == .ready } == 3)
    #expect(try await client.listFiles(ListFilesRequest(space: "nothing")).files.isEmpty)
  }

  @Test func `a reading of a file that is removed ends with an error, and never with another file's content`()
    async throws
  {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 3_000_000)
    try await client.upload(file)
    let content = try await fixture.calls.files.content(of: file.head.file, in: "notes")
    _ = try await content.piece(at: 0)
    _ = try await client.removeFile(file.request)
    try await fixture.calls.files.tend()
    #expect(try await fixture.chunks() == 0)
    // It gets the number of the file that is gone.
    let other = TestFile(bytes: 3_000_000, seed: 2)
    try await client.upload(other)
    await #expect(throws: NoSuchFile(file: file.head.file)) { try await content.piece(at: 1 << 20) }
  }

  @Test func `an upload with which nobody goes on is removed after its time, and no other`() async throws {
    let fixture = try await AnalysisFixture(AnalysisSettings().with { $0.uploadsKept = .seconds(3_600) })
    let client = fixture.client()
    let (abandoned, slow, ready) = (TestFile(bytes: 900_000), TestFile(bytes: 900_000), TestFile(bytes: 900_000))
    try await client.upload(ready)
    try await client.upload(abandoned, upTo: 600_000)
    try await client.upload(slow, upTo: 600_000)
    fixture.hub.advance(seconds: 3_000)
    try await client.upload(slow, from: 600_000, upTo: 700_000)
    fixture.hub.advance(seconds: 601)
    try await fixture.calls.files.tend()
    let files = try await client.listFiles(ListFilesRequest(space: "notes")).files.map(\.file)
    #expect(Set(files) == [slow.head.file, ready.head.file])
    #expect(try await fixture.used().bytes == 2 * (900_000 + 10))
    #expect(try await client.upload(slow, from: 700_000).state == .ready)
    #expect(try await fixture.calls.bytes(of: ready.head.file) == ready.content)
  }

  @Test func `the log tells of files, in words that a person can read`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client("ann")
    let file = TestFile(bytes: 1_000)
    let status = try await client.upload(file)
    _ = try await client.removeFile(file.request)
    let log = try await fixture.hub.store.scan { transaction in
      try transaction.all("SELECT kind, key, content, who FROM change ORDER BY id") { row in
        let kind = ChangeKind(rawValue: Int32(row.integer(0)))
        return (LogEntry(kind: kind, key: row.bytes(1), content: row.bytes(2)), row.text(3))
      }
    }
    #expect(log.map(\.0.kind) == [.fileStored, .fileRemoved])
    #expect(log.map(\.1) == ["ann", "ann"])
    #expect(log.first?.0.content == status.checksum)
    #expect(log.allSatisfy { $0.0.shownKey == Array("the file \(file.head.file)".utf8) })
  }
}

struct `Tables of files` {
  private func open(_ disk: LosingDisk, _ migrations: [Migration] = Schema.migrations) throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: migrations)
  }

  @Test func `the schema of before comes back while there are no files`() throws {
    let disk = LosingDisk(seed: 1)
    let before = Array(Schema.migrations.prefix(14))
    _ = try open(disk, before)
    let database = try open(disk)
    try Migrator(Schema.migrations).revert(database, to: 14)
    let tables = try database.makeReader().read { transaction in
      try transaction.all("SELECT name FROM sqlite_master WHERE name LIKE 'analysis_%'") { $0.text(0) }
    }
    #expect(tables == [])
    _ = try open(disk, before)
    _ = try open(disk)
  }

  @Test func `the schema of before does not come back once there are files`() throws {
    let disk = LosingDisk(seed: 1)
    let database = try open(disk)
    let file = TestFile(bytes: 10)
    _ = try database.write { try FileTable.insert(file.head, space: 1, at: Moment(microseconds: 1), by: "ann", $0) }
    let error = #expect(throws: StoreError.self) { try Migrator(Schema.migrations).revert(database, to: 14) }
    #expect(error?.message.contains("files for analysis") == true)
    #expect(try database.makeReader().read { try FileTable.find(space: 1, file: file.head.file, $0) } != nil)
  }

  @Test func `the last byte of the largest file has its place, and its neighbours theirs`() {
    let file = ChunkID.lastFile
    #expect(ChunkID(file: file, offset: ChunkID.fileBytes - 1).rawValue == .max)
    #expect(ChunkID(rawValue: ChunkID(file: 5, offset: 77).rawValue).offset == 77)
    #expect(ChunkID.range(of: 5).upperBound + 1 == ChunkID.range(of: 6).lowerBound)
  }
}
