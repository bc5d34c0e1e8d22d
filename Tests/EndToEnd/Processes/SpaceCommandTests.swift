import TestSupport
import Testing

struct `Spaces by the command line` {
  @Test func `a quota is set, shown, held and lifted`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("put", "k", "v", "--space", "notes").exitCode == 0)
    #expect(try await hub.client("space", "list").output == "notes\t1 values\t2 B\tchange 1\n")
    let set = try await hub.client("space", "quota", "notes", "--values", "1", "--bytes", "1KiB")
    #expect(set.output == "notes\t1 values\t2 B\tchange 1\tup to 1.0 KiB, up to 1 values\n")
    let full = try await hub.client("put", "l", "v", "--space", "notes")
    #expect(full.exitCode == 1)
    #expect(full.errors.contains("the space notes is full"))
    #expect(full.errors.contains("holdfast space quota notes"))
    #expect(
      try await hub.client("space", "list", "--json").output
        == #"{"space":"notes","values":1,"bytes":2,"sequence":1,"quota":{"bytes":1024,"values":1}}"# + "\n")
    #expect(try await hub.client("space", "quota", "notes").exitCode == 0)
    #expect(try await hub.client("put", "l", "v", "--space", "notes").exitCode == 0)
  }

  @Test func `only an administrator may`() async throws {
    let hub = try await HubProcess()
    let token = try await hub.client("token", "create", "app", "--space", "*", "--write")
    let file = try hub.directory.write(token.output, to: "app.token")
    for words in [["space", "list"], ["space", "quota", "notes"]] {
      let run = try await Holdfast.run(words + ["--data", hub.data, "--token-file", file])
      #expect(run.exitCode == 6)
      #expect(run.errors.contains("needs an admin token"))
    }
  }
}
