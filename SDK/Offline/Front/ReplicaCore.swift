import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// What the parts of an open replica share: its file, its types, and who watches what.
final class ReplicaCore: Sendable {
  let store: Store
  let file: String
  let clock: DeviceClock
  let watchers = Watchers()
  let status = Latest(ReplicaStatus())
  private let books: Lock<ReplicaBook>
  /// Entities that were looked at since that was last written down.
  private let accesses = Lock<Set<EntityRef>>([])
  private let resolvers = Lock<[String: ConflictResolver]>([:])
  private let attention = Lock(Attention())

  /// Whether an engine follows the queue, and has not looked at it since it changed: work, for the clock.
  private struct Attention {
    var isFollowed = false
    var isOwed = false
  }

  init(_ store: Store, file: String, book: ReplicaBook, clock: DeviceClock) {
    self.store = store
    self.file = file
    self.clock = clock
    books = Lock(book)
  }

  var book: ReplicaBook { books.withLock { $0 } }

  /// A step that changes the file; those who watch are told once it is durable.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (ReplicaBook, borrowing WriteTransaction) throws -> (Value, ReplicaBook.Touched)
  ) async throws -> Value {
    let book = book
    do {
      let (value, touched) = try await store.write { try body(book, $0) }
      if touched.isQueueTouched { queueChanged() }
      watchers.changed(touched)
      return value
    } catch let error as StoreError {
      throw ReplicaError(error)
    }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (ReplicaBook, borrowing ReadTransaction) throws -> Value
  ) async throws -> Value {
    let book = book
    do {
      return try await store.read { try body(book, $0) }
    } catch let error as StoreError {
      throw ReplicaError(error)
    }
  }

  /// Lets the program use a type that it did not name when it opened the file.
  func register(_ type: EntityType) async throws {
    guard !book.knows(type.description.type) else { return }
    let now = clock.wall()
    let book = try await write { book, transaction in
      var book = book
      let touched = try book.register(type, at: now, in: transaction)
      return (book, touched)
    }
    books.withLock { books in
      if !books.knows(type.description.type) { books.adopt(type, from: book) }
    }
  }

  // MARK: The queue

  private func queueChanged() {
    attention.withLock { attention in
      guard attention.isFollowed, !attention.isOwed else { return }
      attention.isOwed = true
      clock.work(1)
    }
  }

  /// An engine begins to follow the queue, or no longer does.
  func followQueue(_ isFollowed: Bool) {
    attention.withLock { $0.isFollowed = isFollowed }
    if !isFollowed { clock.work(takeAttention() ? -1 : 0) }
  }

  /// Looks at the queue are owed no longer: one begins, and is work until it ends if this says so.
  func takeAttention() -> Bool {
    attention.withLock { attention in
      defer { attention.isOwed = false }
      return attention.isOwed
    }
  }

  func resolver(of type: String) -> ConflictResolver? { resolvers.withLock { $0[type] } }

  func setResolver(_ resolver: ConflictResolver, of type: String) { resolvers.withLock { $0[type] = resolver } }

  func noteAccess(_ entity: EntityRef) {
    accesses.withLock { accesses in
      if accesses.count < Limits.batch { accesses.insert(entity) }
    }
  }

  /// Looks after the file: writes down what was looked at, forgets old outcomes, and takes away what is too much.
  func lookAfter(_ limits: OfflineLimits) async throws {
    let seen = accesses.withLock { accesses in
      defer { accesses = [] }
      return accesses
    }
    let now = clock.wall()
    try await write { book, transaction in
      try book.touch(seen, at: now, in: transaction)
      try book.trimOutcomes(at: now, in: transaction)
      let pruned = try book.prune(
        toBytes: limits.bytes, accessedSince: now.addingSaturated(-limits.age.microseconds), in: transaction)
      return ((), pruned.touched)
    }
  }
}

/// How much a replica keeps of what the hub has. Work that is not synced never counts, nor does what is critical.
public struct OfflineLimits: Sendable, Hashable {
  /// Bytes of entities.
  public var bytes: Int64
  /// How long something is kept that nobody looks at.
  public var age: Duration

  public init(bytes: Int64 = 100 << 20, age: Duration = .seconds(30 * 86_400)) {
    self.bytes = bytes
    self.age = age
  }
}

extension ReplicaError {
  /// What the store said.
  init(_ error: StoreError) {
    switch error.code {
    case .corrupt:
      self.init(
        .corrupt,
        "the replica's file is damaged: \(error.message); take what waits out of it (SalvagedWork), move it away and "
          + "begin with a new one", cause: error)
    case .closed: self.init(.closed, "the replica is closed", cause: error)
    default: self.init(.storage, error.message, cause: error)
    }
  }
}
