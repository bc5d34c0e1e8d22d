import Foundation
import HoldfastSDK
import TestSupport
import Testing

struct `Following a replica by the command line` {
  private let shelf: Shelf
  private let words: [String]

  init() async throws {
    shelf = try await Shelf()
    words = ["replica", "status", "--follow", "--replica", shelf.file("one")]
  }

  /// Adds a book while nobody syncs, and gives it to the hub.
  private func change(_ replica: Replica, _ step: (_ waiting: Int, _ change: Int) async throws -> Void) async throws {
    try await step(0, 0)
    try await replica.books.create(Book(id: UUID(), title: "a title"))
    try await step(1, 0)
    let hub = try await shelf.hub.connect()
    await replica.connect(to: hub)
    try await step(0, 1)
    hub.close()
  }

  #if os(Linux)
    @Test func `a terminal shows one line, and draws it anew when another process changes something`() async throws {
      try await shelf.program("one") { replica in
        let run = try Holdfast.startOnTerminal(words)
        try await change(replica) { waiting, change in
          let who = change > 0 ? "a" : "no"
          let line = "\r\(waiting) operations wait, change \(change), \(who) process syncs it\u{1B}[K"
          let shown = await run.shown(until: line)
          #expect(shown.contains(line) && !shown.contains("\n"), "\(shown)")
        }
        run.process.interrupt()
        #expect(await run.process.ended() == SIGINT)
      }
    }
  #endif

  @Test func `a program reads a line of JSON whenever another process changes something`() async throws {
    try await shelf.program("one") { replica in
      let process = Holdfast.prepare(words + ["--json"])
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      var last: NSDictionary = [:]
      try await change(replica) { waiting, change in
        while last["pending"] as? Int != waiting || last["pulled_to"] as? Int != change {
          let line = await output.text(upTo: "\n")
          let next = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary, "\(line)")
          #expect(next != last)
          last = next
        }
        #expect(last["tended"] as? Bool == (change > 0))
        let types = try #require(last["types"] as? [[String: Any]])
        #expect(types.map { $0["changed"] as? Int } == (waiting + change > 0 ? [waiting] : []))
      }
      process.terminate()
      #expect(await process.ended() == SIGTERM)
    }
  }

  @Test func `where nobody looks on, the whole is printed each time`() async throws {
    try await shelf.program("one") { replica in
      let process = Holdfast.prepare(words)
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      try await change(replica) { waiting, change in
        let end = "\(waiting) operations wait, change \(change), \(change > 0 ? "a" : "no") process syncs it\n"
        #expect(await output.text(upTo: end).contains("space shelf\tdevice "))
      }
      process.terminate()
      #expect(await process.ended() == SIGTERM)
    }
  }
}
