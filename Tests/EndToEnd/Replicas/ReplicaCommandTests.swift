import Foundation
import HoldfastSDK
import TestSupport
import Testing

struct `Replicas by the command line` {
  private let shelf: Shelf
  private let id = UUID()

  init() async throws { shelf = try await Shelf() }

  private var key: String { id.uuidString.lowercased() }

  @Test func `what waits is shown by the names of the definition, without a hub`() async throws {
    try await shelf.program("one") { replica in
      try await replica.books.create(Book(id: id, title: "a title", tags: ["new", "read"]), priority: .high)
      try await replica.books.update(id) { $0.copies += 3 }
    }
    let status = try await shelf.local("one", "status")
    #expect(status.exitCode == 0)
    #expect(status.output.contains("space shelf\t"))
    #expect(status.output.contains("never synced\nbook\t1 entities\t1 changed\n"))
    #expect(status.output.hasSuffix("1 operations wait, change 0, no process syncs it\n"))
    let queue = try await shelf.local("one", "queue")
    #expect(
      queue.output == "1\tcreate\tbook\t\(key)\ttitle = \"a title\", copies +3, tags + [\"new\", \"read\"]\twaiting\n")
    let line = try #require(try await shelf.lines("one", "queue").first)
    #expect(line["priority"] as? String == "high" && line["state"] as? String == "waiting")
    let changes = try #require(line["changes"] as? [[String: Any]])
    #expect(changes.map { $0["field"] as? String } == ["title", "copies", "tags"])
    #expect(changes[1]["amount"] as? Int == 3 && changes[2]["elements"] as? [String] == ["new", "read"])

    let entity = try #require(try await shelf.lines("one", "export", "entities").first)
    let fields = try #require(entity["fields"] as? [String: Any])
    #expect(entity["key"] as? String == key && entity["changed"] as? Bool == true)
    #expect(fields["title"] as? String == "a title" && fields["copies"] as? Int == 3 && fields["text"] == nil)
    let exported = try #require(try await shelf.lines("one", "export").first)
    #expect((exported["operation"] as? String)?.isEmpty == false)

    let why = try await shelf.local("one", "explain", "1")
    #expect(why.output == "operation 1: it is next; no process syncs the replica at present\n")
    #expect(try await shelf.local("one", "explain", "2").exitCode == 3)
  }

  @Test func `syncing brings two replicas to the same, and each direction can be had alone`() async throws {
    try await shelf.program("one") { try await $0.books.create(Book(id: id, title: "a title")) }
    let pushed = try await shelf.online("one", "push", "--json")
    #expect(pushed.exitCode == 0, "\(pushed.errors)")
    #expect(pushed.output.contains(#""event":"progress","pushed":0,"total":1"#))
    #expect(pushed.output.contains(#""event":"done","pushed":1,"total":1,"refused":0,"pulled_to":0"#))
    let done = try #require(pushed.output.split(separator: "\n").last.map(String.init))
    #expect(done.contains(#""pushes":1,"mean_push_ms":"#) && !done.contains(#""mean_push_ms":0,"#))
    #expect(done.contains(#""bytes_received":0,"pending":0"#) && !done.contains(#""bytes_sent":0,"#))
    // A push pulls nothing, so the replica has not been told of its own change's place.
    #expect(try await shelf.lines("one", "status")[0]["pulled_to"] as? Int == 0)
    let over = try await shelf.local("one", "explain", "1")
    #expect(over.exitCode == 0 && over.output == "operation 1: applied\n")

    #expect(try await shelf.online("two", "pull").exitCode == 3)
    #expect(try await shelf.online("two", "pull", "--space", "shelf").exitCode == 0)
    #expect(try await shelf.lines("two", "status")[0]["pulled_to"] as? Int == 1)
    let other = UUID()
    try await shelf.program("two") { replica in
      #expect(try await replica.books.get(id) == Book(id: id, title: "a title"))
      try await replica.books.create(Book(id: other, title: "another"))
    }
    // A pull sends nothing.
    #expect(try await shelf.online("two", "pull").output == "has the hub's changes up to 1, 1 operations wait\n")
    #expect(try await shelf.lines("two", "queue").map { $0["state"] as? String } == ["waiting"])
    let synced = try await shelf.online("two", "sync")
    #expect(synced.output == "pushed 1, has the hub's changes up to 2, 0 operations wait\n")
    #expect(try await shelf.online("one", "sync").exitCode == 0)
    let all = try await shelf.local("one", "export", "entities").output
    let others = try await shelf.local("two", "export", "entities").output
    #expect(all.contains("another") && all == others)
    #expect(try await shelf.local("one", "status").output.contains("\tnothing waits\n"))
  }

  @Test(arguments: ["mine", "server"])
  func `a conflict is shown field by field, and one side is chosen`(_ choice: String) async throws {
    try await shelf.disagree(id)
    let number = try await shelf.parked("two")
    let shown = try await shelf.local("two", "conflicts").output
    #expect(shown.contains("\tparked\tconflict in title\n"))
    #expect(shown.contains("* title\twas \"a title\"\tmine \"two's\"\tserver \"one's\"\n"))
    #expect(shown.contains("  text\twas \"a text\"\tmine \"two's text\"\tserver \"a text\"\n"))
    #expect(shown.contains("  copies\tmine 5\tserver 2\n"))
    let conflict = try #require(try await shelf.lines("two", "conflicts").first)
    #expect(conflict["contested"] as? [String] == ["title"])
    let why = try await shelf.local("two", "explain", number)
    #expect(why.output.hasPrefix("operation \(number): it met another change of the same"))

    #expect(try await shelf.local("two", "resolve", number, choice).output == "resolved \(number): \(choice)\n")
    #expect(try await shelf.local("two", "resolve", number, choice).exitCode == (choice == "mine" ? 4 : 3))
    #expect(try await shelf.online("two", "sync").exitCode == 0)
    #expect(try await shelf.online("one", "sync").exitCode == 0)
    let book =
      choice == "mine"
      ? Book(id: id, title: "two's", text: "two's text", copies: 5)
      : Book(id: id, title: "one's", text: "a text", copies: 2)
    for name in ["one", "two"] {
      #expect(try await shelf.program(name) { try await $0.books.get(id) } == book)
    }
  }

  @Test func `a conflict is merged field by field, and no change behind it counts twice`() async throws {
    try await shelf.disagree(id)
    try await shelf.program("two") { replica in try await replica.books.update(id) { $0.copies += 10 } }
    let number = try await shelf.parked("two")
    let open = try await shelf.local("two", "resolve", number, "merged")
    #expect(open.exitCode == 2 && open.errors.contains("both sides have changed title"))
    let wrong = try await shelf.local("two", "resolve", number, "merged", "--set", "titel=x")
    #expect(wrong.exitCode == 2 && wrong.errors.contains("book has no field titel; there are title, text"))
    let merged = try await shelf.local("two", "resolve", number, "merged", "--set", "title=ours", "--server", "text")
    #expect(merged.exitCode == 0, "\(merged.errors)")
    #expect(try await shelf.online("two", "sync").exitCode == 0)
    #expect(
      try await shelf.program("two") { try await $0.books.get(id) }
        == Book(id: id, title: "ours", text: "a text", copies: 15))
  }

  @Test func `what the hub does not take is edited, sent again or discarded`() async throws {
    let half = String(repeating: "x", count: 600_000)
    try await shelf.program("one") { try await $0.books.create(Book(id: id, title: "a")) }
    try #require(try await shelf.online("one", "sync").exitCode == 0)
    try #require(try await shelf.online("two", "sync", "--space", "shelf").exitCode == 0)
    try await shelf.program("one") { replica in try await replica.books.update(id) { $0.text = half } }
    try #require(try await shelf.online("one", "sync").exitCode == 0)
    try await shelf.program("two") { replica in try await replica.books.update(id) { $0.title = half } }
    // Each alone is small enough; together they are not.
    #expect(try await shelf.online("two", "sync").exitCode == 4)
    let number = try await shelf.parked("two")
    #expect(try await shelf.lines("two", "export", "parked").count == 1)
    #expect(try await shelf.lines("two", "parked", "list")[0]["outcome"] as? String == "rejected")
    let notThat = try await shelf.local("two", "resolve", number, "mine")
    #expect(notThat.exitCode == 4 && notThat.errors.contains("met no other change"))

    #expect(try await shelf.local("two", "parked", "retry", number).exitCode == 0)
    #expect(try await shelf.lines("two", "parked").isEmpty)
    #expect(try await shelf.local("two", "parked", "retry", number).exitCode == 4)
    #expect(try await shelf.online("two", "sync").exitCode == 4)
    // The same on another device, which gives it up.
    try FileManager.default.copyItem(atPath: shelf.file("two"), toPath: shelf.file("three"))
    #expect(try await shelf.local("three", "parked", "discard", number).exitCode == 0)
    #expect(try await shelf.online("three", "sync").exitCode == 0)
    #expect(try await shelf.program("three") { try await $0.books.get(id) } == Book(id: id, title: "a", text: half))

    let edit = try await shelf.local(
      "two", "parked", "edit", number, "--set", "title=short", "--set", "copies=7", "--set", "tags=b", "--set", "tags=a"
    )
    #expect(edit.exitCode == 0, "\(edit.errors)")
    #expect(
      try await shelf.local("two", "queue").output.contains("title = \"short\", copies +7, tags + [\"a\", \"b\"]"))
    #expect(try await shelf.online("two", "sync").exitCode == 0)
    let book = Book(id: id, title: "short", text: half, copies: 7, tags: ["a", "b"])
    #expect(try await shelf.program("two") { try await $0.books.get(id) } == book)

    // One that has not been sent can be discarded as well.
    try await shelf.program("two") { replica in try await replica.books.update(id) { $0.title = "other" } }
    let fresh = try #require(try await shelf.lines("two", "queue").first?["id"] as? Int)
    #expect(try await shelf.local("two", "parked", "discard", "\(fresh)").exitCode == 0)
    #expect(try await shelf.lines("two", "queue").isEmpty)
    #expect(try await shelf.local("two", "explain", "\(fresh)").output == "operation \(fresh): nothing_to_do\n")
    #expect(try await shelf.program("two") { try await $0.books.get(id) } == book)
  }
}
