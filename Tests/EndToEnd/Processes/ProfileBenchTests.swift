import Foundation
import TestSupport
import Testing

struct `The benchmark of profiles` {
  @Test func `prints what stands in a file, how fast that was found and what memory it took`() async throws {
    let directory = try TemporaryDirectory()
    let text = "id,review\n" + (0..<500).map { "\($0),\"It came late, but is good.\"\n" }.joined() + "ragged\n"
    let file = try directory.write(text, to: "reviews.csv")
    let run = try await Holdfast.run(["bench", "profile", "--file", file, "--seconds", "100ms", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["bytes"] as? Int == text.utf8.count)
    #expect(report["rows"] as? Int == 501)
    #expect(report["columns"] as? Int == 2)
    #expect(report["problems"] as? Int == 1)
    for name in ["passes", "rows_per_s", "rows_per_cpu_s", "max_rss_kib", "max_rss_kib_first_rows"] {
      #expect((report[name] as? Double ?? 0) > 0, "\(name)")
    }
  }

  @Test func `a file without rows is no measurement`() async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("id,name\n", to: "header.csv")
    #expect(try await Holdfast.run(["bench", "profile", "--file", file, "--seconds", "1ms"]).exitCode == 1)
  }

  @Test(arguments: [["bench", "profile"], ["bench", "profile", "--file", "a", "--runs", "3"]])
  func `says what makes no sense`(_ arguments: [String]) async throws {
    let run = try await Holdfast.run(arguments)
    #expect(run.exitCode == 2)
    #expect(!run.errors.isEmpty)
  }
}
