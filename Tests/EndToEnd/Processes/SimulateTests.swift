import Testing

struct `Simulating by the command line` {
  /// What a process decides by itself, such as how it hashes, has no part in it.
  @Test(arguments: ["3", "95", "937"])
  func `a seed gives the same trace in every process, byte for byte`(_ seed: String) async throws {
    let words = ["simulate", "--seeds", "1", "--seed", seed]
    let first = try await Holdfast.run(words + ["--trace"])
    #expect(first.exitCode == 0)
    #expect(first.errors.split(separator: "\n").count > 100)
    let second = try await Holdfast.run(words + ["--trace"])
    #expect(first.errors == second.errors)
    let third = try await Holdfast.run(words + ["--trace"], environment: ["SWIFT_DETERMINISTIC_HASHING": "1"])
    #expect(first.errors == third.errors)
    // The digest is of the same trace, whether that is kept or not.
    let digest = try #require(first.output.firstMatch(of: /digest ([0-9a-f]+)\n/)).1
    let fourth = try await Holdfast.run(words + ["--json"])
    #expect(fourth.output.contains(#""digest":"\#(digest)""#), "\(fourth.output)")
  }
}
