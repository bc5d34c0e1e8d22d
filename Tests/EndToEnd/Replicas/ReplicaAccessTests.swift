import Foundation
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastSync
import HoldfastWire
import Testing

/// Devices whose token is taken away, or allows something else than it did.
struct `Replicas whose access changes` {
  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(20), longest: .milliseconds(200)), reconnectSpread: .zero,
    look: .seconds(30), poll: .seconds(900), pollWithoutHints: .seconds(60))

  private let shelf: Shelf
  private let token = Lock("")

  init() async throws { shelf = try await Shelf() }

  /// Makes a token.
  private func make(_ words: String...) async throws -> (text: String, id: String) {
    let run = try await Holdfast.run(["token", "create", "app", "--json", "--data", shelf.hub.data] + words)
    let reply = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let info = try #require(reply["info"] as? [String: Any])
    return (try #require(reply["token"] as? String), try #require(info["id"] as? String))
  }

  /// A program that has the token of the moment.
  private func reach() async throws -> Hub {
    var settings = ClientSettings()
    settings.token = { [token] in token.withLock { $0 } }
    let directory = HubDirectory(path: shelf.hub.data)
    return try await Hub.connect(
      to: shelf.hub.address, trust: .certificateAuthority(.file(directory.authority)), settings: settings)
  }

  private func connect(_ replica: Replica, _ hub: Hub) async {
    await replica.connect(by: HubTransport(hub.sync), timing: Self.timing)
  }

  private func wait(_ replica: Replica, until isThere: (ReplicaStatus) -> Bool) async {
    for await status in replica.status where isThere(status) { return }
  }

  @Test func `a token that is revoked while a device is away takes away what it showed, and nothing that waits`()
    async throws
  {
    let first = try await make("--space", "shelf", "--write")
    token.withLock { $0 = first.text }
    let hub = try await reach()
    let (mine, other) = (UUID(), UUID())
    try await shelf.program("one") { replica in
      await connect(replica, hub)
      try await replica.books.create(Book(id: mine, title: "mine")).outcome()
      try await replica.books.create(Book(id: other, title: "other")).outcome()
      await wait(replica) { $0.phase == .synced }
      await replica.disconnect()
      try await replica.books.update(mine) { $0.text = "written without a network" }

      try #require(try await shelf.hub.client("token", "revoke", first.id).exitCode == 0)
      await connect(replica, hub)
      await wait(replica) { $0.phase == .needs(.credential) }
      #expect(replica.currentStatus.pending == 1)
      // Whose credential has ended may see again with the next what there is.
      #expect(try await replica.books.get(other)?.title == "other")

      let elsewhere = try await make("--space", "elsewhere", "--write").text
      token.withLock { $0 = elsewhere }
      await wait(replica) { $0.phase == .needs(.access) }
      var seen = replica.books.observe(other).makeAsyncIterator()
      while let book = try await seen.next(), book != nil {}
      #expect(try await replica.books.get(mine)?.text == "written without a network")
      #expect(replica.currentStatus.pending == 1)

      let good = try await make("--space", "shelf", "--write").text
      token.withLock { $0 = good }
      hub.close()
      let again = try await reach()
      await connect(replica, again)
      await wait(replica) { $0.phase == .synced }
      #expect(try await replica.books.get(other)?.title == "other")
      #expect(try await replica.books.get(mine)?.text == "written without a network")
      again.close()
    }
    let all = try await shelf.online("two", "sync", "--space", "shelf")
    #expect(all.exitCode == 0, "\(all.errors)")
    #expect(try await shelf.program("two") { try await $0.books.get(mine)?.text } == "written without a network")
  }

  @Test func `who may only read keeps what there is, and what waits goes once it may`() async throws {
    let other = UUID()
    try await shelf.program("two") { try await $0.books.create(Book(id: other, title: "other")) }
    try #require(try await shelf.online("two", "sync").exitCode == 0)
    let reading = try await make("--space", "shelf").text
    token.withLock { $0 = reading }
    let hub = try await reach()
    try await shelf.program("one") { replica in
      await connect(replica, hub)
      await wait(replica) { $0.phase == .synced }
      let handle = try await replica.books.update(other) { $0.copies += 2 }
      await wait(replica) { $0.phase == .needs(.access) }
      let pulls = replica.currentStatus.metrics.received
      await wait(replica) { $0.phase != .needs(.access) }
      await wait(replica) { $0.phase == .needs(.access) }
      // It has not begun anew.
      #expect(replica.currentStatus.metrics.received == pulls)
      #expect(try await replica.books.get(other)?.title == "other")
      #expect(replica.currentStatus.pending == 1)

      let writing = try await make("--space", "shelf", "--write").text
      token.withLock { $0 = writing }
      hub.close()
      let again = try await reach()
      await connect(replica, again)
      guard case .applied = try await handle.outcome() else {
        Issue.record("what waited was not taken")
        return
      }
      again.close()
    }
  }
}
