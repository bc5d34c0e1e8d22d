import Foundation
import TestSupport
import Testing

struct `Values by the command line` {
  private func json(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `a value is stored, read, found and removed`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("put", "greeting", "hello").output == "1\n")
    let get = try await hub.client("get", "greeting")
    #expect(get.exitCode == 0)
    #expect(get.output == "hello")
    let exists = try await hub.client("exists", "greeting")
    #expect(exists.exitCode == 0)
    #expect(exists.output == "version 1, 5 B\n")
    #expect(try await hub.client("delete", "greeting").output == "2\n")
    #expect(try await hub.client("exists", "greeting").exitCode == 3)
    #expect(try await hub.client("delete", "greeting").exitCode == 3)
    let missing = try await hub.client("get", "greeting")
    #expect(missing.exitCode == 3)
    #expect(missing.output.isEmpty)
    #expect(missing.errors == "holdfast: there is no value greeting\n")
  }

  @Test func `how it went is told by the exit code`() async throws {
    let hub = try await HubProcess()
    func code(_ words: String...) async throws -> Int32 {
      try await Holdfast.run(words + ["--data", hub.data]).exitCode
    }
    #expect(try await code("put", "k", "v") == 0)
    #expect(try await code("get", "k") == 0)
    // Longer than a key may be.
    #expect(try await code("put", String(repeating: "k", count: 5_000), "v") == 1)
    #expect(try await code("get", "k", "--space", String(repeating: "s", count: 5_000)) == 1)
    #expect(try await code("put", "k") == 2)
    #expect(try await code("get") == 2)
    #expect(try await code("get", "nothing") == 3)
    #expect(try await code("put", "k", "w", "--expect", "0") == 4)
    let wrong = try hub.directory.write("hf_wrong", to: "wrong")
    let pin = String(repeating: "0", count: 64)
    for words in [["put", "k", "w"], ["get", "k"]] {
      let refused = try await Holdfast.run(words + ["--data", hub.data, "--token-file", wrong])
      #expect(refused.exitCode == 6)
      #expect(refused.errors.contains("holdfast token create"))
      #expect(try await Holdfast.run(words + ["--data", hub.data, "--pin", pin]).exitCode == 6)
    }
    #expect(try await hub.client("get", "k").output == "v")
    await hub.end()
    #expect(try await code("put", "k", "w") == 5)
    #expect(try await code("get", "k") == 5)
  }

  @Test func `bytes of standard input and of files come back as they were`() async throws {
    let hub = try await HubProcess()
    let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    #expect(try await hub.client("put", "input", "-", input: bytes).exitCode == 0)
    try bytes.write(to: URL(fileURLWithPath: hub.directory.path("file")))
    #expect(try await hub.client("put", "file", "--file", hub.directory.path("file")).exitCode == 0)
    for key in ["input", "file"] {
      let value = try json(try await hub.client("get", key, "--json").output)
      #expect(Data(base64Encoded: value["content_base64"] as? String ?? "") == bytes)
    }
  }

  @Test func `with --json a text is text`() async throws {
    let hub = try await HubProcess()
    #expect(
      try json(try await hub.client("put", "k", "é\n", "--type", "text/plain", "--json").output)["version"] as? Int == 1
    )
    let value = try json(try await hub.client("get", "k", "--json").output)
    #expect(value["content"] as? String == "é\n")
    #expect(value["type"] as? String == "text/plain")
    #expect((value["updated"] as? String)?.hasSuffix("Z") == true)
  }

  @Test func `a precondition that does not hold is a conflict, and nothing changes`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("put", "k", "first", "--expect", "0").exitCode == 0)
    for words in [["put", "k", "second", "--expect", "0"], ["put", "k", "second", "--expect", "9"]] {
      let run = try await Holdfast.run(words + ["--data", hub.data])
      #expect(run.exitCode == 4)
      #expect(run.errors.contains("k has version 1, not"))
    }
    #expect(try await hub.client("delete", "k", "--expect", "9").exitCode == 4)
    #expect(try await hub.client("get", "k").output == "first")
    #expect(try await hub.client("put", "k", "second", "--expect", "1").exitCode == 0)
    let report = try json(try await hub.client("put", "k", "third", "--expect", "1", "--json").errors)
    #expect((report["error"] as? [String: Any])?["code"] as? String == "conflict")
  }

  @Test func `keys are listed by prefix, in order`() async throws {
    let hub = try await HubProcess()
    for key in ["b/2", "a", "b/10", "c"] { #expect(try await hub.client("put", key, key).exitCode == 0) }
    func keys(_ words: String...) async throws -> [String] {
      let run = try await Holdfast.run(["list"] + words + ["--data", hub.data])
      return run.output.split(separator: "\n").map { String($0.split(separator: "\t").last ?? "") }
    }
    #expect(try await keys() == ["a", "b/10", "b/2", "c"])
    #expect(try await keys("b/") == ["b/10", "b/2"])
    #expect(try await keys("--limit", "3") == ["a", "b/10", "b/2"])
    #expect(try await keys("--space", "other") == [])
    let full = try await hub.client("list", "a", "--json", "--content")
    #expect(try json(full.output)["content"] as? String == "a")
  }

  @Test func `changes are watched from the start, and from a cursor on`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("put", "k", "1").exitCode == 0)
    #expect(try await hub.client("delete", "k").exitCode == 0)
    let all = try await hub.client("watch", "--from-start", "--until-caught-up", "--json", "--content")
    let changes = try all.output.split(separator: "\n").map { try json($0) }
    #expect(changes.map { $0["change"] as? String } == ["put", "delete"])
    #expect(changes.map { $0["sequence"] as? Int } == [1, 2])
    #expect(changes.map { $0["by"] as? String } == ["admin", "admin"])

    #expect(try await hub.client("put", "k", "2").exitCode == 0)
    let cursor = try #require(changes.last?["cursor"] as? String)
    let rest = try await hub.client("watch", "--cursor", cursor, "--limit", "1", "--json")
    #expect(try json(rest.output)["sequence"] as? Int == 3)
    #expect(try await hub.client("watch", "--cursor", "no cursor").exitCode == 2)
  }

  @Test func `a token reaches its spaces only, and reads unless it may write`() async throws {
    let hub = try await HubProcess()
    #expect(try await hub.client("put", "k", "v", "--space", "notes-1").exitCode == 0)
    let token = try await hub.client("token", "create", "reader", "--space", "notes-*")
    let file = try hub.directory.write(token.output, to: "reader.token")
    #expect(try await hub.client("get", "k", "--space", "notes-1", "--token-file", file).output == "v")
    let write = try await hub.client("put", "k", "w", "--space", "notes-1", "--token-file", file)
    #expect(write.exitCode == 6)
    #expect(write.errors.contains("does not allow to write in the space notes-1"))
    #expect(try await hub.client("get", "k", "--space", "other", "--token-file", file).exitCode == 6)
    #expect(try await hub.client("list", "--space", "other", "--token-file", file).exitCode == 6)
  }

  @Test(arguments: [
    ["get"], ["put", "k"], ["put", "k", "v", "--expect", "x"], ["put", "k", "v", "--file", "f"], ["lst"],
    ["list", "--content"], ["watch", "--content"],
  ])
  func `a mistake of usage reaches no hub`(_ words: [String]) async throws {
    let run = try await Holdfast.run(words + ["--data", "/nowhere"])
    #expect(run.exitCode == 2)
  }

  @Test(arguments: ["put", "get", "enqueue", "drain", "propagation"])
  func `durable writes, reads and replicas are measured`(_ kind: String) async throws {
    let hub = try await HubProcess()
    let run = try await hub.client(
      "bench", kind, "--seconds", "200ms", "--inflight", "16", "--payload", "1KiB", "--json")
    #expect(run.exitCode == 0)
    let report = try json(run.output)
    #expect(report["errors"] as? Int == 0)
    #expect(report["calls"] as? Int ?? 0 > 0)
  }

  /// On a busy machine a lane's turn comes when the time is over.
  @Test(arguments: ["echo", "stream", "connect", "enqueue"])
  func `however short a benchmark is, every lane makes a call`(_ kind: String) async throws {
    let hub = try await HubProcess()
    let run = try await hub.client("bench", kind, "--seconds", "0ms", "--inflight", "8", "--json")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try json(run.output)["calls"] as? Int ?? 0 >= 8)
  }

  @Test(arguments: ["echo", "put", "get"])
  func `few tasks keep many calls under way`(_ kind: String) async throws {
    let hub = try await HubProcess()
    let run = try await hub.client(
      "bench", kind, "--seconds", "200ms", "--inflight", "16", "--connections", "2", "--tasks", "3", "--json")
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try json(run.output)
    #expect(report["tasks"] as? Int == 3)
    #expect(report["errors"] as? Int == 0)
    #expect(report["calls"] as? Int ?? 0 > 0)
  }

  @Test(arguments: [["stream", "--tasks", "2"], ["echo", "--tasks", "65"], ["echo", "--tasks", "0"]])
  func `tasks that have nothing to do are refused`(_ words: [String]) async throws {
    let run = try await Holdfast.run(["bench"] + words + ["--data", "/nowhere"])
    #expect(run.exitCode == 2)
  }
}

struct `The demo` {
  @Test func `it finds everything as it should be`() async throws {
    let run = try await Holdfast.run(["demo", "--edits", "40", "--kills", "2", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["ok"] as? Bool == true)
    #expect(report["edits"] as? Int == 80)
    #expect(report["changes"] as? Int == 85)
    #expect(report["decided"] as? Int == 1)
  }
}
