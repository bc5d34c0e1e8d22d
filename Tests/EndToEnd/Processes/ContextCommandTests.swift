import Foundation
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import TestSupport
import Testing

struct `Context by the command line` {
  private func json(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func makeToken(_ hub: HubProcess, _ words: String...) async throws -> String {
    let run = try await Holdfast.run(["token", "create", "app", "--json", "--data", hub.data] + words)
    return try hub.directory.write(try #require(try json(run.output)["token"] as? String), to: UUID().uuidString)
  }

  @Test func `a value is set in each scope, and the narrowest counts`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("context", "set", "theme", "1", "--scope", "global").output == "1\n")
    #expect(try await hub.client("context", "get", "theme").output == "1")
    #expect(try await hub.client("context", "set", "theme", "2").output == "1\n")
    #expect(try await hub.client("context", "get", "theme").output == "2")
    #expect(try await hub.client("context", "set", "theme", "3", "--scope", "user").output == "2\n")
    #expect(
      try await hub.client("context", "set", "theme", "4", "--scope", "device", "--device", "kiosk").output == "3\n")
    #expect(try await hub.client("context", "get", "theme").output == "3")
    #expect(try await hub.client("context", "get", "theme", "--scope", "space").output == "2")
    #expect(try await hub.client("context", "get", "theme", "--space", "other").output == "1")
    let found = try json(try await hub.client("context", "get", "theme", "--device", "kiosk", "--json").output)
    #expect(found["scope"] as? String == "device")
    #expect(found["content"] as? String == "4")
    #expect(found["version"] as? Int == 3)
    #expect(found["by"] as? String == "admin")

    for words in [["--scope", "device", "--device", "kiosk"], ["--scope", "user"], [], ["--scope", "global"]] {
      #expect(try await Holdfast.run(["context", "remove", "theme", "--data", hub.data] + words).exitCode == 0)
      #expect(try await Holdfast.run(["context", "remove", "theme", "--data", hub.data] + words).exitCode == 3)
    }
    let missing = try await hub.client("context", "get", "theme", "--device", "kiosk")
    #expect((missing.exitCode, missing.output) == (3, ""))
    #expect(missing.errors == "holdfast: there is no context theme\n")
  }

  @Test func `names are listed, and what they were is told`() async throws {
    let hub = try await HubProcess()
    for (name, text) in [("ui/a", "1"), ("ui/b", "2"), ("ui/a", "3"), ("x", "4")] {
      #expect(try await hub.client("context", "set", name, text, "--type", "text/plain").exitCode == 0)
    }
    #expect(try await hub.client("context", "list", "ui/").output.split(separator: "\n").count == 2)
    let rows = try await hub.client("context", "list", "--json", "--content", "--limit", "2").output
      .split(separator: "\n").map { try json($0) }
    #expect(rows.map { $0["name"] as? String } == ["ui/a", "ui/b"])
    #expect(rows.map { $0["content"] as? String } == ["3", "2"])
    #expect(try await hub.client("context", "remove", "ui/a").output == "5\n")
    let past = try await hub.client("context", "history", "ui/a", "--json", "--content").output.split(separator: "\n")
      .map { try json($0) }
    #expect(past.map { $0["change"] as? String } == ["removed", "set", "set"])
    #expect(past.map { $0["content"] as? String } == [nil, "3", "1"])
    #expect(try await hub.client("context", "history", "ui/a", "--limit", "1").output.contains("removed"))
    #expect(try await hub.client("context", "set", "ui/a", "6").exitCode == 0)
    #expect(try await hub.client("context", "remove", "ui/a", "--forget").exitCode == 0)
    #expect(try await hub.client("context", "history", "ui/a").output.split(separator: "\n").count == 1)
    #expect(try await hub.client("context", "history", "nothing").exitCode == 3)
  }

  @Test func `changes are watched, and a watch goes on at its cursor after the hub was away`() async throws {
    let hub = try await HubProcess()
    async let watched = hub.client("context", "watch", "w", "--device", "kiosk", "--json", "--content", "--limit", "2")
    // Set again until the watch has begun and seen two of them.
    let setting = Task {
      while !Task.isCancelled {
        _ = try await hub.client("context", "set", "w", "1", "--scope", "global")
        _ = try await hub.client("context", "set", "w", "2", "--scope", "device", "--device", "kiosk")
      }
    }
    let seen = try await watched.output.split(separator: "\n").map { try json($0) }
    setting.cancel()
    _ = await setting.result
    #expect(seen.count == 2)
    // The two scopes have logs of their own: either may come first, or twice.
    for change in seen { #expect(change["content"] as? String == (change["scope"] as? String == "global" ? "1" : "2")) }
    let before = try json(
      try await hub.client("context", "history", "w", "--scope", "global", "--limit", "1", "--json").output)
    let cursor = try #require(seen.last?["cursor"] as? String)
    #expect(await hub.end() == 0)
    try await hub.restart()
    #expect(try await hub.client("context", "set", "w", "3", "--scope", "global").exitCode == 0)
    let rest = try await hub.client(
      "context", "watch", "w", "--cursor", cursor, "--until-caught-up", "--json", "--scope", "global", "--space",
      "default"
    ).output.split(separator: "\n").map { try json($0) }
    #expect(rest.last?["version"] as? Int == (before["version"] as? Int).map { $0 + 1 })
    #expect(try await hub.client("context", "watch", "--cursor", "no cursor").exitCode == 2)
    #expect(try await hub.client("context", "watch", "--cursor", "AAAA").exitCode == 1)
  }

  @Test func `how it went is told by the exit code`() async throws {
    let hub = try await HubProcess()
    func code(_ words: String...) async throws -> Int32 {
      try await Holdfast.run(["context"] + words + ["--data", hub.data]).exitCode
    }
    #expect(try await code("set", "k", "v", "--expect", "0") == 0)
    #expect(try await code("set", "k", "v", "--expect", "0") == 4)
    #expect(try await code("remove", "k", "--expect", "9") == 4)
    #expect(try await code("set", "k", "v", "--expect", "1", "--expires-in", "1h") == 0)
    #expect(try await code("set", "k") == 2)
    #expect(try await code("set", "k", "v", "--scope", "planet") == 2)
    #expect(try await code("set", "k", "v", "--scope", "device") == 2)
    #expect(try await code("set", "k", "v", "--device", "d") == 2)
    #expect(try await code("get", "k", "--scope", "space", "--user", "u") == 2)
    #expect(try await code("list", "--content") == 2)
    #expect(try await code("get") == 2)
    #expect(try await code("set", String(repeating: "k", count: 10_000), "v") == 1)
    #expect(try await code("get", "") == 1)
    let file = try hub.directory.write(String(repeating: "x", count: 262_145), to: "large")
    let large = try await hub.client("context", "set", "k", "--file", file)
    #expect(large.exitCode == 1)
    #expect(large.errors == "holdfast: the content of context has 262145 bytes; the hub takes 262144\n")
    await hub.end()
    #expect(try await code("get", "k") == 5)
  }

  @Test func `a token sets what it may, and reads what is set for all`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("context", "set", "theme", "1", "--scope", "global").exitCode == 0)
    let token = try await makeToken(hub, "--space", "notes", "--write")
    func run(_ words: String...) async throws -> ProgramRun {
      try await Holdfast.run(["context"] + words + ["--data", hub.data, "--token-file", token])
    }
    #expect(try await run("get", "theme", "--space", "notes").output == "1")
    #expect(try await run("get", "theme", "--space", "notes", "--scope", "global").output == "1")
    #expect(try await run("set", "theme", "2", "--space", "notes", "--scope", "user").exitCode == 0)
    #expect(try await run("get", "theme", "--space", "notes").output == "2")
    #expect(try await run("get", "theme", "--space", "default").exitCode == 6)
    let refused = try await run("set", "theme", "3", "--scope", "global")
    #expect(refused.exitCode == 6)
    #expect(refused.errors.contains("admin token"))
    #expect(try await run("get", "theme", "--space", "notes", "--user", "admin").exitCode == 6)
    #expect(try await hub.client("context", "get", "theme", "--space", "notes").output == "1")
  }

  @Test func `a value is over when its time is, also for the log`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("context", "set", "k", "v", "--expires-in", "500ms").exitCode == 0)
    #expect(
      try await eventually {
        try await hub.client("context", "history", "k").output.contains("\texpired\tspace\tk\tby holdfast")
      })
    #expect(try await hub.client("context", "get", "k").exitCode == 3)
  }

  @Test func `names and contents of any kind come back as they were`() async throws {
    let hub = try await HubProcess()
    let text = "one\n\u{0}two 🦊\t" + String(repeating: "x", count: 10_000)
    for name in ["/", "..", "a/../b", "🦊", "Ä", " "] {
      #expect(try await hub.client("context", "set", name, "-", input: Data(text.utf8)).exitCode == 0)
      #expect(try await hub.client("context", "get", name).output == text)
    }
    #expect(try await hub.client("context", "set", "empty", "").exitCode == 0)
    let empty = try await hub.client("context", "get", "empty")
    #expect((empty.exitCode, empty.output) == (0, ""))
  }

  @Test func `the audit covers context, and finds an altered byte`() async throws {
    let hub = try await HubProcess()
    for number in 1...3 {
      #expect(try await hub.client("context", "set", "k", "what was set as number \(number)").exitCode == 0)
    }
    #expect(try await hub.client("context", "set", "k", "4", "--scope", "global").exitCode == 0)
    await hub.end()
    let whole = try await Holdfast.run(["audit", "verify", "--json", "--data", hub.data])
    #expect(whole.exitCode == 0)
    let report = try json(whole.output)
    #expect(report["values"] as? Int == 4)
    #expect(report["spaces"] as? Int == 2)
    try hub.alterByte(of: Array("what was set as number 2".utf8))
    let altered = try await Holdfast.run(["audit", "verify", "--data", hub.data])
    #expect(altered.exitCode == 1)
    #expect(altered.output.hasPrefix("space default, change 2, key k in the scope space, by admin, "))
    #expect(altered.output.contains("the context is not what was written"))
  }
}
