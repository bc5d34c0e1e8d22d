import Testing

struct `The program from outside` {
  @Test func `help goes to standard output and is no failure`() async throws {
    let run = try await Holdfast.run(["--help"])
    #expect(run.exitCode == 0)
    #expect(run.output.contains("usage: holdfast COMMAND"))
    #expect(run.errors.isEmpty)
  }

  @Test(arguments: [[], ["nonsense"], ["--nonsense"]])
  func `a mistake of usage ends with 2 and a reason on standard error`(_ words: [String]) async throws {
    let run = try await Holdfast.run(words)
    #expect(run.exitCode == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("holdfast: "))
  }

  @Test func `with --json the reason is JSON`() async throws {
    let run = try await Holdfast.run(["nonsense", "--json"])
    #expect(run.exitCode == 2)
    #expect(run.errors.hasPrefix(#"{"error":{"code":"usage","message":"there is no command \"nonsense\""#))
  }
}
