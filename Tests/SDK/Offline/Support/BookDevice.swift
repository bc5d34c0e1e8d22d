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
  private var dialogue: SyncDialogue
  private var wake: MonotonicTime
  private var waiting: [SyncAction] = []
  /// Seconds.
  var now: Int64 = 1_000

  static let timing = SyncTiming(
    backoff: Backoff(first: .seconds(1), longest: .seconds(8)), reconnectSpread: .zero, look: .seconds(30),
    poll: .seconds(900), pollWithoutHints: .seconds(60))

  init(
    _ name: UInt8 = 1, on disk: LosingDisk? = nil, file: String = "replica", place: [UInt8] = [1],
    policy: MergePolicy = .manual, version: UInt32 = 1
  ) throws {
    let disk = disk ?? LosingDisk(seed: UInt64(name))
    self.disk = disk
    var options = StoreOptions()
    options.vfs = disk.name
    database = try Database(path: file, options: options, migrations: ReplicaSchema.migrations)
    book = try database.write { transaction in
      try ReplicaBook.open(
        space: "notes", types: [EntityType(NoteType.description(policy: policy, version: version))], place: place,
        fresh: (UUID(), UUID()), at: 1_000_000_000, in: transaction)
    }
    let moment = ReplicaBook.Moment(wall: 1_000_000_000, monotonic: MonotonicTime(nanoseconds: 1_000_000_000_000))
    let book = book
    let (queue, head) = try database.write { transaction in
      (try book.queue(at: moment, in: transaction), try transaction.head())
    }
    dialogue = SyncDialogue(
      queue, pulledTo: head.pulledTo, timing: Self.timing, seed: UInt64(name), now: moment.monotonic)
    wake = moment.monotonic
  }

  var moment: ReplicaBook.Moment {
    ReplicaBook.Moment(wall: now * 1_000_000, monotonic: MonotonicTime(nanoseconds: UInt64(now) * 1_000_000_000))
  }

  var isSynced: Bool { dialogue.machine.status == .synced && waiting.isEmpty }
  var status: SyncStatus { dialogue.machine.status }

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
  func sync(with hub: inout some SteppedHub, calls: Int = 300, fate: (SyncAction) -> Fate = { _ in .fine }) throws {
    try look()
    perform(dialogue.machine.network(isUp: true, at: moment.monotonic))
    perform(dialogue.machine.hinted(hub.sequence, isUrgent: false, at: moment.monotonic))
    var calls = calls
    while calls > 0 {
      guard !waiting.isEmpty else {
        if isAtRest { return }
        now += 1
        perform(dialogue.machine.tick(at: moment.monotonic))
        continue
      }
      calls -= 1
      let action = waiting.removeFirst()
      try act(action, on: &hub, fate: fate(action))
    }
  }

  /// Whether only somebody's decision is waited for.
  private var isAtRest: Bool {
    switch dialogue.machine.status {
    case .synced: true
    case .pending: dialogue.machine.plan.nextDue == nil
    case .offline, .stuck, .syncing: false
    }
  }

  /// The connection is lost.
  func disconnect() { perform(dialogue.machine.network(isUp: false, at: moment.monotonic)) }

  /// Tells the machine of what the program has queued.
  func look() throws {
    perform(dialogue.hear(.queue(try write { [moment] in try $1.queue(at: moment, in: $0) }), at: moment.monotonic))
  }

  func perform(_ step: SyncStep) {
    waiting += step.actions
    wake = step.wake
  }

  /// One call.
  func act(_ action: SyncAction, on hub: inout some SteppedHub, fate: Fate) throws {
    let (memory, fresh, moment) = (dialogue.memory, UUID(), moment)
    let prepared = try write { try $1.prepare(action, memory, at: moment, fresh: fresh, in: $0) }
    switch dialogue.begin(prepared) {
    case .done(let receipt): perform(dialogue.hear(receipt, at: moment.monotonic))
    case .ask(let question): try ask(question, hub: &hub, fate: fate)
    case .openHints, .closeHints, .refreshCredential: break
    }
  }

  private func ask(_ first: SyncQuestion, hub: inout some SteppedHub, fate: Fate) throws {
    var question = first
    while true {
      let (fresh, moment) = (UUID(), moment)
      hub.now = moment.wall
      let reply = try answer(question, hub: &hub, fate: fate)
      let receipt = try write { [question] in
        try question.keep(reply, by: $1, at: moment, fresh: fresh, in: $0)
      }
      switch dialogue.finish(question, reply, receipt, at: moment.monotonic) {
      case .ask(let next): question = next
      case .follow(let step): return perform(step)
      }
    }
  }

  private func answer(_ question: SyncQuestion, hub: inout some SteppedHub, fate: Fate) throws -> HubReply {
    let lost = HubReply.failed(.unreachable(retryAfter: nil))
    switch question.request {
    case .join(let request):
      if !question.isBeforePush && (fate == .lost || fate == .replyLost) { return lost }
      return .join(try hub.join(request))
    case .pull(let request): return fate == .lost || fate == .replyLost ? lost : .pull(try hub.pull(request))
    case .push(let request):
      if fate == .lost { return lost }
      if fate == .twice { _ = try hub.push(request) }
      let reply: PushReply
      do { reply = try hub.push(request) } catch is JoinFirst {
        return .failed(SyncFault(.aborted, retryAfter: nil))
      }
      return fate == .replyLost ? lost : .push(reply)
    }
  }
}
