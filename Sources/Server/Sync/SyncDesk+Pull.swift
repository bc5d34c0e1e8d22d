package import HoldfastContract
package import HoldfastStore
package import HoldfastSync

extension SyncDesk {
  /// The answer to a pull when there is nothing to tell, for the price of one row; nil when a page has to be read.
  package func pullNothing<Reading: Transaction & ~Copyable>(
    _ request: PullRequest, _ filters: FilterSet, at now: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> PullReply? {
    let pass = try PullPass(request, filters, epoch: epoch, transaction)
    guard !pass.isFromStart, pass.cursor.sequence == pass.last else { return nil }
    return pass.reply([], upTo: pass.last, more: false, at: Moment(microseconds: now))
  }

  /// A page of what has changed since the cursor, in the order of the changes.
  package func pull<Reading: Transaction & ~Copyable>(
    _ request: PullRequest, _ filters: FilterSet, at now: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> PullReply {
    let pass = try PullPass(request, filters, epoch: epoch, transaction)
    var page = PullPage(pass, filters, limit: request.limit, opening: seal(of: request.space))
    try page.read(transaction)
    return pass.reply(page.entities, upTo: page.end, more: page.hasMore, at: Moment(microseconds: now))
  }
}

/// Where a device stands in a space's history, and what it has to be told.
struct PullPass {
  /// nil when there is no such space.
  let space: Int64?
  /// Where the space's sequence stands.
  let last: UInt64
  /// Where the pass goes on.
  let cursor: Cursor
  /// Whether it begins anew with this page.
  let isFromStart: Bool
  private let clock: EntityAccount.Row

  init<Reading: Transaction & ~Copyable>(
    _ request: PullRequest, _ filters: FilterSet, epoch: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) {
    let ends = try SpaceEnds.find(request.space, transaction)
    space = ends?.id
    last = UInt64(clamping: ends?.sequence ?? 0)
    clock =
      try ends.map { (ends) throws(StoreError) in try .read(space: ends.id, transaction) ?? EntityAccount.Row() }
      ?? EntityAccount.Row()
    var given = Cursor(request.cursor)
    if let ends, let old = given, old.epoch != epoch {
      // Nothing that it knows is after what both histories share.
      let shared = try Ancestry(epoch: epoch, space: ends.id, sequence: ends.sequence)
        .shared(with: old.epoch, transaction)
      if shared > 0, old.end <= UInt64(clamping: shared) { given?.epoch = epoch }
    }
    if let given,
      given.isValid(epoch: epoch, filters: filters.hash, floor: UInt64(clamping: clock.floor), last: last)
    {
      cursor = given
      isFromStart = false
    } else {
      cursor = Cursor(epoch: epoch, sequence: 0, since: 0, start: last, filters: filters.hash)
      isFromStart = true
    }
  }

  /// What the device has been told of an entity, it had been told by this sequence.
  var since: UInt64 { max(cursor.since, cursor.start) }

  func reply(_ entities: [EntityState], upTo end: UInt64, more: Bool, at now: Moment) -> PullReply {
    var next = cursor
    next.sequence = end
    if !more {
      next.since = end
      next.start = 0
    }
    return PullReply(
      entities: entities, cursor: next.bytes, more: more, restart: isFromStart, sequence: last,
      clock: clock.clock(at: now))
  }
}

/// Some of what has changed in a space.
struct PullPage {
  private(set) var entities: [EntityState] = []
  /// The sequence up to which entities were looked at.
  private(set) var end: UInt64
  private(set) var hasMore = false

  private let pass: PullPass
  private let filters: FilterSet
  private let limit: Int
  private let seal: SpaceSeal?
  private var bytes = 0
  private var rows = 0

  init(_ pass: PullPass, _ filters: FilterSet, limit: UInt32, opening seal: SpaceSeal?) {
    self.seal = seal
    self.pass = pass
    self.filters = filters
    self.limit = limit == 0 ? Limits.pageBytes : min(Int(limit), Limits.pageBytes)
    end = pass.last
  }

  mutating func read<Reading: Transaction & ~Copyable>(_ transaction: borrowing Reading) throws(StoreError) {
    guard let space = pass.space else { return }
    var names = TypeNames()
    var last = pass.cursor.sequence
    try transaction.forEach(
      """
      SELECT e.id, e.type, e.key, e.state, e.seal, e.marks, e.is_deleted FROM entity AS e
      WHERE e.id > $1 AND e.id <= $2 ORDER BY e.id
      """,
      [
        .integer(ChangeID(space: space, sequence: Int64(clamping: last)).rawValue),
        .integer(ChangeID(space: space, sequence: Int64(clamping: pass.last)).rawValue),
      ]
    ) { (row) throws(StoreError) in
      guard rows < Limits.pulledRows, bytes < limit else {
        hasMore = true
        return false
      }
      rows += 1
      last = EntityTable.version(row.integer(0))
      let type = try names.name(of: row.integer(1), transaction)
      if let entity = try state(of: row, type: type, version: last) {
        bytes += entity.state.count + entity.key.count + Limits.entityOverheadBytes
        entities.append(entity)
      }
      return true
    }
    if hasMore { end = last }
  }

  /// What the device has to be told of an entity; nil when that is nothing.
  private func state(
    of row: borrowing Row, type: String, version: UInt64
  ) throws(StoreError) -> EntityState? {
    guard filters.wants(type: type) else { return nil }
    let key = row.bytes(2)
    let isDeleted = row.integer(6) != 0
    guard !isDeleted,
      let state = try EntityTable.state(row, 3, seal, type: row.integer(1), key: key, version: version)
    else {
      // Who begins anew has nothing that would have to go.
      guard version > pass.cursor.start else { return nil }
      return EntityState(type: type, key: key, version: version, isDeleted: true)
    }
    let isWanted = if filters.isEmpty { true } else { filters.matches(type: type, try EntityTable.fields(state)) }
    if isWanted {
      return EntityState(type: type, key: key, version: version, state: state)
    }
    guard version > pass.since,
      filters.mayHaveLeft(
        type: type, try EntityTable.marks(row.bytes(5)), since: pass.since, told: pass.cursor.sequence)
    else { return nil }
    return EntityState(type: type, key: key, version: version, isRemoved: true)
  }
}

/// The names of the entity types that a reader meets.
struct TypeNames {
  private var known: [Int64: String] = [:]

  mutating func name<Reading: Transaction & ~Copyable>(
    of type: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> String {
    if let name = known[type] { return name }
    guard
      let name = try transaction.first("SELECT name FROM entity_type WHERE id = $1", [.integer(type)], { $0.text(0) })
    else { throw StoreError(.corrupt, "an entity has a type that does not exist") }
    known[type] = name
    return name
  }
}
