import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Pushed operations` {
  private let hub: PersistenceFixture
  private var device: Device
  private var other: Device

  init() async throws {
    hub = try await PersistenceFixture()
    device = Device(hub.rpcClient(), 1)
    other = Device(hub.rpcClient(), 2)
    try await device.join()
    try await other.join()
  }

  @Test mutating func `what is new is applied, and others pull it`() async throws {
    #expect(try await device.push(.create(1, .title("a"), .like(3))).words == ["applied 1"])
    #expect(try await device.push(.update(1, base: 1, .title("b"))).words == ["applied 2"])
    try await other.pull()
    #expect(other.state(1) == .title("b") + [UInt8(Note.likes << 3), 3])
    #expect(other.version(1) == 2)
    #expect(try await other.agrees())
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test mutating func `each way of merging has its outcome`() async throws {
    try await device.push(.create(1, .title("a"), .text(Note.body, "x"), .score(1), .folder(9)))
    // Another title meets the first, which is for a person to decide.
    #expect(try await other.push(.update(1, base: 0, .title("b"))).words == ["conflict 1 news fields [1]"])
    // The same title is no change at all.
    #expect(try await other.push(.update(1, base: 0, .title("a"))).words == ["superseded 1 news"])
    // The hub's folder stays, the device's body is taken.
    #expect(try await other.push(.update(1, base: 0, .folder(8))).words == ["superseded 1 news"])
    #expect(try await other.push(.update(1, base: 0, .text(Note.body, "y"))).words == ["applied 2 news"])
    // Increments and elements of both count.
    #expect(try await other.push(.update(1, base: 0, .like(2), .tag("t"))).words == ["applied 3 news"])
    #expect(try await device.push(.update(1, base: 1, .like(5))).words == ["applied 4 news"])
    // Deleting what another has changed is for a person as well; with all seen it goes.
    #expect(try await device.push(.delete(1, base: 1)).words == ["conflict 4 news fields [2, 3, 4]"])
    #expect(try await device.push(.delete(1, base: 4)).words == ["applied 5"])
    #expect(try await other.push(.delete(1, base: 4)).words == ["superseded 5"])
    #expect(try await other.push(.update(1, base: 5, .title("z"))).words == ["superseded 5 news"])
  }

  @Test mutating func `a replay returns the first outcome, whatever has happened since`() async throws {
    let operations = device.number([
      .create(1, .title("a"), .like(1)), .update(1, base: 0, .like(1)), .delete(2, base: 0),
    ])
    let first = try await device.send(operations)
    #expect(first.words == ["applied 1", "applied 2", "superseded"])
    try await other.push(.update(1, base: 2, .like(10)))
    let second = try await device.send(operations)
    #expect(second.words == ["applied again 1", "applied again 2", "superseded again"])
    // Sent in another order and with another base it is still the same.
    var moved = operations[1]
    moved.base = 3
    #expect(try await device.send([moved, operations[0]]).words == ["applied again 2", "applied again 1"])
    try await other.pull()
    #expect(other.state(1) == .title("a") + [UInt8(Note.likes << 3), 12])
  }

  @Test mutating func `the same number with other content is refused, and nothing happens`() async throws {
    try await device.push(.create(1, .title("a")))
    var mismatch = EntityOperation.create(2, .title("b"))
    mismatch.number = 1
    let outcome = try await device.send([mismatch])[0]
    #expect(outcome.kind == .rejected)
    #expect(outcome.status == UInt32(Status.alreadyExists.rawValue))
    #expect(outcome.message.contains("operation mismatch"))
    try await other.pull()
    #expect(other.entities.count == 1)
  }

  @Test mutating func `two devices with the same numbers have nothing to do with each other`() async throws {
    #expect(try await device.push(.create(1, .title("a"))).words == ["applied 1"])
    #expect(try await other.push(.create(2, .title("b"))).words == ["applied 2"])
  }

  @Test mutating func `what stands behind a refused operation in its lane waits, the rest goes on`() async throws {
    try await other.push(.create(1, .title("a")))
    let operations = device.number([
      .update(1, base: 0, .title("b")),  // conflict
      .update(1, base: 0, .like(1)),  // the same note
      .create(2, .title("child"), .folder(1)),  // a child of it
      .update(2, base: 0, .like(1)),  // the child's own
      .create(3, .title("stranger")),
    ])
    let outcomes = try await device.send(operations)
    #expect(outcomes.words == ["conflict 1 news fields [1]", "blocked", "blocked", "blocked", "applied 2"])
    // Blocked operations have no outcome that lasts: without what blocks them they are done.
    #expect(try await device.send([operations[1]]).words == ["applied 3 news"])
    let again = try await device.send(operations).words
    #expect(again.prefix(2) == ["conflict again 1 news fields [1]", "applied again 3 news"])
  }

  @Test mutating func `a group takes effect as a whole`() async throws {
    let outcomes = try await device.push(
      .create(1, .title("a")).inGroup(7), .create(2, .title("b")).inGroup(7),
      .update(1, base: 0, .like(1)).inGroup(7), .create(3))
    #expect(outcomes.words == ["applied 1", "applied 2", "applied 3", "applied 4"])
    try await other.pull()
    #expect(other.state(1) == .title("a") + [UInt8(Note.likes << 3), 1])
    #expect(try await other.agrees())
  }

  @Test mutating func `a conflict within a group tells of the entity as it is without the group`() async throws {
    try await other.push(.create(1, .title("a")))
    let outcomes = try await device.push(
      .update(1, base: 0, .like(1)).inGroup(7), .update(1, base: 0, .title("b")).inGroup(7))
    #expect(outcomes.words == ["blocked", "conflict 1 news fields [1]"])
    #expect(outcomes.last?.state == .title("a"))
    try await device.pull()
    #expect(try await device.agrees())
  }

  @Test mutating func `of a group with an operation that is not done nothing happens`() async throws {
    try await other.push(.create(1, .title("a")))
    let group = device.number([
      .create(2, .title("b")).inGroup(7), .update(1, base: 0, .title("c")).inGroup(7), .create(3).inGroup(7),
    ])
    #expect(try await device.send(group).words == ["blocked", "conflict 1 news fields [1]", "blocked"])
    #expect(try await device.send(group).words == ["blocked", "conflict again 1 news fields [1]", "blocked"])
    try await other.pull()
    #expect(other.entities.count == 1)
    #expect(try await other.agrees())
    // Without the one at fault the others are done, and a reply that is lost makes no difference.
    let rest = [group[0], group[2]]
    #expect(try await device.send(rest).words == ["applied 2", "applied 3"])
    #expect(try await device.send(rest).words == ["applied again 2", "applied again 3"])
  }

  @Test mutating func `a group that is torn or has a number twice is rejected`() async throws {
    let torn = try await device.push(.create(1).inGroup(7), .create(2), .create(3).inGroup(7))
    #expect(torn.map(\.kind) == [.applied, .applied, .rejected])
    var twice = device.number([.create(4).inGroup(8), .create(5).inGroup(8)])
    twice[1].number = twice[0].number
    #expect(try await device.send(twice).map(\.kind) == [.rejected, .blocked])
    let huge = device.number((0..<129).map { _ in .create(6).inGroup(9) })
    #expect(try await device.send(huge).first?.status == UInt32(Status.resourceExhausted.rawValue))
  }

  @Test mutating func `what makes no sense is rejected with a reason, and stays so`() async throws {
    let operations = device.number([
      .create(1, type: "unheard"),
      .create(2, FieldChange(field: Note.likes, kind: .assign, after: [1, 2, 3])),
      .create(3, FieldChange(field: Note.title, kind: .increment, amount: 1)),
      EntityOperation(kind: .unknown, type: "note", key: [1], schema: 1),
      EntityOperation(kind: .create, type: "note", key: [], schema: 1),
      .create(4, .text(Note.body, String(repeating: "x", count: 1 << 20))),
    ])
    for round in 0..<2 {
      let outcomes = try await device.send(operations)
      #expect(outcomes.map(\.kind) == Array(repeating: .rejected, count: 6))
      #expect(outcomes.allSatisfy { !$0.message.isEmpty && $0.isReplay == (round > 0) })
      #expect(outcomes[0].status == UInt32(Status.invalidArgument.rawValue))
      #expect(outcomes[5].status == UInt32(Status.resourceExhausted.rawValue))
    }
    var unnumbered = EntityOperation.create(1)
    for number in [0, UInt64.max] {
      unnumbered.number = number
      #expect(try await device.send([unnumbered])[0].kind == .rejected)
    }
    try await other.pull()
    #expect(other.entities.isEmpty)
  }

  @Test mutating func `an operation of a newer program waits until that has joined`() async throws {
    var operations = device.number([.create(1, .title("a"))])
    operations[0].schema = 2
    let outcome = try await device.send(operations)[0]
    #expect(outcome.kind == .retry)
    #expect(outcome.retryAfter != nil)
    try await other.join(Note.description(version: 2))
    #expect(try await device.send(operations).words == ["applied 1"])
  }

  @Test mutating func `an erased entity is gone, and takes nothing more`() async throws {
    try await device.push(.create(1, .title("a")))
    _ = try await hub.store.write { transaction in
      try transaction.execute("UPDATE entity SET is_deleted = 1, is_erased = 1, state = x'', marks = x''")
    }
    let operations = other.number([.update(1, base: 1, .title("b")), .create(1), .delete(1, base: 1)])
    #expect(try await other.send(operations).words == ["gone", "gone", "gone"])
    #expect(try await other.send(operations).words == ["gone again", "gone again", "gone again"])
  }

  @Test mutating func `clocks of another year are taken back, and the later change still prevails`() async throws {
    let year: Int64 = 365 * 86_400 * 1_000_000
    let now = hub.clock.withLock { $0 }.seconds * 1_000_000
    try await device.push(.create(1, .score(1)).at(now + year))
    try await other.push(.update(1, base: 0, .score(2)).at(now - year))
    try await other.pull()
    #expect(other.state(1) == [UInt8(Note.score << 3), 1])
    let reply = try await other.join()
    #expect(reply.clock == ClockReading(time: now + HoldfastSync.Limits.clockAhead))
    hub.advance(seconds: 120)
    try await other.push(.update(1, base: 0, .score(3)).at(now + 100_000_000))
    try await other.pull()
    #expect(other.state(1) == [UInt8(Note.score << 3), 3])
  }

  @Test mutating func `outcomes that the device has are forgotten, and their numbers are not used again`() async throws
  {
    let operations = device.number([.create(1, .title("a")), .create(2), .create(3)])
    _ = try await device.send(operations)
    #expect(try await countOutcomes() == 3)
    _ = try await device.send([], confirmed: 2)
    #expect(try await countOutcomes() == 1)
    // A push that was long on its way changes nothing.
    let late = try await device.send(operations)
    #expect(late.map(\.kind) == [.rejected, .rejected, .applied])
    #expect(late.allSatisfy { $0.isReplay })
    #expect(try await device.join().number == 3)
    try await other.pull()
    #expect(other.entities.count == 3)
  }

  private func countOutcomes() async throws -> Int64? {
    try await hub.store.scan { transaction in
      try transaction.first("SELECT count(*) FROM outcome") { $0.integer(0) }
    }
  }

  @Test mutating func `a space that is full takes no more, and can be emptied`() async throws {
    _ = try await hub.calls.setQuota(SpaceQuota(space: "notes", bytes: 0, values: 2))
    #expect(try await device.push(.create(1), .create(2)).map(\.kind) == [.applied, .applied])
    let full = try await device.push(.create(3))[0]
    #expect(full.kind == .rejected)
    #expect(full.status == UInt32(Status.resourceExhausted.rawValue))
    #expect(try await device.push(.create(4).inGroup(1), .create(5).inGroup(1)).map(\.kind) == [.rejected, .blocked])
    #expect(try await device.push(.delete(1, base: 1), .create(6)).map(\.kind) == [.applied, .applied])
    let notes = hub.client()
    let refused = await #expect(throws: CallError<PersistenceMethods.PutFailure>.self) { try await notes.put("a", "1") }
    #expect(refused?.declared != nil)
  }

  @Test mutating func `values and entities share one log, and a watch tells of the values alone`() async throws {
    let notes = hub.client()
    try await notes.put("a", "1")
    try await device.push(.create(1, .title("a")))
    #expect(try await notes.put("b", "2") == 3)
    var found: [UInt64] = []
    for try await change in notes.watch(WatchRequest(space: "notes", fromStart: true)) {
      if change.kind == .caughtUp {
        #expect(change.sequence == 3)
        break
      }
      found.append(change.sequence)
    }
    #expect(found == [1, 3])
    try await other.pull()
    #expect(other.version(1) == 2)
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test mutating func `a version that the hub has never given counts as none`() async throws {
    try await device.push(.create(1, .title("a")))
    #expect(try await other.push(.update(1, base: 2, .title("b"))).words == ["conflict 1 news fields [1]"])
    #expect(try await other.push(.update(1, base: .max, .like(1))).words == ["applied 2 news"])
    #expect(try await other.push(.update(1, base: 2, .title("b"))).words == ["applied 3"])
  }

  @Test mutating func `no operation makes the hub fail, and what it takes stays sound`() async throws {
    var random = SeededGenerator(seed: 7)
    func bytes(_ longest: Int) -> [UInt8] {
      (0..<Int.random(in: 0...longest, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    let texts: [[UInt8]] = [[], .title("a"), FieldChange.bytes(Note.folder, Note.key(1)), [UInt8(Note.likes << 3), 1]]
    let numbers: [UInt64] = [0, 1, 2, 3, 1 << 40 - 1, 1 << 40, .max - 1, .max]
    let times: [Int64] = [.min, -1, 0, 1, .max]
    for _ in 0..<40 {
      let operations = (0..<40).map { _ in
        EntityOperation(
          number: Bool.random(using: &random)
            ? UInt64.random(in: 1...400, using: &random) : numbers.randomElement(using: &random) ?? 0,
          kind: OperationKind(rawValue: .random(in: 0...4, using: &random)),
          type: Int.random(in: 0..<20, using: &random) == 0 ? "other" : "note",
          key: Bool.random(using: &random) ? [1] : bytes(3), base: numbers.randomElement(using: &random) ?? 0,
          changes: (0..<Int.random(in: 0...2, using: &random)).map { _ in
            FieldChange(
              field: .random(in: 0...8, using: &random), kind: .init(rawValue: .random(in: 0...5, using: &random)),
              before: bytes(4),
              after: Bool.random(using: &random) ? bytes(6) : texts.randomElement(using: &random) ?? [],
              amount: times.randomElement(using: &random) ?? 0)
          },
          schema: .random(in: 0...2, using: &random),
          clock: ClockReading(
            time: times.randomElement(using: &random) ?? 0, counter: .random(in: 0...(.max), using: &random)),
          group: Int.random(in: 0..<3, using: &random) == 0 ? .random(in: 1...3, using: &random) : 0)
      }
      let outcomes = try await device.send(operations)
      #expect(outcomes.map(\.number) == operations.map(\.number))
      #expect(outcomes.allSatisfy { $0.kind != .unknown })
    }
    try await other.pull()
    #expect(!other.entities.isEmpty)
    #expect(try await other.agrees())
    #expect(try await Audit.brokenLink(in: hub.store, space: "notes") == nil)
  }

  @Test mutating func `a push that is too large is refused as a whole`() async throws {
    let operations = device.number((0...UInt8.max).flatMap { [.create($0), .create($0), .create($0)] })
    let device = device
    let error = await #expect(throws: CallError<SyncMethods.PushFailure>.self) { try await device.send(operations) }
    #expect(error?.status == .invalidArgument)
  }

  @Test mutating func `what would not fit in one reply is to be sent again`() async throws {
    let text = String(repeating: "x", count: 400_000)
    for key in 1...4 as ClosedRange<UInt8> { try await other.push(.create(key, .text(Note.body, text))) }
    let operations = device.number((1...4).map { .update($0, base: 0, .like(1)) })
    var outcomes = try await device.send(operations)
    #expect(outcomes.map(\.kind) == [.applied, .applied, .retry, .retry])
    outcomes = try await device.send(Array(operations[2...]))
    #expect(outcomes.map(\.kind) == [.applied, .applied])
    #expect(try await device.send(operations).map(\.kind) == [.applied, .applied, .retry, .retry])
  }
}
