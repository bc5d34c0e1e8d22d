import Foundation
import HoldfastSDK
import HoldfastStore
import TestSupport
import Testing

@testable import holdfast

struct `Replicas by the command line, when something is wrong` {
  private let shelf: Shelf
  private let id = UUID()

  init() async throws { shelf = try await Shelf() }

  @Test func `a file that is none, or holds something else, is left as it is`() async throws {
    let none = try await shelf.local("none", "status", "--json")
    #expect(none.exitCode == 3 && none.errors.contains(#""code":"not_found""#))
    #expect(!FileManager.default.fileExists(atPath: shelf.file("none")))
    for content in [
      "", "no database at all, but as long as the head of one would have to be: " + String(repeating: "-", count: 100),
    ] {
      let file = try shelf.directory.write(content, to: "other.replica")
      let other = try await shelf.local("other", "status")
      #expect(other.exitCode == 1, "\(other.errors)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == content)
    }
    let database = shelf.hub.data + "/holdfast.sqlite"
    let hubs = try await Holdfast.run(["replica", "status", "--replica", database])
    #expect(hubs.exitCode == 1, "\(hubs.errors)")
    #expect(try await shelf.hub.client("put", "k", "v").exitCode == 0)
  }

  @Test func `it is said whether another try can help`() {
    let full = ReplicaError(.storage, "the disk is full", cause: StoreError(.full, "no space left"))
    #expect(full.isRecoverable)
    #expect(full.commandFailure.code == .failed && full.commandFailure.hint?.hasPrefix("Mend that") == true)
    let broken = ReplicaError(.storage, "the file cannot be read", cause: StoreError(.corrupt, "a page is damaged"))
    #expect(!broken.isRecoverable)
    #expect(broken.commandFailure.code == .failed && broken.commandFailure.hint?.hasPrefix("Another try") == true)
    #expect(ReplicaError(.missing, "there is none").commandFailure.hint == nil)
  }

  @Test func `of a damaged file it is said how to save what can still be read`() async throws {
    try await shelf.program("one") { replica in
      for number in 0..<300 { try await replica.books.create(Book(id: UUID(), title: "book \(number)")) }
    }
    // All of it is in one part once nobody has it open.
    #expect(!FileManager.default.fileExists(atPath: shelf.file("one") + "-wal"))
    let file = URL(fileURLWithPath: shelf.file("one"))
    var bytes = try Data(contentsOf: file)
    let middle = bytes.count / 2 / 4_096 * 4_096
    bytes.replaceSubrange(middle..<middle + 16_384, with: Data(repeating: 0xa5, count: 16_384))
    try bytes.write(to: file)
    let export = try await shelf.local("one", "export")
    #expect(export.exitCode == 1)
    #expect(export.errors.contains("damaged") && export.errors.contains("export --salvage"), "\(export.errors)")
    let salvaged = try await shelf.local("one", "export", "--salvage")
    #expect(salvaged.exitCode == 1 && salvaged.errors.contains("places of the queue cannot be read"))
    let lines = salvaged.output.split(separator: "\n")
    #expect(200..<300 ~= lines.count)
    for line in lines { #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any]) }
    #expect(try await shelf.local("one", "export", "entities", "--salvage").exitCode == 2)
  }

  @Test(
    arguments: [
      ["status"], ["explain", "0"], ["explain", "x"], ["resolve", "1", "theirs"],
      ["resolve", "1", "mine", "--set", "a=1"],
      ["resolve", "1", "merged", "--mine", "a", "--server", "a"], ["resolve", "1", "merged", "--set", "a"],
      ["parked", "drop", "1"], ["parked", "edit", "1"], ["parked", "list", "1"], ["parked", "retry"],
      ["parked", "--set", "a=1"], ["export", "everything"], ["push", "--space", "s"], ["sync", "--timeout", "never"],
    ])
  func `a command line that makes no sense changes nothing`(_ words: [String]) async throws {
    let named = words == ["status"] ? [] : ["--replica", shelf.file("one")]
    let run = try await Holdfast.run(["replica"] + words + named)
    #expect(run.exitCode == 2, "\(run.errors)")
    #expect(run.errors.contains("holdfast: "))
    #expect(!FileManager.default.fileExists(atPath: shelf.file("one")))
  }

  @Test func `without a hub, or without the right to the space, all that waits is kept`() async throws {
    try await shelf.program("one") { try await $0.books.create(Book(id: id, title: "a title")) }
    let token = try await shelf.hub.client("token", "create", "app", "--space", "elsewhere", "--write")
    let file = try shelf.directory.write(token.output, to: "app.token")
    for command in ["push", "pull", "sync"] {
      let refused = try await shelf.online("one", command, "--token-file", file)
      #expect(refused.exitCode == 6, "\(refused.errors)")
      #expect(refused.errors.contains("What waits in the replica is kept."))
    }
    let failure = try #require(try await shelf.lines("one", "status")[0]["last_error"] as? [String: Any])
    #expect(failure["remedy"] as? String == "ask_for_access" && failure["recoverable"] as? Bool == true)
    #expect((failure["causes"] as? [[String: Any]])?.first?["kind"] as? String == "holdfast.sync.NoAccess")
    let text = try await shelf.local("one", "status").output
    #expect(text.contains("last error, joining, since ") && text.contains("to do: ask whoever runs the hub"), "\(text)")
    await shelf.hub.end()
    #expect(try await shelf.online("one", "sync").exitCode == 5)
    try await shelf.hub.restart()
    #expect(try await shelf.lines("one", "status")[0]["pending"] as? Int == 1)
    #expect(try await shelf.online("one", "sync").exitCode == 0)
    #expect(try await shelf.lines("one", "status")[0]["pending"] as? Int == 0)
    #expect(try await shelf.lines("one", "status")[0]["last_error"] is NSNull)
    // What the replica has from the hub does not go by a token that somebody has confused.
    #expect(try await shelf.online("one", "sync", "--token-file", file).exitCode == 6)
    #expect(try await shelf.lines("one", "export", "entities").count == 1)
  }

  @Test func `where another process syncs, its work is waited for, and what is decided goes by it`() async throws {
    try await shelf.disagree(id)
    let hub = try await shelf.hub.connect()
    try await shelf.program("two") { replica in
      await replica.connect(to: hub)
      #expect(try await eventually { try await shelf.lines("two", "status")[0]["tended"] as? Bool == true })
      #expect(try await shelf.online("two", "push").exitCode == 4)
      #expect(try await shelf.local("two", "resolve", try await shelf.parked("two"), "mine").exitCode == 0)
      let synced = try await shelf.online("two", "sync", "--json")
      #expect(synced.exitCode == 0, "\(synced.errors)")
      #expect(synced.output.contains(#""elsewhere":true"#))
      #expect(try await replica.books.get(id)?.title == "two's")
      #expect(try await replica.parked().isEmpty)
      // What the hub learns from others is there when the command has ended.
      try #require(try await shelf.online("one", "sync").exitCode == 0)
      try await shelf.program("one") { one in try await one.books.update(id) { $0.text = "later" } }
      try #require(try await shelf.online("one", "sync").exitCode == 0)
      #expect(try await shelf.online("two", "pull").exitCode == 0)
      #expect(try await replica.books.get(id)?.text == "later")
    }
  }

  #if os(Linux)
    @Test func `a terminal shows how far it is`() async throws {
      try await shelf.program("one") { replica in
        for number in 1...3 { try await replica.books.create(Book(id: UUID(), title: "book \(number)")) }
      }
      let words = ["replica", "sync", "--replica", shelf.file("one"), "--data", shelf.hub.data]
      let run = try await Holdfast.onTerminal(words)
      #expect(run.exitCode == 0)
      #expect(run.shown.contains("pushed 0 of 3  create book"), "\(run.shown)")
      #expect(run.shown.contains("pushed 3 of 3  change"), "\(run.shown)")
      #expect(run.shown.hasSuffix("\r\u{1B}[K"))
      #expect(try await Holdfast.onTerminal(words + ["--json"]).shown.isEmpty)
    }
  #endif
}
