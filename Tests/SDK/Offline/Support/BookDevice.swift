import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A replica on a disk that may lose its power, run step by step against a model hub: the machine, the book and no thread.
final class BookDevice {
  /// What the network does to a call.
  enum Fate { case fine, lost, replyLost, twice }

  let disk: LosingDisk
  let book: ReplicaBook
  private let database: Database
  private var machine: SyncMachine
  private var wake: MonotonicTime
  private var joined: UUID?
  private var waiting: [SyncAction] = []
  private var drawn: UInt16 = 100
  /// Seconds.
  var now: Int64 = 1_000
  private let name: UInt8

  static let timing = SyncTiming(
    backoff: Backoff(first: .seconds(1), longest: .seconds(8)), reconnectSpread: .zero, look: .seconds(30),
    poll: .seconds(900), pollWithoutHints: .seconds(60))

  init(
    _ name: UInt8 = 1, on disk: LosingDisk? = nil, file: String = "replica", place: [UInt8] = [1],
    policy: MergePolicy = .manual, version: UInt32 = 1
  ) throws {
    let disk = disk ?? LosingDisk(seed: UInt64(name))
    self.disk = disk
    self.name = name
    var options = StoreOptions()
    options.vfs = disk.name
    database = try Database(path: file, options: options, migrations: ReplicaSchema.migrations)
    book = try database.write { transaction in
      try ReplicaBook.open(
        space: "notes", types: [EntityType(NoteType.description(policy: policy, version: version))], place: place,
        fresh: (Self.identity(name, 0), Self.identity(name, UInt16(place[0]))), at: 1_000_000_000, in: transaction)
    }
    let moment = ReplicaBook.Moment(wall: 1_000_000_000, monotonic: MonotonicTime(nanoseconds: 1_000_000_000_000))
    let book = book
    let (queue, head) = try database.write { transaction in
      (try book.queue(at: moment, in: transaction), try transaction.head())
    }
    machine = SyncMachine(
      units: queue.units, sent: queue.sent, pulledTo: head.pulledTo, timing: Self.timing, seed: UInt64(name),
      now: moment.monotonic)
    wake = moment.monotonic
  }

  /// An identity that nobody else has.
  private static func identity(_ name: UInt8, _ number: UInt16) -> UUID {
    UUID(uuid: (name, UInt8(number >> 8), UInt8(number & 255), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  }

  private var fresh: UUID {
    drawn += 1
    return Self.identity(name, drawn)
  }

  var moment: ReplicaBook.Moment {
    ReplicaBook.Moment(wall: now * 1_000_000, monotonic: MonotonicTime(nanoseconds: UInt64(now) * 1_000_000_000))
  }

  var isSynced: Bool { machine.status == .synced && waiting.isEmpty }
  var status: SyncStatus { machine.status }

  @discardableResult
  func write<Value>(_ body: @escaping (borrowing WriteTransaction, ReplicaBook) throws -> Value) throws -> Value {
    try database.write { [book] in try body($0, book) }
  }

  // MARK: The program

  private var terms: ReplicaBook.Terms { ReplicaBook.Terms(now: now * 1_000_000) }

  @discardableResult
  func create(_ key: String, _ state: [UInt8], urgency: Urgency = .normal) throws -> UInt64? {
    var terms = terms
    terms.urgency = urgency
    return try write { [terms] in try $1.create(.note(key), state: state, terms, in: $0).position }
  }

  @discardableResult
  func update(_ key: String, _ state: [UInt8]) throws -> UInt64? {
    try write { [terms] transaction, book in
      try book.update(.note(key), terms, in: transaction) { _ in state }.position
    }
  }

  @discardableResult
  func delete(_ key: String) throws -> UInt64? {
    try write { [terms] in try $1.delete(.note(key), terms, in: $0).position }
  }

  /// The note as the program sees it.
  func see(_ key: String) throws -> [UInt8]? {
    try write { transaction, _ in try transaction.visibleState("note", Array(key.utf8)) }
  }

  func head() throws -> ReplicaHead { try write { transaction, _ in try transaction.head() } }

  func operations() throws -> [StoredOperation] {
    try write { transaction, _ in
      var all: [StoredOperation] = []
      try transaction.forEachOperation { operation in
        all.append(operation)
        return true
      }
      return all
    }
  }

  // MARK: The engine

  /// Syncs until nothing is left to do but to wait for somebody, or for so many calls.
  func sync(with hub: inout ModelHub, calls: Int = 300, fate: (SyncAction) -> Fate = { _ in .fine }) throws {
    try look()
    perform(machine.network(isUp: true, at: moment.monotonic))
    perform(machine.hinted(hub.sequence, isUrgent: false, at: moment.monotonic))
    var calls = calls
    while calls > 0 {
      guard !waiting.isEmpty else {
        if isAtRest { return }
        now += 1
        perform(machine.tick(at: moment.monotonic))
        continue
      }
      calls -= 1
      let action = waiting.removeFirst()
      try act(action, on: &hub, fate: fate(action))
    }
  }

  /// Whether only somebody's decision is waited for.
  private var isAtRest: Bool {
    switch machine.status {
    case .synced: true
    case .pending: machine.plan.nextDue == nil
    case .offline, .stuck, .syncing: false
    }
  }

  /// The connection is lost.
  func disconnect() { perform(machine.network(isUp: false, at: moment.monotonic)) }

  /// Tells the machine of what the program has queued.
  func look() throws {
    perform(machine.hear(.queue(try write { [moment] in try $1.queue(at: moment, in: $0) }), at: moment.monotonic))
  }

  func perform(_ step: SyncStep) {
    waiting += step.actions
    wake = step.wake
  }

  /// One call.
  func act(_ action: SyncAction, on hub: inout ModelHub, fate: Fate) throws {
    let (joined, fresh, moment) = (joined, fresh, moment)
    let prepared = try write {
      try $1.prepare(action, joined: joined, at: moment, fresh: fresh, in: $0)
    }
    guard case .request(let request) = prepared else {
      if case .receipt(let receipt) = prepared { perform(machine.hear(receipt.news, at: moment.monotonic)) }
      return
    }
    let receipt = try answer(request, hub: &hub, fate: fate)
    if let receipt { perform(machine.hear(receipt.news, at: moment.monotonic)) }
  }

  private func answer(_ request: SyncRequest, hub: inout ModelHub, fate: Fate) throws -> SyncReceipt? {
    let (fresh, now) = (fresh, now * 1_000_000)
    hub.now = now
    let unreachable = SyncFault.unreachable(retryAfter: nil)
    switch request {
    case .join(let request):
      joined = request.replica.incarnation
      if fate == .lost || fate == .replyLost { return SyncReceipt(.failed(.join, unreachable)) }
      let reply = try hub.join(request)
      return try write { try $1.take(reply, to: request, at: now, fresh: fresh, in: $0) }
    case .pull(let request):
      if fate == .lost || fate == .replyLost { return SyncReceipt(.failed(.pull, unreachable)) }
      let reply = try hub.pull(request)
      return try write { try $1.take(reply, to: request, at: now, in: $0) }
    case .push(let id, let parcel, let introduction):
      if fate == .lost { return SyncReceipt(.failed(.push(id), unreachable)) }
      if let introduction { _ = try hub.join(introduction) }
      if fate == .twice { _ = try hub.push(parcel.request) }
      let reply: PushReply
      do { reply = try hub.push(parcel.request) } catch is ModelHub.Aborted {
        return SyncReceipt(.failed(.push(id), SyncFault(.aborted, retryAfter: nil)))
      }
      if fate == .replyLost { return SyncReceipt(.failed(.push(id), unreachable)) }
      return try write { try $1.take(reply, to: parcel, of: id, at: now, fresh: fresh, in: $0) }
    case .openHints, .closeHints, .refreshCredential: return nil
    }
  }
}
