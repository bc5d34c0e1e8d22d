import Foundation
import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import TestSupport
import Testing

/// `holdfast export` and `holdfast import`.
struct `Values that are exported and imported` {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  private func fill(_ hub: HubProcess, _ values: [String: [UInt8]]) async throws {
    let client = try await hub.connect()
    for (key, content) in values {
      _ = try await client.persistence.store(PutRequest(space: "default", key: key, content: content, type: "t"))
    }
  }

  /// All values of a space, each as the hub has it.
  private func contents(_ hub: HubProcess, _ space: String) async throws -> [String: [UInt8]] {
    let client = try await hub.connect()
    var request = ListRequest(space: space, bare: true)
    var contents: [String: [UInt8]] = [:]
    while true {
      let page = try await client.persistence.list(request)
      for value in page.values {
        contents[value.key] = try await client.persistence.load(GetRequest(space: space, key: value.key))?.content
      }
      guard page.more, let last = page.values.last else { return contents }
      request.after = last.key
    }
  }

  private func size(_ file: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
  }

  @Test func `every value comes back as it was, whatever its key and content`() async throws {
    let hub = try await HubProcess()
    let values: [String: [UInt8]] = [
      "plain": Array("text\n\u{7f}\"\\".utf8), "../a/b": [], "🐟": [0, 255, 10], "nul\0": Array("x".utf8),
      "large": (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) },
    ]
    try await fill(hub, values)
    #expect(try await hub.client("put", "ends", "soon", "--expires-in", "1h", "--subject", "ann").exitCode == 0)
    let file = hub.directory.path("all.jsonl")
    let exported = try await hub.client("export", file, "--json")
    #expect(exported.exitCode == 0, "\(exported.errors)")
    #expect(try json(exported.output)["values"] as? Int == 6)
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    let imported = try await hub.client("import", file, "--space", "copy", "--json")
    #expect(try json(imported.output)["stored"] as? Int == 6, "\(imported.errors)")
    let all = values.merging(["ends": Array("soon".utf8)]) { $1 }
    #expect(try await contents(hub, "copy") == all)
    let ends = try json(try await hub.client("get", "ends", "--space", "copy", "--json").output)
    #expect(ends["expires"] != nil)
    #expect(ends["subject"] as? String == "ann")
    // So what came by an import can be erased as what it came from.
    #expect(try await hub.client("erase", "--space", "copy", "--subject", "ann", "--yes").exitCode == 0)
    #expect(try await hub.client("exists", "ends", "--space", "copy").exitCode == 3)
    #expect(try await hub.client("exists", "ends").exitCode == 0)
    let plain = try json(try await hub.client("get", "plain", "--space", "copy", "--json").output)
    #expect(plain["type"] as? String == "t")
  }

  @Test func `an export that was killed goes on, and has what changed meanwhile`() async throws {
    let hub = try await HubProcess()
    var values: [String: [UInt8]] = [:]
    for number in 0..<600 {
      values["k\(1_000 + number)"] = (0..<10_000).map { UInt8(ascii: "a") + UInt8(($0 + number) % 26) }
    }
    try await fill(hub, values)
    let token = try json(
      try await hub.client("token", "create", "slow", "--space", "default", "--byte-rate", "1MiB/s", "--json").output)
    let tokenFile = try hub.directory.write(try #require(token["token"] as? String), to: "slow.token")
    let file = hub.directory.path("all.jsonl")
    let slow = Holdfast.prepare(["export", file, "--data", hub.data, "--token-file", tokenFile])
    slow.standardError = FileHandle.nullDevice
    try slow.run()
    #expect(try await eventually { size(file + ".part") > 1_000_000 })
    kill(slow.processIdentifier, SIGKILL)
    _ = await slow.ended()
    #expect(size(file) == 0)
    // A part of a line, as a crash may leave one.
    let part = try #require(FileHandle(forWritingAtPath: file + ".part"))
    try part.seekToEnd()
    try part.write(contentsOf: Data(#"{"key":"k15"#.utf8))
    try part.close()

    #expect(try await hub.client("put", "k1000", "changed").exitCode == 0)
    #expect(try await hub.client("delete", "k1001").exitCode == 0)
    #expect(try await hub.client("put", "k0", "new").exitCode == 0)
    (values["k1000"], values["k1001"], values["k0"]) = (Array("changed".utf8), nil, Array("new".utf8))
    let exported = try await hub.client("export", file, "--json")
    #expect(exported.exitCode == 0, "\(exported.errors)")
    #expect(try #require(try json(exported.output)["resumed"] as? Int) > 0)
    #expect(size(file + ".part") == 0)
    #expect(try await hub.client("import", file, "--space", "copy").exitCode == 0)
    #expect(try await contents(hub, "copy") == values)
  }

  @Test func `an import that was killed goes on where it was`() async throws {
    let hub = try await HubProcess()
    var values: [String: [UInt8]] = [:]
    for number in 0..<600 { values["k\(1_000 + number)"] = [UInt8](repeating: UInt8(number % 256), count: 10_000) }
    try await fill(hub, values)
    let file = hub.directory.path("all.jsonl")
    #expect(try await hub.client("export", file).exitCode == 0)
    let token = try json(
      try await hub.client(
        "token", "create", "slow", "--space", "copy", "--write", "--byte-rate", "1MiB/s", "--json"
      ).output)
    let tokenFile = try hub.directory.write(try #require(token["token"] as? String), to: "slow.token")
    let slow = Holdfast.prepare(
      ["import", file, "--space", "copy", "--data", hub.data, "--token-file", tokenFile])
    slow.standardError = FileHandle.nullDevice
    try slow.run()
    #expect(try await eventually { size(file + ".import") > 0 })
    kill(slow.processIdentifier, SIGKILL)
    _ = await slow.ended()
    #expect(size(file + ".import") > 0)
    let again = try await hub.client("import", file, "--space", "copy", "--json")
    let report = try json(again.output)
    let (stored, resumed) = (report["stored"] as? Int ?? 0, report["resumed"] as? Int ?? 0)
    #expect(resumed > 0 && stored + resumed == 600, "\(report)")
    #expect(try await contents(hub, "copy") == values)
    #expect(size(file + ".import") == 0)

    // The same file once more, into a hub that has nothing of it, is stored from its beginning.
    let last = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").last.map(String.init)
    let sum = try #require(try json(last ?? "")["sha256"] as? String)
    try #"{"hub":"\#(hub.address)","space":"other","keepsExisting":false,"sha256":"\#(sum)","offset":5000000,"#
      .appending(#""values":400,"lastKey":"k1399"}"#).write(toFile: file + ".import", atomically: true, encoding: .utf8)
    #expect(try await hub.client("import", file, "--space", "other").exitCode == 0)
    #expect(try await contents(hub, "other") == values)
  }

  @Test func `with --keep nothing is replaced`() async throws {
    let hub = try await HubProcess()
    try await fill(hub, ["a": [1], "b": [2], "large": [UInt8](repeating: 7, count: 400_000)])
    let file = hub.directory.path("all.jsonl")
    #expect(try await hub.client("export", file).exitCode == 0)
    try await fill(hub, ["a": [9], "large": [8]])
    #expect(try await hub.client("delete", "b").exitCode == 0)
    let report = try json(try await hub.client("import", file, "--keep", "--json").output)
    #expect(report["kept"] as? Int == 2)
    #expect(report["stored"] as? Int == 1)
    #expect(try await contents(hub, "default") == ["a": [9], "b": [2], "large": [8]])
  }

  @Test func `a file that is not whole or was altered is refused, and nothing is stored`() async throws {
    let hub = try await HubProcess()
    try await fill(hub, ["a": Array("one".utf8), "b": Array("two".utf8)])
    let file = hub.directory.path("all.jsonl")
    #expect(try await hub.client("export", file).exitCode == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lines = text.split(separator: "\n").map(String.init)
    let spoiled = [
      text.replacingOccurrences(of: "\"one\"", with: "\"eno\""), lines.dropLast().joined(separator: "\n") + "\n",
      String(text.dropLast(5)), "", "no export\n", lines.dropFirst().joined(separator: "\n") + "\n",
      text.replacingOccurrences(of: lines[1], with: #"{"piece_base64":"AAAA"}"#),
    ]
    for (number, text) in spoiled.enumerated() {
      let bad = try hub.directory.write(text, to: "bad\(number)")
      let run = try await hub.client("import", bad, "--space", "copy")
      #expect(run.exitCode == 1, "\(number)")
      #expect(run.errors.contains(bad), "\(run.errors)")
    }
    #expect(try await contents(hub, "copy").isEmpty)
    #expect(try await hub.client("import", hub.directory.path("nowhere")).exitCode == 1)
  }

  @Test func `what is there is not written over, and what is not there is told`() async throws {
    let hub = try await HubProcess()
    try await fill(hub, ["a": [1]])
    let file = try hub.directory.write("mine", to: "mine.txt")
    #expect(try await hub.client("export", file).exitCode == 4)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    let empty = try await hub.client("export", hub.directory.path("none"), "--space", "nothing")
    #expect(empty.exitCode == 3)
    #expect(empty.errors.contains("nothing"))
    // A part of another export is not gone on with.
    let other = hub.directory.path("other")
    _ = try hub.directory.write(
      #"{"holdfast_export":1,"space":"notes","prefix":"","cursor":"AA"}"# + "\n", to: "other.part")
    let run = try await hub.client("export", other)
    #expect(run.exitCode == 4)
    #expect(run.errors.contains("notes"))
  }

  @Test func `keys that look the same are two, also where one of them changed during the export`() async throws {
    let hub = try await HubProcess()
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    let lines = [
      #"{"holdfast_export":1,"space":"default","prefix":"","cursor":"AA"}"#, #"{"key":"\#(composed)","content":"1"}"#,
      #"{"listed":true}"#, #"{"key":"\#(decomposed)","content":"2"}"#,
    ].map { $0 + "\n" }.joined()
    let end = #"{"end":true,"values":2,"sha256":"\#(hex(SHA256.hash(Array(lines.utf8))))"}"# + "\n"
    let file = try hub.directory.write(lines + end, to: "two.jsonl")
    #expect(try await hub.client("import", file).exitCode == 0)
    #expect(try await hub.client("get", composed).output == "1")
    #expect(try await hub.client("get", decomposed).output == "2")
  }
}
