import Foundation
import TestSupport
import Testing

struct `The benchmark of separated fields` {
  @Test func `prints what stands in a file and how fast that was found`() async throws {
    let directory = try TemporaryDirectory()
    let text = "id;name\n" + (0..<1_000).map { "\($0);\"Ann; \"\"\($0)\"\"\"\n" }.joined() + "ragged\n"
    let file = try directory.write(text, to: "names.csv")
    let run = try await Holdfast.run(["bench", "csv", "--file", file, "--seconds", "100ms", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["bytes"] as? Int == text.utf8.count)
    #expect(report["rows"] as? Int == 1_001)
    #expect(report["columns"] as? Int == 2)
    #expect(report["fields"] as? Int == 2_001)
    #expect(report["text_bytes"] as? Int == 2 * 2_890 + 7 * 1_000 + 6)
    #expect(report["problems"] as? Int == 1)
    for name in ["passes", "mb_per_s", "mb_per_cpu_s"] { #expect((report[name] as? Double ?? 0) > 0, "\(name)") }
  }

  @Test(arguments: [
    ["bench", "csv"], ["bench", "csv", "--file", "/nowhere/at/all"], ["bench", "echo", "--file", "a"],
  ])
  func `says what makes no sense`(_ arguments: [String]) async throws {
    let run = try await Holdfast.run(arguments)
    #expect(run.exitCode == 2)
    #expect(!run.errors.isEmpty)
  }

  @Test func `names a format that is no text`() async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("PK\u{3}\u{4} xl/workbook.xml", to: "names.csv")
    let run = try await Holdfast.run(["bench", "csv", "--file", file])
    #expect(run.exitCode == 2)
    #expect(run.errors.contains("an Excel workbook (xlsx)"))
  }
}
