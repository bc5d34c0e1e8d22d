internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync

/// What is counted of a space's entities, for the jobs of one group: read once, changed in memory, written before the
/// commit.
final class EntityAccount {
  struct Row: Equatable {
    /// Of all living entities.
    var checksum = Checksum()
    /// The newest tombstone that has been removed: a device that has not come so far cannot know of it.
    var floor: Int64 = 0
    /// The latest clock of all changes.
    var clock = ClockReading()
    /// How many replicas have joined.
    var replicas: Int64 = 0
    /// How many conflicts wait, and the number of the last that there was.
    var conflicts: Int64 = 0
    var lastConflict: Int64 = 0
  }

  let space: Int64
  var row: Row
  private(set) var stored: Row?
  /// As the last job that was kept left it.
  private var kept: Row

  init(space: Int64, _ row: Row?) {
    self.space = space
    self.row = row ?? Row()
    stored = row
    kept = self.row
  }

  func jobEnded(kept isKept: Bool) {
    if isKept { kept = row } else { row = kept }
  }

  func flushed() { stored = row }
}

extension EntityAccount.Row {
  /// The clock of the hub: its time, or what it has accepted beyond that.
  func clock(at now: Moment) -> ClockReading { max(clock, ClockReading(time: now.microseconds)) }

  /// Counts that an entity's row has become another.
  mutating func replace(_ old: EntityRow?, by new: EntityRow, type: String, key: [UInt8]) {
    if let old, !old.isDeleted { checksum.remove(type: type, key: key, version: old.version, state: old.state) }
    if !new.isDeleted { checksum.add(type: type, key: key, version: new.version, state: new.state) }
    clock = max(clock, new.marks.clock)
  }

  static func read<Reading: Transaction & ~Copyable>(
    space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> EntityAccount.Row? {
    try transaction.first(
      """
      SELECT entities, checksum, floor, clock_time, clock_counter, replicas, conflicts, last_conflict
      FROM entity_space WHERE id = $1
      """, [.integer(space)]
    ) { (row) throws(StoreError) in
      guard let checksum = Checksum(entities: UInt64(clamping: row.integer(0)), bytes: row.bytes(1)) else {
        throw StoreError(.corrupt, "the checksum of a space's entities is none")
      }
      return EntityAccount.Row(
        checksum: checksum, floor: row.integer(2),
        clock: ClockReading(time: row.integer(3), counter: UInt32(clamping: row.integer(4))),
        replicas: row.integer(5), conflicts: row.integer(6), lastConflict: row.integer(7))
    }
  }
}

/// The spaces whose entities a group of jobs works on.
final class EntityLedger: GroupState {
  private var accounts: [Int64: EntityAccount] = [:]
  /// Those that the job which runs now has asked for.
  private var used: [EntityAccount] = []

  init() {}

  /// What is counted of a space; zeros when it has had no entities yet.
  func openAccount(of space: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) -> EntityAccount {
    let account: EntityAccount
    if let known = accounts[space] {
      account = known
    } else {
      account = EntityAccount(space: space, try .read(space: space, transaction))
      accounts[space] = account
    }
    if used.last !== account { used.append(account) }
    return account
  }

  func jobEnded(kept: Bool) {
    for account in used { account.jobEnded(kept: kept) }
    used.removeAll(keepingCapacity: true)
  }

  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    for account in accounts.values where account.row != account.stored ?? EntityAccount.Row() {
      let row = account.row
      try transaction.execute(
        """
        INSERT INTO entity_space (
          id, entities, checksum, floor, clock_time, clock_counter, replicas, conflicts, last_conflict
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET
          entities = excluded.entities, checksum = excluded.checksum, floor = excluded.floor,
          clock_time = excluded.clock_time, clock_counter = excluded.clock_counter, replicas = excluded.replicas,
          conflicts = excluded.conflicts, last_conflict = excluded.last_conflict
        """,
        [
          .integer(account.space), .integer(Int64(clamping: row.checksum.entities)), .bytes(row.checksum.bytes),
          .integer(row.floor), .integer(row.clock.time), .integer(Int64(row.clock.counter)), .integer(row.replicas),
          .integer(row.conflicts), .integer(row.lastConflict),
        ])
      account.flushed()
    }
  }
}
