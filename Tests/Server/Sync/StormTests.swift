import FoundationEssentials
import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

/// Devices that push and pull in any order, lose replies, send again and late, while logs are cut and the hub restarts.
struct `Devices in a storm` {
  /// A note that is never deleted, on which every increment counts.
  private static let counter: UInt8 = 99

  private struct Replica {
    let identity: ReplicaIdentity
    let filters: FilterSet
    let filterList: [EntityFilter]
    var cursor: [UInt8] = []
    var held: [[UInt8]: EntityState] = [:]
    var doubtful: Set<[UInt8]> = []
    var operations: [EntityOperation] = []
    /// Outcomes that have reached it.
    var outcomes: [UInt64: Outcome] = [:]

    /// Operations without a last word, in their order.
    var pending: [EntityOperation] { operations.filter { outcomes[$0.number] == nil } }
    var confirmed: UInt64 { (pending.first?.number ?? UInt64(operations.count + 1)) - 1 }

    mutating func take(_ page: PullReply) {
      if page.restart { doubtful = Set(held.keys) }
      for entity in page.entities {
        doubtful.remove(entity.key)
        held[entity.key] = entity.isDeleted || entity.isRemoved ? nil : entity
      }
      cursor = page.cursor
      if page.more { return }
      for key in doubtful { held[key] = nil }
      doubtful = []
    }

    mutating func take(_ replies: [Outcome]) {
      for outcome in replies where ![.blocked, .retry].contains(outcome.kind) {
        guard let first = outcomes[outcome.number] else {
          outcomes[outcome.number] = outcome
          continue
        }
        // What was confirmed is forgotten; anything else is what it was.
        if outcome.status == UInt32(Status.alreadyExists.rawValue) { continue }
        #expect(outcome.kind == first.kind && outcome.version == first.version && outcome.state == first.state)
      }
    }
  }

  private struct Hub {
    let disk: LosingDisk
    var database: Database
    var desk: SyncDesk
    var now: Int64 = 1_000_000

    init(seed: UInt64) throws {
      disk = LosingDisk(seed: seed)
      (database, desk) = try Self.open(disk)
    }

    private static func open(_ disk: LosingDisk) throws -> (Database, SyncDesk) {
      var options = StoreOptions()
      options.vfs = disk.name
      let database = try Database(path: "hub", options: options, migrations: Schema.migrations)
      let epoch = try database.makeReader().read { transaction in
        try transaction.first("SELECT epoch FROM history") { $0.bytes(0) }
      }
      return (database, SyncDesk(epoch: try #require(epoch), quotaBytes: 1 << 30, quotaValues: 1_000))
    }

    mutating func restart() throws { (database, desk) = try Self.open(disk) }

    func push(_ operations: [EntityOperation], confirmed: UInt64, _ replica: Replica) throws -> [Outcome] {
      let request = PushRequest(
        space: "notes", replica: replica.identity, operations: operations, confirmed: confirmed, epoch: desk.epoch)
      return try database.write { [desk, now] in try desk.push(request, by: "tester", at: now, $0) }.outcomes
    }

    func pull(_ replica: Replica, limit: UInt32) throws -> PullReply {
      let request = PullRequest(
        space: "notes", cursor: replica.cursor, filters: replica.filterList, limit: limit)
      return try database.makeReader().read { [desk, now] transaction in
        try desk.pullNothing(request, replica.filters, at: now, transaction)
          ?? desk.pull(request, replica.filters, at: now, transaction)
      }
    }

    /// Cuts the log down to a few changes, with the tombstones that go with them.
    func cut() throws {
      while try database.write({ [desk, now] in try desk.cutLog(of: "notes", to: 5, at: now + 1, $0) }) {}
    }

    func checksum(_ replica: Replica) throws -> ChecksumReply {
      try database.makeReader().read { transaction in
        replica.filterList.isEmpty
          ? try desk.checksum(of: "notes", transaction) : try desk.checksum(of: "notes", replica.filters, transaction)
      }
    }
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `everything happens once, and all devices come to what the hub has`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var hub = try Hub(seed: seed)
    let folder = [EntityFilter(type: "note", equal: FieldChange.bytes(Note.folder, Note.key(1)))]
    var replicas = try [[], [], folder].map { filters in
      Replica(
        identity: ReplicaIdentity(device: UUID(), incarnation: UUID()), filters: try FilterSet(filters),
        filterList: filters)
    }
    for replica in replicas {
      let request = JoinRequest(space: "notes", replica: replica.identity, entities: [Note.description()])
      _ = try hub.database.write { [desk = hub.desk] in try desk.join(request, by: "tester", at: 1, $0) }
    }
    for _ in 0..<250 {
      let index = Int.random(in: 0..<replicas.count, using: &random)
      hub.now += 1_000
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<7: replicas[index].operations += Self.change(replicas[index], &random)
      case 7..<14: try push(&replicas[index], hub, &random)
      case 14..<18:
        let page = try hub.pull(replicas[index], limit: UInt32.random(in: 1...200, using: &random))
        // Some pages never arrive.
        if Int.random(in: 0..<4, using: &random) > 0 { replicas[index].take(page) }
      case 18: try hub.cut()
      default: try hub.restart()
      }
    }
    try calm(&replicas, hub)
  }

  /// One operation on what the replica holds, or two in a group.
  private static func change(_ replica: Replica, _ random: inout SeededGenerator) -> [EntityOperation] {
    let count = Int.random(in: 0..<5, using: &random) == 0 ? 2 : 1
    return (1...count).map { place in
      let number = UInt64(replica.operations.count + place)
      let key = UInt8.random(in: 1...6, using: &random)
      let base = replica.held[Note.key(key)]?.version ?? 0
      var operation: EntityOperation =
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: .create(key, .title("\(number)"), .folder(UInt8.random(in: 1...2, using: &random)))
        case 3: .update(key, base: base, .title("\(number)"))
        case 4: .update(key, base: base, .tag("\(key)"), .folder(UInt8.random(in: 1...2, using: &random)))
        case 5: .delete(key, base: base)
        case 6: .update(key, base: base, .score(UInt8.random(in: 1...9, using: &random)))
        default: .create(counter, .like(1))
        }
      operation.number = number
      if count == 2 { operation.group = number - UInt64(place) + 1 }
      return operation
    }
  }

  /// Sends some of what waits, sometimes with what has had its outcome long ago; some replies never arrive.
  private func push(_ replica: inout Replica, _ hub: Hub, _ random: inout SeededGenerator) throws {
    var operations = Array(replica.pending.prefix(Int.random(in: 1...8, using: &random)))
    // Groups go whole.
    if let last = operations.last, last.group != 0 {
      operations += replica.pending.filter { other in other.group == last.group && !operations.contains(other) }
    }
    let late = replica.operations.filter { $0.group == 0 }.randomElement(using: &random)
    if let late, Int.random(in: 0..<4, using: &random) == 0, !operations.contains(late) {
      operations.insert(late, at: 0)
    }
    let confirmed = Bool.random(using: &random) ? replica.confirmed : 0
    let outcomes = try hub.push(operations, confirmed: confirmed, replica)
    if Int.random(in: 0..<3, using: &random) > 0 { replica.take(outcomes) }
  }

  /// Nothing is lost any more: everything gets its outcome, and all devices hold what the hub has.
  private func calm(_ replicas: inout [Replica], _ hub: Hub) throws {
    var increments: Int64 = 0
    for index in replicas.indices {
      // Each push brings the first of those that wait at least one step further.
      for _ in replicas[index].pending {
        replicas[index].take(try hub.push(replicas[index].pending, confirmed: 0, replicas[index]))
      }
      #expect(replicas[index].pending.isEmpty)
      increments += Int64(
        replicas[index].operations.count {
          $0.key == Note.key(Self.counter) && replicas[index].outcomes[$0.number]?.kind == .applied
        })
    }
    for index in replicas.indices {
      while true {
        let page = try hub.pull(replicas[index], limit: 100)
        replicas[index].take(page)
        if !page.more { break }
      }
      var sum = Checksum()
      for entity in replicas[index].held.values {
        sum.add(type: entity.type, key: entity.key, version: entity.version, state: entity.state)
      }
      let expected = try hub.checksum(replicas[index])
      #expect(expected.checksum == sum.bytes && expected.entities == sum.entities)
    }
    let everything = try FilterSet([EntityFilter(type: "note")])
    let (kept, counted) = try hub.database.makeReader().read { transaction in
      (try hub.desk.checksum(of: "notes", transaction), try hub.desk.checksum(of: "notes", everything, transaction))
    }
    #expect(kept == counted)
    let likes = replicas[0].held[Note.key(Self.counter)]?.state ?? []
    #expect(likes == (increments == 0 ? [] : [UInt8(Note.likes << 3)] + Self.varint(increments)))
  }

  private static func varint(_ value: Int64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }
}
