import Foundation
import TestSupport
import Testing

struct `The benchmark of sentiment` {
  @Test func `prints speed and agreement for each file`() async throws {
    let directory = try TemporaryDirectory()
    let rated = try directory.write("1\t3\tA wonderful day!\n2\t-3\tWhat an awful day\n3\t0\tA day\n", to: "rated.tsv")
    let unrated = try directory.write("1\t\tA wonderful day!\r\n2\t\tA day\r\n", to: "unrated.tsv")
    let run = try await Holdfast.run(
      ["bench", "sentiment", "--texts", rated, "--texts", unrated, "--seconds", "100ms", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let reports = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(reports.map { $0["texts"] as? Int } == [3, 2])
    #expect(reports.allSatisfy { ($0["texts_per_s"] as? Double ?? 0) > 0 })
    #expect((reports.first?["correlation"] as? Double ?? 0) > 0.9)
    #expect(reports.last?["correlation"] is NSNull)
  }

  @Test func `has messages of its own`() async throws {
    let run = try await Holdfast.run(["bench", "sentiment", "--seconds", "100ms"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("texts a second"))
  }

  @Test(arguments: ["", "one field\n", "1\tmuch\tA day\n", "1\t2\tA day\n2\t\tA night\n"])
  func `says what is wrong with a file`(content: String) async throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(content, to: "texts.tsv")
    let run = try await Holdfast.run(["bench", "sentiment", "--texts", file])
    #expect(run.exitCode == 2)
    #expect(run.errors.contains("texts.tsv"))
  }

  @Test func `texts are for sentiment alone`() async throws {
    #expect(try await Holdfast.run(["bench", "echo", "--texts", "/dev/null"]).exitCode == 2)
  }
}
