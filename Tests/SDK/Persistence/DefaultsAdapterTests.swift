import Foundation
import TestSupport
import Testing

@testable import HoldfastSDK

/// Settings in a file that people read and change, and what happens to such files.
@Suite struct DefaultsAdapterTests {
  private let folder: TemporaryDirectory
  private let adapter: DefaultsAdapter
  private var path: String { folder.path("settings.json") }

  init() throws {
    folder = try TemporaryDirectory()
    adapter = try DefaultsAdapter(file: folder.path("settings.json"))
  }

  private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func `people can read what programs save`() async throws {
    let persistence = Persistence(adapter)
    try await persistence.save("dark", as: "theme")
    try await persistence.save(["width": 800, "height": 600], as: "window")
    try await adapter.write([0, 1, 2], for: "icon")
    let versions = try await [adapter.version("icon"), adapter.version("theme"), adapter.version("window")]
    #expect(
      try text() == """
        {
          "holdfast": 1,
          "values": {
            "icon": {"$base64":"AAEC"},
            "theme": "dark",
            "window": {"height":600,"width":800}
          },
          "versions": {
            "icon": \(versions[0] ?? 0),
            "theme": \(versions[1] ?? 0),
            "window": \(versions[2] ?? 0)
          }
        }

        """)
  }

  @Test func `programs can read what people have changed`() async throws {
    try folder.write(
      """
      { "holdfast": 1, "note": [1, {"of": "a later release"}],
        "values": { "theme" : "\\u0062lue \\ud83e\\uddc0", "size":12 }, "versions": {"theme": 7, "gone": 3} }
      """, to: "settings.json")
    let persistence = Persistence(adapter)
    #expect(try await persistence.load(String.self, "theme") == "blue 🧀")
    #expect(try await adapter.version("theme") == 7)
    #expect(try await persistence.load(Int.self, "size") == 12)
    #expect(try await adapter.version("gone") == nil)
    let version = try #require(try await adapter.version("size"))
    #expect(try await persistence.save(13, as: "size", expected: version) > version)
    #expect(try await persistence.list() == ["size", "theme"])
  }

  @Test(arguments: [
    "{\"$base64\":\"AAEC\"}", "{\"$base64\":7}", "{\"$base64\":\"no base64\"}", " 1", "1\n", "{\"a\":1, \"b\" : [ ]}",
    "{\n}", "-0.5e+7", "01", "1.", "truely", "\"\\ud83e\"", "\"a\nb\"", "[1,]", "{\"a\":}", "nul", "",
    String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    String(repeating: "[", count: 50_000),
  ])
  func `whatever bytes a value has, they come back`(_ content: String) async throws {
    try await adapter.write(Array(content.utf8), for: "value")
    try await adapter.write([0xFF, 0x22], for: "other \"\\\u{1}")
    let again = try DefaultsAdapter(file: path)
    #expect(try await again.read("value")?.bytes == Array(content.utf8))
    #expect(try await again.read("other \"\\\u{1}")?.bytes == [0xFF, 0x22])
    #expect(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) is [String: Any])
  }

  @Test(arguments: [
    "", "{", "[]", "{\"holdfast\":2}", "{\"values\":{}}", "{\"holdfast\":1,\"values\":{\"a\":1,\"a\":2}}",
    "{\"holdfast\":1,\"values\":{\"a\":{\"$base64\":\"%\"}}}", "{\"holdfast\":1}}", "{\"holdfast\":1,\"values\":[]}",
    "{\"holdfast\":1,\"versions\":{\"a\":-1}}", "{\"holdfast\":1,\"values\":{\"a\":tru}}",
    "{\"holdfast\":1,\"values\":{\"\\ud800\":1}}",
  ])
  func `a file that is none of ours is an error, and is left as it is`(_ content: String) async throws {
    try folder.write(content, to: "settings.json")
    for call in [{ _ = try await adapter.read("a") }, { try await adapter.write([1], for: "a") }] {
      let error = await #expect(throws: StorageError.self) { try await call() }
      #expect(error?.code == .damaged)
    }
    #expect(try text() == content)
    try await adapter.eraseAll()
    #expect(try await adapter.write([1], for: "a") > 0)
  }

  @Test func `every cut of a file is an error`() async throws {
    try await adapter.apply([.write(Array("\"é\\n\"".utf8), for: "a"), .write([0], for: "b")])
    let whole = Array(try text().utf8)
    for size in 0..<whole.count - 1 {
      #expect(throws: JSONScanner.Fault.self, "\(size) bytes") { try PreferencesFile(Array(whole[..<size])) }
    }
  }

  @Test func `a line of the file is named`() async throws {
    try folder.write("{\n  \"holdfast\": 1,\n  \"values\": {\n    \"a\": tru\n  }\n}", to: "settings.json")
    let error = await #expect(throws: StorageError.self) { try await adapter.read("a") }
    #expect(error?.message.contains("line 4") == true, "\(String(describing: error))")
  }

  @Test func `what is too large for preferences is refused, and the rest stays`() async throws {
    try await adapter.write([1], for: "small")
    let error = await #expect(throws: StorageError.self) {
      try await adapter.write([UInt8](repeating: 0, count: PersistenceLimits.preferencesBytes), for: "large")
    }
    #expect(error?.code == .tooLarge)
    #expect(try await adapter.keys(prefix: "", after: nil, limit: 9) == ["small"])
  }

  @Test func `only its owner may read it`() async throws {
    try await adapter.write([1], for: "key")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func `a folder in the file's place is refused`() {
    #expect(throws: StorageError.self) { try DefaultsAdapter(file: folder.path) }
  }

  @Test func `programs that share a file lose nothing of each other's`() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        let other = try DefaultsAdapter(file: path)
        group.addTask {
          for round in 0..<10 { try await other.write([UInt8(round)], for: "\(number)/\(round)") }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await adapter.keys(prefix: "", after: nil, limit: 100).count == 40)
  }
}
