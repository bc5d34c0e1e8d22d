import Foundation
import TestSupport
import Testing

/// Files as they should not be: each is profiled with what is wrong in it told, or refused with what to do.
struct `Files that are not what they should be` {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func profile(_ text: String) async throws -> Profiled {
    try await profile(Array(text.utf8))
  }

  private func profile(_ bytes: [UInt8]) async throws -> Profiled {
    let file = folder.path("file.csv")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let run = try await Holdfast.run(["profile", file, "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    return try Profiled(run)
  }

  @Test func `a header without rows is told`() async throws {
    let file = try folder.write("id,name,review\n", to: "header.csv")
    let run = try await Holdfast.run(["profile", file])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("0 rows, 3 columns"))
    #expect(run.output.contains("There are names of columns, and no rows below them."))
    let found = try Profiled(try await Holdfast.run(["profile", file, "--json"]))
    #expect(found.rows == 0)
    #expect(found.names == ["id", "name", "review"])
    #expect(found.types == ["empty", "empty", "empty"])
  }

  @Test func `one column is not split at its commas`() async throws {
    let texts = ["It was good, really.", "I liked it.", "Well, no, not at all.", "It came late, but is fine."]
    let found = try await profile("review\n" + (0..<48).map { "\(texts[$0 % 4]) No. \($0)\n" }.joined())
    #expect(found.rows == 48)
    #expect(found.names == ["review"])
    #expect(found.candidates == ["review"])
    #expect(found.problems == [])
  }

  @Test func `ten thousand columns are columns`() async throws {
    let names = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
    let values = (0..<10_000).map { "\($0)" }.joined(separator: ",")
    let found = try await profile(names + "\n" + values + "\n" + values + "\n")
    #expect(found.rows == 2)
    #expect(found.names.count == 10_000)
    #expect(found.names.last == "c9999")
    #expect(found.types.allSatisfy { $0 == "integer" })
  }

  @Test func `a field over the limit is cut, and the records after it are read`() async throws {
    let found = try await profile("id,text\n1,\"" + String(repeating: "x, ", count: 700_000) + "\"\n2,\"fine, too\"\n")
    #expect(found.rows == 2)
    #expect(found.problems == ["line 2 fieldCut"])
    #expect(found.details.allSatisfy { $0.contains("more than 1048576 bytes; the rest is left out") })
  }

  @Test func `a quote that nothing closes is told with its line, and is all that is wrong`() async throws {
    let lines = (1...20).map { "\($0),\"Good, number \($0)\"\n" }.joined()
    let found = try await profile("id,text\n" + lines + "21,\"cut off, here\n")
    #expect(found.rows == 21)
    #expect(found.problems == ["line 22 unclosedQuote"])
    #expect(found.names == ["id", "text"])
  }

  @Test func `NULs are told with their lines`() async throws {
    let found = try await profile("id,name\n1,An\u{0}n\n2,Bob\n3,E\u{0}ve\n" + (4...40).map { "\($0),Max\n" }.joined())
    #expect(found.rows == 40)
    #expect(found.problems == ["line 2 nul", "line 4 nul"])
  }

  @Test func `bytes of another encoding are told with their lines`() async throws {
    let cities = Array("city,size\nZürich,1\nKöln,2\nM".utf8) + [0xFC] + Array("nchen,3\nGöteborg,4\n".utf8)
    let found = try await profile(cities)
    #expect(found.encoding == "utf8")
    #expect(found.rows == 4)
    #expect(found.problems == ["line 4 badBytes"])
  }

  @Test func `columns of the same name are told apart, and said to be`() async throws {
    let found = try await profile("price,price,,price\n1,2,3,4\n5,6,7,8\n")
    #expect(found.names == ["price", "price_2", "column_3", "price_3"])
    #expect(found.problems == ["line 1 duplicateName", "line 1 emptyName", "line 1 duplicateName"])
  }

  @Test(arguments: [
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG image", "export it as CSV first"),
    (Array("PK\u{3}\u{4}....".utf8), "a zip archive", "unpack it first"),
    ([0x1F, 0x8B, 8, 0], "gzip", "unpack it first"),
    (Array("%PDF-1.7\n%".utf8), "a PDF", "export it as CSV first"),
    (Array("[{\"id\": 1}, {\"id\": 2}]\n".utf8), "JSON", "write its records as lines of CSV first"),
    (Array("<!doctype html><p>Sign in".utf8), "a web page (HTML)", "download the file itself"),
  ])
  func `another format under this name is refused by its own`(
    _ bytes: [UInt8], _ name: String, _ advice: String
  ) async throws {
    let file = folder.path("file.csv")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let run = try await Holdfast.run(["profile", file])
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("\(file): the data is \(name), not separated text; \(advice)"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  #if os(Linux)
    enum Change: CaseIterable { case longer, shorter, other, gone }

    @Test(arguments: Change.allCases)
    func `a file that changes while it is read has no profile`(_ change: Change) async throws {
      let line = "1,The box came late, and what was in it is broken\n"
      let file = try folder.write("id,text\n" + String(repeating: line, count: 100_000), to: "file.csv")
      let url = URL(fileURLWithPath: file)
      let run = try Holdfast.startOnTerminal(["profile", file])
      // A part has been read when it is shown how far it is.
      #expect(await run.shown(until: "%").contains("file.csv"))
      kill(run.process.processIdentifier, SIGSTOP)
      switch change {
      case .longer, .shorter:
        let writer = try FileHandle(forWritingTo: url)
        if change == .longer {
          try writer.seekToEnd()
          try writer.write(contentsOf: Data("2,more\n".utf8))
        } else {
          try writer.truncate(atOffset: 4_000_000)
        }
        try writer.close()
      case .other:
        let second = try folder.write("id,text\n1,other\n", to: "second.csv")
        #expect(rename(second, file) == 0)
      case .gone: try FileManager.default.removeItem(at: url)
      }
      kill(run.process.processIdentifier, SIGCONT)
      let shown = await run.shown()
      #expect(await run.process.ended() == 4, "\(shown)")
      let said = [.longer, .shorter].contains(change) ? "was changed" : "was replaced by another file, or removed,"
      #expect(shown.contains("\(file) \(said) while it was read"), "\(shown)")
      #expect(shown.contains("Profile it again"))
    }
  #endif
}

/// What `holdfast profile --json` printed.
private struct Profiled {
  let rows: Int
  let encoding: String
  let names: [String]
  let types: [String]
  let candidates: [String]
  /// The first ones, each as "line 3 badBytes".
  let problems: [String]
  let details: [String]

  init(_ run: ProgramRun) throws {
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    rows = try #require(report["rows"] as? Int)
    encoding = try #require(report["encoding"] as? String)
    candidates = try #require(report["candidates"] as? [String])
    let columns = try #require(report["columns"] as? [[String: Any]])
    names = columns.compactMap { $0["name"] as? String }
    types = columns.compactMap { $0["type"] as? String }
    let first = try #require((report["problems"] as? [String: Any])?["first"] as? [[String: Any]])
    problems = first.map { "line \($0["line"] as? Int ?? 0) \($0["kind"] as? String ?? "")" }
    details = first.compactMap { $0["detail"] as? String }
  }
}
