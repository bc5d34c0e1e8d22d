internal import HoldfastWire

/// Who works on which columns. It knows no sockets, no store and no clock: it is told what happens, and says which leases
/// begin and end.
///
/// A column has one lease at most. It ends when the column is done, when its worker leaves or gives no sign of life for
/// too long, and when another worker has less to do; then the column is leased to the next worker in turn that has its chain
/// and a free slot, or waits for one. That a worker whose lease has ended does no harm is the store's part: each lease has a
/// number of its own there, and what comes under an older one is refused.
struct Coordinator {
  /// What has to be done about a lease.
  enum Change: Equatable {
    case begin(LeasedColumn, WorkerID)
    case end(LeasedColumn, WorkerID)
  }

  private struct Worker {
    let id: WorkerID
    let chains: Set<String>
    /// The only one that it works for; nil for all.
    let space: Int64?
    let slots: Int
    /// Whether it has to say that it lives.
    let givesSigns: Bool
    var leases: Set<LeasedColumn> = []
    var lastSign: MonotonicTime
    var isHealthy = true

    func canTake(_ column: Column) -> Bool { isHealthy && leases.count < slots && has(column.chain, for: column.space) }

    func has(_ chain: String, for space: Int64) -> Bool {
      chains.contains(chain) && (self.space == nil || self.space == space)
    }
  }

  private struct Column {
    let chain: String
    let space: Int64
    var worker: WorkerID?
    /// Who had it last and did not get to its end.
    var last: WorkerID?
  }

  private let patience: Duration
  /// In the order in which they joined.
  private var workers: [Worker] = []
  private var columns: [LeasedColumn: Column] = [:]
  /// Columns without a worker, the longest waiting first.
  private var waiting: [LeasedColumn] = []
  /// Whose turn it is.
  private var turn = 0

  /// - Parameter patience: how long a worker may give no sign of life.
  init(patience: Duration) {
    self.patience = patience
  }

  // MARK: Workers

  /// - Parameters:
  ///   - space: the only one that it works for; nil for all.
  ///   - givesSigns: false where it lives as long as whoever asks.
  mutating func join(
    _ id: WorkerID, chains: Set<String>, of space: Int64? = nil, slots: Int, givesSigns: Bool = true, now: MonotonicTime
  ) -> [Change] {
    precondition(!workers.contains { $0.id == id }, "a worker joins once")
    workers.append(Worker(id: id, chains: chains, space: space, slots: slots, givesSigns: givesSigns, lastSign: now))
    return assign() + balance()
  }

  mutating func leave(_ id: WorkerID) -> [Change] {
    guard let place = place(of: id) else { return [] }
    let ended = takeLeases(from: place)
    workers.remove(at: place)
    if turn > place { turn -= 1 }
    return ended + assign()
  }

  /// Notes that the worker lives: what it had lost by its silence, it may be given again.
  mutating func noteSign(of id: WorkerID, now: MonotonicTime) -> [Change] {
    guard let place = place(of: id) else { return [] }
    workers[place].lastSign = now
    guard !workers[place].isHealthy else { return [] }
    workers[place].isHealthy = true
    return assign() + balance()
  }

  /// Takes the columns from those who were silent for too long.
  mutating func check(now: MonotonicTime) -> [Change] {
    var ended: [Change] = []
    for place in workers.indices {
      let worker = workers[place]
      guard worker.givesSigns, worker.isHealthy, worker.lastSign + patience <= now else { continue }
      workers[place].isHealthy = false
      ended += takeLeases(from: place)
    }
    return ended.isEmpty ? [] : ended + assign()
  }

  func isHealthy(_ id: WorkerID) -> Bool { workers.first { $0.id == id }?.isHealthy ?? false }
  func leases(of id: WorkerID) -> Int { workers.first { $0.id == id }?.leases.count ?? 0 }

  /// Chains that somebody has who is here and works for the space.
  func chains(for space: Int64) -> Set<String> {
    workers.reduce(into: []) { chains, worker in
      if worker.space == nil || worker.space == space { chains.formUnion(worker.chains) }
    }
  }

  // MARK: Columns

  mutating func add(_ new: [LeasedColumn], chain: String, of space: Int64) -> [Change] {
    for column in new where columns[column] == nil {
      columns[column] = Column(chain: chain, space: space)
      waiting.append(column)
    }
    return assign()
  }

  /// The columns need nobody any longer: they are done, or their run is over.
  mutating func remove(_ gone: [LeasedColumn]) -> [Change] {
    var ended: [Change] = []
    for column in gone {
      guard let known = columns.removeValue(forKey: column) else { continue }
      waiting.removeAll { $0 == column }
      guard let worker = known.worker else { continue }
      if let place = place(of: worker) { workers[place].leases.remove(column) }
      ended.append(.end(column, worker))
    }
    return ended + assign()
  }

  /// The worker could not go on with the column: another has the first claim to it.
  mutating func giveUp(_ column: LeasedColumn, by worker: WorkerID) -> [Change] {
    guard columns[column]?.worker == worker, let place = place(of: worker) else { return [] }
    return [release(column, from: place)] + assign()
  }

  func worker(of column: LeasedColumn) -> WorkerID? { columns[column]?.worker }

  /// Whether the column is to be worked on.
  func has(_ column: LeasedColumn) -> Bool { columns[column] != nil }

  /// Runs with columns that are not done.
  var runs: Int { Set(columns.keys.lazy.map(\.run)).count }

  /// Columns without a worker.
  var idle: Int { waiting.count }

  // MARK: Tools

  private func place(of id: WorkerID) -> Int? { workers.firstIndex { $0.id == id } }

  private mutating func takeLeases(from place: Int) -> [Change] {
    workers[place].leases.sorted().map { release($0, from: place) }
  }

  private mutating func release(_ column: LeasedColumn, from place: Int) -> Change {
    let id = workers[place].id
    workers[place].leases.remove(column)
    columns[column]?.worker = nil
    columns[column]?.last = id
    waiting.append(column)
    return .end(column, id)
  }

  /// Leases what waits to whoever can take it.
  private mutating func assign() -> [Change] {
    var begun: [Change] = []
    var rest: [LeasedColumn] = []
    for column in waiting {
      guard let known = columns[column] else { continue }
      guard let place = nextInTurn(for: known) else {
        rest.append(column)
        continue
      }
      lease(column, to: place)
      begun.append(.begin(column, workers[place].id))
    }
    waiting = rest
    return begun
  }

  private mutating func lease(_ column: LeasedColumn, to place: Int) {
    workers[place].leases.insert(column)
    columns[column]?.worker = workers[place].id
  }

  /// Who had the column last gets it again only when nobody else can take it.
  private mutating func nextInTurn(for column: Column) -> Int? {
    var fallback: Int?
    for step in workers.indices {
      let place = (turn + step) % workers.count
      guard workers[place].canTake(column) else { continue }
      guard workers[place].id != column.last else {
        fallback = place
        continue
      }
      turn = (place + 1) % workers.count
      return place
    }
    return fallback
  }

  /// Moves columns from who has most to who has least, until no move would make the difference smaller.
  private mutating func balance() -> [Change] {
    var changes: [Change] = []
    while let move = nextMove() {
      changes.append(.end(move.column, workers[move.from].id))
      workers[move.from].leases.remove(move.column)
      lease(move.column, to: move.to)
      changes.append(.begin(move.column, workers[move.to].id))
    }
    return changes
  }

  private func nextMove() -> (column: LeasedColumn, from: Int, to: Int)? {
    let busiest = workers.indices.filter { workers[$0].isHealthy }.sorted {
      workers[$0].leases.count > workers[$1].leases.count
    }
    for from in busiest {
      for to in busiest.reversed() where workers[from].leases.count >= workers[to].leases.count + 2 {
        let movable = workers[from].leases.sorted().last { column in
          columns[column].map { workers[to].canTake($0) } ?? false
        }
        if let movable { return (movable, from, to) }
      }
    }
    return nil
  }
}

/// One that works, as long as it is here: who comes again is another.
struct WorkerID: Hashable, Sendable {
  let number: UInt64
}

/// A column of a run, by their numbers in the store.
struct LeasedColumn: Hashable, Comparable, Sendable {
  let run: Int64
  let number: Int64

  static func < (left: LeasedColumn, right: LeasedColumn) -> Bool {
    (left.run, left.number) < (right.run, right.number)
  }
}
