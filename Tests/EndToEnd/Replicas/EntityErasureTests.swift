import Foundation
import HoldfastContract
import HoldfastSDK
import HoldfastServer
import HoldfastSync
import HoldfastWire
import Testing

/// Entities that are erased with their subject, on the hub and on devices.
struct `Entities of a subject that is erased` {
  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(20), longest: .milliseconds(200)), reconnectSpread: .zero)

  private let shelf: Shelf

  init() async throws { shelf = try await Shelf() }

  private func erase(_ subject: String, _ fields: String...) async throws -> ProgramRun {
    let words = ["erase", "--space", "shelf", "--subject", subject, "--yes", "--json", "--data", shelf.hub.data]
    return try await Holdfast.run(words + fields.flatMap { ["--entities", $0] })
  }

  private func bytes(_ file: String) throws -> Data {
    try ["", "-wal"].reduce(into: Data()) { data, end in
      if FileManager.default.fileExists(atPath: file + end) {
        data += try Data(contentsOf: URL(fileURLWithPath: file + end))
      }
    }
  }

  @Test func `they go from the hub and from devices, and what was queued for them comes to nothing`() async throws {
    let (secret, hers, his) = ("the text that nobody should find", UUID(), UUID())
    let hub = try await shelf.hub.connect()
    try await shelf.program("one") { replica in
      await replica.connect(by: HubTransport(hub.sync), timing: Self.timing)
      try await replica.books.create(Book(id: hers, title: "ann", text: secret)).outcome()
      try await replica.books.create(Book(id: his, title: "bob", text: "his")).outcome()
    }
    try #require(try await shelf.online("two", "sync", "--space", "shelf").exitCode == 0)
    // Changed where there is no network.
    let queued = try await shelf.program("two") { try await $0.books.update(hers) { $0.copies += 1 }.id }
    try #require(queued != nil)

    let run = try await erase("ann", "book.title")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains(#""entities":1"#))
    #expect(try !bytes(HubDirectory(path: shelf.hub.data).database).contains(Data(secret.utf8)))
    #expect(try await Holdfast.run(["audit", "verify", "--data", shelf.hub.data]).exitCode == 0)

    for name in ["one", "two"] {
      try await shelf.program(name) { replica in
        await replica.connect(by: HubTransport(hub.sync), timing: Self.timing)
        for await status in replica.status where status.phase == .synced { break }
        #expect(try await replica.books.get(hers) == nil, "\(name)")
        #expect(try await replica.books.get(his)?.text == "his", "\(name)")
        #expect(try await replica.verify() == true, "\(name)")
        #expect(replica.currentStatus.pending == 0, "\(name)")
        // The key is never taken again.
        let outcome = try await replica.books.create(Book(id: hers, title: "ann again")).outcome()
        #expect(outcome == .gone, "\(name): \(outcome)")
      }
    }
    #expect(try await erase("ann", "book.title").output.contains(#""entities":0"#))
  }

  @Test func `a conflict about them goes as well`() async throws {
    let id = UUID()
    try await shelf.disagree(id)
    // It meets the conflict, and says so.
    _ = try await shelf.online("two", "sync")
    let hub = try await shelf.hub.connect()
    try #require(try await hub.sync.conflicts(ConflictsRequest(space: "shelf")).conflicts.count == 1)
    #expect(try await erase("one's", "book.title").exitCode == 0)
    #expect(try await hub.sync.conflicts(ConflictsRequest(space: "shelf")).conflicts.isEmpty)
  }

  @Test func `a field that cannot say whom it is about is refused, and nothing is erased`() async throws {
    let hub = try await shelf.hub.connect()
    try await shelf.program("one") { replica in
      await replica.connect(by: HubTransport(hub.sync), timing: Self.timing)
      try await replica.books.create(Book(id: UUID(), title: "ann")).outcome()
    }
    for (field, word) in [
      ("book.copies", "copies"), ("book.tags", "tags"), ("book.nothing", "nothing"), ("film.title", "film"),
    ] {
      let run = try await erase("ann", "book.title", field)
      #expect(run.exitCode == 1, "\(field)")
      #expect(run.errors.contains(word), "\(run.errors)")
    }
    #expect(try await erase("ann", "title").exitCode == 2)
    #expect(try await hub.sync.checksum(ChecksumRequest(space: "shelf")).entities == 1)
  }
}
