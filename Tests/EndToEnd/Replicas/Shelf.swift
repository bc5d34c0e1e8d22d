import Foundation
import HoldfastSDK
import TestSupport
import Testing

/// A hub in a process of its own, and files of replicas that programs make and the command line works with.
struct Shelf {
  let hub: HubProcess
  let directory: TemporaryDirectory

  init() async throws {
    hub = try await HubProcess()
    directory = try TemporaryDirectory()
  }

  func file(_ name: String) -> String { directory.path(name + ".replica") }

  /// What a program does that has the replica open.
  @discardableResult
  func program<Result>(_ name: String, _ body: (Replica) async throws -> Result) async throws -> Result {
    let replica = try await Replica.open(file: file(name), space: "shelf", entities: [Book.self])
    let result = try await body(replica)
    await replica.close()
    return result
  }

  /// Runs `holdfast replica …` on the file, without a hub.
  func local(_ name: String, _ words: String...) async throws -> ProgramRun {
    try await Holdfast.run(["replica"] + words + ["--replica", file(name)])
  }

  /// The same with the hub.
  func online(_ name: String, _ words: String...) async throws -> ProgramRun {
    try await Holdfast.run(["replica"] + words + ["--replica", file(name), "--data", hub.data])
  }

  /// Each line of JSON that a command prints.
  func lines(_ name: String, _ words: String...) async throws -> [[String: Any]] {
    let run = try await Holdfast.run(["replica"] + words + ["--json", "--replica", file(name)])
    try #require(run.exitCode == 0, "\(run.errors)")
    return try run.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// Makes two devices that have a book, both of which have changed its title; the first one's change is on the hub.
  func disagree(_ id: UUID) async throws {
    try await program("one") { try await $0.books.create(Book(id: id, title: "a title", text: "a text")) }
    try #require(try await online("one", "sync").exitCode == 0)
    try #require(try await online("two", "sync", "--space", "shelf").exitCode == 0)
    try await program("one") { replica in
      try await replica.books.update(id) { book in
        book.title = "one's"
        book.copies += 2
      }
    }
    try await program("two") { replica in
      try await replica.books.update(id) { book in
        book.title = "two's"
        book.text = "two's text"
        book.copies += 3
      }
    }
    try #require(try await online("one", "push").exitCode == 0)
    try #require(try await online("two", "sync").exitCode == 4)
  }

  /// The number of the only operation that is parked.
  func parked(_ name: String) async throws -> String {
    let lines = try await lines(name, "parked")
    try #require(lines.count == 1)
    return "\(try #require(lines[0]["id"] as? Int))"
  }
}
