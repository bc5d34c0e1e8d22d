import Foundation
import TestSupport
import Testing

@testable import holdfast

struct `The profile of a file by the command line` {
  private static let reviews =
    "id,zip,day,review,shop\n"
    + (1...400).map { number in
      "\(number),0132\(number % 10),2024-01-\(10 + number % 20),"
        + "\"The box came \(number) days late, but what was in it is great.\",\(number % 4 == 0 ? "NA" : "north")\n"
    }.joined()

  private func write(_ text: String, to name: String = "reviews.csv") throws -> (TemporaryDirectory, String) {
    let folder = try TemporaryDirectory()
    return (folder, try folder.write(text, to: name))
  }

  private func json(_ run: ProgramRun) throws -> [String: Any] {
    #expect(run.exitCode == 0, "\(run.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func `shows each column and says which are worth reading`() async throws {
    let (folder, file) = try write(Self.reviews)
    let run = try await Holdfast.run(["profile", file])
    withExtendedLifetime(folder) {}
    #expect(run.exitCode == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.contains("400 rows, 5 columns") == true)
    for (name, type) in [("id", "integer"), ("zip", "identifier"), ("day", "date"), ("review", "text")] {
      #expect(lines.contains { $0.hasPrefix(name + " ") && $0.contains(" \(type) ") }, "\(name)")
    }
    #expect(lines.contains { $0.hasPrefix("shop ") && $0.contains(" 25 % ") && $0.contains("north 100 %") })
    #expect(run.output.contains("2024-01-10 … 2024-01-29"))
    let worth = try #require(lines.firstIndex(of: "Worth a text analysis:"))
    #expect(lines[worth + 1].hasPrefix("  review  1.00  "))
    #expect(lines[worth + 1].contains("words on average"))
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: [(0, "0.00"), (0.004, "0.00"), (0.4, "0.40"), (0.876, "0.88"), (0.996, "1.00"), (1, "1.00")])
  func `scores have two digits behind the point`(_ score: Double, _ shown: String) {
    #expect(ProfileTable.hundredths(score) == shown)
  }

  @Test func `tells a program the same as JSON`() async throws {
    let (folder, file) = try write(Self.reviews)
    let report = try json(try await Holdfast.run(["profile", file, "--json"]))
    withExtendedLifetime(folder) {}
    #expect(report["rows"] as? Int == 400)
    #expect(report["candidates"] as? [String] == ["review"])
    let columns = try #require(report["columns"] as? [[String: Any]])
    #expect(columns.map { $0["type"] as? String } == ["integer", "identifier", "date", "text", "text"])
    let numbers = try #require(columns[0]["numbers"] as? [String: Any])
    #expect(numbers["least"] as? Double == 1)
    #expect(numbers["greatest"] as? Double == 400)
    #expect(numbers["mean"] as? Double == 200.5)
    #expect(columns[4]["nulls"] as? Int == 100)
  }

  @Test func `what is wrong in the file is told with its line`() async throws {
    let (folder, file) = try write(Self.reviews + "1,2\n3,4,5,6,7,8\n")
    let run = try await Holdfast.run(["profile", file])
    let report = try json(try await Holdfast.run(["profile", file, "--json"]))
    withExtendedLifetime(folder) {}
    #expect(run.output.contains("line 402: "))
    #expect(run.output.contains("line 403: "))
    let problems = try #require(report["problems"] as? [String: Any])
    let first = try #require(problems["first"] as? [[String: Any]])
    let kinds = Set(first.compactMap { $0["kind"] as? String })
    #expect(kinds.isSuperset(of: ["fewerFields", "moreFields"]))
  }

  @Test func `what is said about a file counts more than what it looks like`() async throws {
    let folder = try TemporaryDirectory()
    let file = folder.path + "/export.csv"
    let bytes = "n\u{E4}me|1,5\nb|2,5\n".unicodeScalars.map { UInt8($0.value) }
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let said = ["--delimiter", "|", "--encoding", "latin-1", "--no-header", "--json"]
    let report = try json(try await Holdfast.run(["profile", file] + said))
    #expect(report["rows"] as? Int == 2)
    let columns = try #require(report["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["column_1", "column_2"])
    #expect(Set(columns[0]["samples"] as? [String] ?? []) == ["n\u{E4}me", "b"])
    #expect((columns[1]["numbers"] as? [String: Any])?["greatest"] as? Double == 2.5)
  }

  @Test func `only the first rows are looked at, and it says so`() async throws {
    let (folder, file) = try write(Self.reviews)
    let report = try json(try await Holdfast.run(["profile", file, "--rows", "7", "--json"]))
    let run = try await Holdfast.run(["profile", file, "--rows", "7"])
    withExtendedLifetime(folder) {}
    #expect(report["rows"] as? Int == 7)
    #expect(report["whole"] as? Bool == false)
    #expect(run.output.contains("7 rows looked at"))
  }

  @Test func `a file that cannot be profiled ends with what to do`() async throws {
    let folder = try TemporaryDirectory()
    let missing = try await Holdfast.run(["profile", folder.path + "/none.csv"])
    #expect(missing.exitCode == 3)
    #expect(missing.errors.contains("there is no file"))
    let directory = try await Holdfast.run(["profile", folder.path])
    #expect(directory.exitCode == 1)
    #expect(directory.errors.contains("is a folder"))
    let empty = try await Holdfast.run(["profile", try folder.write("", to: "empty.csv")])
    #expect(empty.exitCode == 1)
    #expect(empty.errors.contains("is empty"))
    let archive = folder.path + "/archive.csv"
    try Data([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 600)).write(to: URL(fileURLWithPath: archive))
    let binary = try await Holdfast.run(["profile", archive])
    #expect(binary.exitCode == 1)
    #expect(binary.errors.contains("not separated text"))
  }

  @Test(arguments: [
    ["profile"], ["profile", "a", "b"], ["profile", "a", "--delimiter", ";;"],
    ["profile", "a", "--encoding", "ebcdic"],
    ["profile", "a", "--rows", "0"],
  ])
  func `a command line that makes no sense is refused`(_ words: [String]) async throws {
    let run = try await Holdfast.run(words)
    #expect(run.exitCode == 2)
    #expect(!run.errors.isEmpty)
  }

  @Test func `names and values of a file do not steer the terminal`() async throws {
    let (folder, file) = try write("a\u{1B}[31m,b\n\u{1B}]0;x\u{7},2\nz,3\n")
    let run = try await Holdfast.run(["profile", file])
    withExtendedLifetime(folder) {}
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(!run.output.contains("\u{1B}"))
    #expect(!run.output.contains("\u{7}"))
  }
}
