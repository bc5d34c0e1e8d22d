import FoundationEssentials
import HoldfastAnalysis
import HoldfastCache
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Profiles of files` {
  /// A table of people who write, with as many rows as it takes to have the bytes.
  private static func people(bytes: Int, seed: UInt64 = 1) -> (file: TestFile, rows: Int) {
    var random = SeededGenerator(seed: seed)
    let words = ["good", "bad", "warm", "slow", "bread", "coffee", "station", "always", "never", "again"]
    var text = "id,city,comment,score\n"
    var rows = 0
    while text.utf8.count < bytes {
      let comment = (0..<Int.random(in: 5...25, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      // Every third comment is in quotes and has what separates fields and records within.
      let written = comment.joined(separator: " ")
      let field = rows % 3 == 0 ? "\"\(written),\n\"\"\(rows)\"\", and so on\"" : "\(written) \(rows)"
      text += "\(rows),\(["Ulm", "Bonn", "Kiel"][rows % 3]),\(field),\(rows % 100)\n"
      rows += 1
    }
    return (TestFile(Array(text.utf8)), rows)
  }

  @Test func `a small file is answered once and exactly`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(Array("name;age;note\nann;31;\"likes; bread\"\nbob;;likes nothing at all\ncy;40\n".utf8))
    try await client.upload(file)
    let answers = try await client.profiles(file)
    #expect(answers.count == 1)
    let profile = try #require(answers.first)
    #expect(profile.exact && profile.rows == 3 && profile.sampled == 3 && profile.file == file.head.file)
    #expect(profile.dialect == FileDialect(delimiter: ";", quote: "\"", encoding: .utf8, header: .present))
    #expect(profile.columns.map(\.name) == ["name", "age", "note"])
    #expect(profile.columns.map(\.number) == [0, 1, 2])
    #expect(profile.columns[1].type == "integer" && profile.columns[1].nulls == 1)
    #expect(profile.columns[1].minimum == 31 && profile.columns[1].maximum == 40 && profile.columns[1].mean == 35.5)
    #expect(profile.columns[2].samples.contains("likes; bread"))
    #expect(profile.problems.map(\.kind) == ["fewerFields"] && profile.problems.map(\.line) == [4])
  }

  @Test func `a large file is answered by a sample at once, and then exactly`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let (file, rows) = Self.people(bytes: Limits.sampleSpots * Limits.sampleSpotBytes * 3 / 2)
    try await client.upload(file, pieceBytes: 1 << 20)
    let answers = try await client.profiles(file)
    #expect(answers.map(\.exact) == [false, true])
    let sample = try #require(answers.first)
    let whole = try #require(answers.last)
    #expect(whole.rows == UInt64(rows) && whole.sampled == UInt64(rows))
    #expect(sample.sampled < whole.rows && sample.sampled > whole.rows / 3)
    #expect(abs(Double(sample.rows) / Double(rows) - 1) < 0.02)
    for profile in answers {
      #expect(profile.columns.map(\.name) == ["id", "city", "comment", "score"])
      #expect(profile.columns.map(\.type) == ["integer", "text", "text", "integer"])
      #expect(profile.candidates == [2])
      #expect(profile.problems.isEmpty)
      // Were records split at the wrong places, there would be other cities and scores.
      #expect(profile.columns[1].distinct == 3)
      #expect(profile.columns[3].maximum == 99)
    }
    #expect(try await client.profiles(file, exact: false).map(\.exact) == [false])
  }

  @Test(arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
  func `a sample of a file of two-byte characters is of whole records`(encoding: String.Encoding) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let (plain, rows) = Self.people(bytes: Limits.sampleSpots * Limits.sampleSpotBytes * 3 / 4)
    let isLittle = encoding == .utf16LittleEndian
    let units = [0xFEFF] + Array(String(decoding: plain.content, as: UTF8.self).utf16)
    let file = TestFile(
      units.flatMap { unit in [UInt8(unit & 0xff), UInt8(unit >> 8)] }.chunked(reversed: !isLittle))
    try await client.upload(file, pieceBytes: 1 << 20)
    let sample = try #require(try await client.profiles(file, exact: false).first)
    #expect(!sample.exact)
    #expect(sample.dialect.encoding == (isLittle ? .utf16Little : .utf16Big))
    #expect(abs(Double(sample.rows) / Double(rows) - 1) < 0.02)
    #expect(sample.columns.map(\.type) == ["integer", "text", "text", "integer"])
    #expect(sample.columns[1].distinct == 3)
  }

  @Test func `what is known of the dialect is not detected`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(Array("1|2,3\n4|5,6\n".utf8))
    try await client.upload(file)
    let known = FileDialect(delimiter: "|", header: .absent)
    let profile = try #require(try await client.profiles(file, dialect: known).first)
    #expect(profile.columns.map(\.name) == ["column_1", "column_2"])
    #expect(profile.rows == 2)
    #expect(profile.dialect.delimiter == "|" && profile.dialect.header == .absent)
  }

  @Test(arguments: [
    ("", FileDialect(), "empty"), ("a,b\n1,2\n", FileDialect(delimiter: "ab"), "one character"),
    ("a,b\n1,2\n", FileDialect(delimiter: "\""), "different"), ("PK\u{3}\u{4}\u{14}\0\u{6}\0", FileDialect(), "zip"),
  ])
  func `a file that cannot be read says why`(content: String, dialect: FileDialect, reason: String) async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(Array(content.utf8))
    try await client.upload(file)
    let error = await #expect(throws: AnalysisClient.ProfileFailure.self) {
      try await client.profiles(file, dialect: dialect)
    }
    guard case .badFile(let bad) = error?.declared else { throw try #require(error) }
    #expect(bad.reason.lowercased().contains(reason))
  }

  @Test func `a file that is not there, or not whole, has no profile`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let file = TestFile(bytes: 1_000)
    let missing = await #expect(throws: AnalysisClient.ProfileFailure.self) { try await client.profiles(file) }
    #expect(missing?.declared == .noSuchFile(NoSuchFile(file: file.head.file)))
    try await client.upload(file, upTo: 500)
    let partial = await #expect(throws: AnalysisClient.ProfileFailure.self) { try await client.profiles(file) }
    guard case .badFile = partial?.declared else { throw try #require(partial) }
    let stranger = fixture.client("stranger", scope: .nothing)
    let refused = await #expect(throws: AnalysisClient.ProfileFailure.self) { try await stranger.profiles(file) }
    #expect(refused?.declared == .forbidden(Forbidden(space: "notes", need: "read")))
  }

  @Test func `more files than are profiled at once wait for their turn`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<(Limits.profilesAtOnce * 4) {
        group.addTask {
          let file = TestFile(Array("id,text\n\(number),text of \(number)\n".utf8), name: "\(number).csv")
          try await client.upload(file)
          #expect(try await client.profiles(file).first?.rows == 1)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `many who ask at once get the same, and it is made once`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let (file, _) = Self.people(bytes: 200_000)
    try await client.upload(file)
    // More than may be profiled at once.
    let answers = try await withThrowingTaskGroup(of: [ProfiledFile].self) { group -> [[ProfiledFile]] in
      for _ in 0..<(Limits.profilesAtOnce * 2) { group.addTask { try await client.profiles(file) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.allSatisfy { $0 == answers[0] } && answers[0].count == 1)
    #expect(fixture.calls.profiles.counters.entries == 1)
    // A copy of it under another name is not read again.
    let copy = TestFile(file.content, name: "copy.csv")
    try await client.upload(copy)
    #expect(try await client.profiles(copy).first?.columns == answers[0][0].columns)
    #expect(fixture.calls.profiles.counters.entries == 1)
  }

  @Test func `a profile goes with its file`() async throws {
    let fixture = try await AnalysisFixture()
    let client = fixture.client()
    let (file, _) = Self.people(bytes: 50_000)
    try await client.upload(file)
    _ = try await client.profiles(file)
    _ = try await client.removeFile(file.request)
    #expect(fixture.calls.profiles.counters.entries == 0)
    let error = await #expect(throws: AnalysisClient.ProfileFailure.self) { try await client.profiles(file) }
    #expect(error?.declared == .noSuchFile(NoSuchFile(file: file.head.file)))
  }
}

extension [UInt8] {
  /// The bytes of each pair the other way round.
  fileprivate func chunked(reversed: Bool) -> [UInt8] {
    guard reversed else { return self }
    return stride(from: 0, to: count, by: 2).flatMap { [self[$0 + 1], self[$0]] }
  }
}

struct `Beginnings of records` {
  private func start(_ text: String, columns: Int = 3, quote: UInt8? = UInt8(ascii: "\"")) throws -> String? {
    let bytes = Array(text.utf8)
    let start = RecordStart(dialect: CSVDialect(quote: quote), columns: columns)
    return try bytes.withUnsafeBytes { try start.find(in: $0) }.map { String(decoding: bytes[$0...], as: UTF8.self) }
  }

  @Test func `the first record after a line end is whole`() throws {
    #expect(try start("2,3\n4,5,6\n7,8,9\n1") == "4,5,6\n7,8,9\n1")
    #expect(try start("\n4,5,6\n") == "4,5,6\n")
    #expect(try start("3\r\n4,5,6\r\n7") == "4,5,6\r\n7")
    #expect(try start("3\r4,5,6\r7,8,9\r") == "4,5,6\r7,8,9\r")
  }

  @Test func `a line end in quotes ends no record, wherever the piece begins`() throws {
    let records = "1,\"a\nb,c\",2\n3,\"d,\n\ne\",4\n5,6,7\n8,9,1\n"
    for offset in 0..<"1,\"a\nb,c\",2".count {
      let piece = String(records.dropFirst(offset))
      #expect(try start(piece) == "3,\"d,\n\ne\",4\n5,6,7\n8,9,1\n", "from byte \(offset)")
    }
  }

  @Test func `a quote within a field does not put all that follows in quotes`() throws {
    #expect(try start("b,5\" pipe\n1,2,3\n4,5,6\n7,8,9\n") == "1,2,3\n4,5,6\n7,8,9\n")
    #expect(try start("b,\"x\n1,2,3\n4,5,6\n", quote: nil) == "1,2,3\n4,5,6\n")
  }

  @Test func `a piece without a whole record has none`() throws {
    #expect(try start("1,2,3") == nil)
    #expect(try start("1,2,3\n4,5") == nil)
    #expect(try start("") == nil)
  }
}
