import HoldfastContract
import Testing

@testable import HoldfastSync

/// Deletions, and changes of what is no longer there.
struct DeletionTests {
  /// A note that replica 1 has made, at version 1.
  private func desk(_ policy: MergePolicy = .manual) throws -> Desk {
    var desk = try Desk(policy: policy)
    desk.take(
      Note.operation(
        1, .create, at: 10, .assign(Note.title, text(1, "title")), .increment(Note.likes, 5)))
    return desk
  }

  private let delete = Note.operation(2, .delete, base: 1, at: 20)
  private let change = Note.operation(3, .update, base: 1, at: 20, .assign(Note.body, text(2, "body")))

  @Test func `a deletion leaves a tombstone that says nothing`() throws {
    var desk = try desk()
    #expect(desk.take(delete, from: 2) == "applied")
    #expect(desk.state() == nil)
    #expect(desk.rows[Note.key]?.state == [])
    #expect(desk.rows[Note.key]?.fields.isEmpty == true)
    #expect(desk.take(delete, from: 3) == "superseded")
    #expect(desk.sequence == 2)
  }

  @Test func `what is not there need not be deleted`() throws {
    var desk = try Desk()
    #expect(desk.take(delete) == "superseded")
    #expect(desk.rows.isEmpty)
  }

  @Test(arguments: [
    (MergePolicy.manual, "conflict 2", true), (.custom, "conflict 2", true), (.server, "superseded, news", true),
    (.client, "applied", false), (.timestamp, "superseded, news", true),
  ])
  func `a deletion meets a change`(_ policy: MergePolicy, _ outcome: String, _ isThere: Bool) throws {
    var desk = try desk(policy)
    #expect(desk.take(change, from: 3) == "applied")
    #expect(desk.take(delete, from: 2) == outcome)
    #expect((desk.state() != nil) == isThere)
  }

  @Test(arguments: [
    (MergePolicy.manual, "conflict 2", false), (.custom, "conflict 2", false), (.server, "superseded, news", false),
    (.client, "applied, news", true), (.timestamp, "applied, news", true),
  ])
  func `a change meets a deletion`(_ policy: MergePolicy, _ outcome: String, _ isThere: Bool) throws {
    var desk = try desk(policy)
    #expect(desk.take(delete, from: 2) == "applied")
    try desk.restart()
    #expect(desk.take(change, from: 3) == outcome)
    // The whole comes back, not the changed part alone.
    let whole = text(1, "title") + text(2, "body") + number(3, 5)
    #expect(desk.state() == (isThere ? whole : nil))
  }

  @Test func `the later of the two prevails where the policy says so`() throws {
    var desk = try desk(.timestamp)
    var late = delete
    late.clock.time = 30
    #expect(desk.take(change, from: 3) == "applied")
    #expect(desk.take(late, from: 2) == "applied")
    #expect(desk.take(change, from: 4) == "superseded, news")
  }

  @Test func `who knows of the deletion can create the entity anew`() throws {
    var desk = try desk()
    desk.take(delete, from: 2)
    let create = Note.operation(4, .create, base: 2, at: 40, .assign(Note.body, text(2, "second")))
    #expect(desk.take(create, from: 3) == "applied")
    #expect(desk.state() == text(2, "second"))
    // Its own deletion is known to the replica, whatever the base.
    #expect(desk.take(Note.operation(5, .delete, base: 3), from: 3) == "applied")
    #expect(desk.take(Note.operation(6, .create, base: 0, .assign(Note.body, text(2, "third"))), from: 3) == "applied")
    #expect(desk.state() == text(2, "third"))
  }

  @Test func `a change made before the entity began anew meets a conflict`() throws {
    var desk = try desk(.client)
    desk.take(delete, from: 2)
    desk.take(Note.operation(4, .create, base: 2, .assign(Note.body, text(2, "second"))), from: 2)
    let old = Note.operation(5, .update, base: 1, .assign(Note.title, text(1, "of the first")))
    #expect(desk.take(old, from: 3) == "conflict 1")
  }

  @Test func `who knows of the deletion changes nothing`() throws {
    var desk = try desk()
    desk.take(delete, from: 2)
    #expect(desk.take(Note.operation(7, .update, base: 2, .increment(Note.likes, 1)), from: 3) == "superseded, news")
  }

  @Test func `a change of an entity that the hub has lost comes back, unless the hub always prevails`() throws {
    var desk = try Desk()
    #expect(desk.take(change) == "conflict 2")
    var other = try Desk(policy: .server)
    #expect(other.take(change) == "superseded, news")
    #expect(desk.rows.isEmpty && other.rows.isEmpty)
  }

  @Test func `nothing brings back what was erased`() throws {
    var desk = try desk(.client)
    desk.erase()
    #expect(desk.take(change, from: 3) == "gone")
    #expect(desk.take(delete, from: 3) == "gone")
    #expect(desk.take(Note.operation(9, .create, base: 99, .increment(Note.likes, 1)), from: 3) == "gone")
    #expect(desk.state() == nil)
  }
}
