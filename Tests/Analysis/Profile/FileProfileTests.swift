import FoundationEssentials
import Testing

@testable import HoldfastAnalysis

@Suite struct FileProfileTests {
  private static func profile(_ text: String, pushes: Int = 1) throws -> FileProfile {
    var reader = try CSVReader()
    let names = text.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
    let space = ProfileWorkspace()
    var profile = FileProfile(columns: names)
    let bytes = Array(text.utf8)
    let step = bytes.count / pushes + 1
    for start in stride(from: 0, to: bytes.count, by: step) {
      bytes[start..<min(bytes.count, start + step)].withUnsafeBytes { piece in
        reader.read(piece) { profile.add($0, in: space) }
      }
    }
    reader.finish { profile.add($0, in: space) }
    return profile
  }

  private static func rows(_ range: Range<Int>) -> String {
    range.map { "\($0),0\($0 % 7),\"a text, \"\"quoted\"\", of row \($0)\",\($0 % 3 == 0 ? "" : "2024-01-31")\n" }
      .joined()
  }

  @Test func `each column of a file has its profile, however the file is pushed`() throws {
    let text = "id,code,text,day\n" + Self.rows(0..<3_000)
    let whole = try Self.profile(text)
    #expect(whole.rows == 3_000)
    #expect(whole.reports.map(\.type.type) == [.integer, .identifier, .text, .date])
    #expect(whole.reports[3].nulls == 1_000)
    #expect(whole.reports[2].characters?.least == 26)
    for (pushed, report) in zip(try Self.profile(text, pushes: 77).reports, whole.reports) {
      var pushed = pushed
      #expect(abs((pushed.numbers?.mean ?? 0) - (report.numbers?.mean ?? 0)) < 1e-6)
      #expect(pushed.numbers?.quantiles == report.numbers?.quantiles)
      // Sums of batches of other sizes are rounded otherwise.
      pushed.numbers = report.numbers
      #expect(pushed == report)
    }
  }

  @Test func `records of other lengths leave nulls, and lose what no column is for`() throws {
    let profile = try Self.profile("a,b\n1\n2,3,4\n5,6\n")
    #expect(profile.reports.map(\.nulls) == [0, 1])
    #expect(profile.reports.map(\.rows) == [3, 3])
  }

  @Test func `ten thousand columns take a bounded room, and merge`() throws {
    let names = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
    let row = (0..<10_000).map { "value \($0 % 10)" }.joined(separator: ",") + "\n"
    let text = names + "\n" + String(repeating: row, count: 3)
    var profile = try Self.profile(text)
    let other = profile
    try profile.merge(other)
    #expect(profile.rows == 6)
    #expect(profile.columns.count == 10_000)
    let report = try #require(profile.columns.last?.report)
    #expect(report.rows == 6)
    #expect(report.frequent == [CountedText(text: "value 9", count: 6)])
  }

  @Test func `a file without rows has columns that are empty`() throws {
    let profile = try Self.profile("a,b\n")
    #expect(profile.reports.map(\.type.type) == [.empty, .empty])
    #expect(profile.reports.allSatisfy { $0.numbers == nil && $0.characters == nil && $0.entropyBits == 0 })
  }

  @Test func `files of other columns do not merge`() throws {
    var profile = try Self.profile("a,b\n1,2\n")
    #expect(throws: ProfileMismatch.self) { try profile.merge(try Self.profile("a\n1\n")) }
    #expect(throws: ProfileMismatch.self) { try profile.merge(try Self.profile("a,c\n1,2\n")) }
  }

  @Test func `a profile is the same after its coding`() throws {
    let profile = try Self.profile("id,code,text,day\n" + Self.rows(0..<3_000))
    let decoded = try JSONDecoder().decode(FileProfile.self, from: try JSONEncoder().encode(profile))
    #expect(decoded.reports == profile.reports)
    #expect(decoded.rows == 3_000)
  }
}
