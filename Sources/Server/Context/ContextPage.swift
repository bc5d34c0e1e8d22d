internal import HoldfastContract
internal import HoldfastStore

/// Some of the changes that concern a view, first those of the scope `global`, then those of its space; in order in each.
struct ContextPage: Sendable {
  private(set) var changes: [ContextChange] = []
  /// Up to where the logs were read, whether their changes were of interest or not.
  private(set) var position: ContextPosition
  private(set) var hasMore = false
  /// The space's id; nil when there is none of that name, or none is asked for.
  private(set) var space: Int64?
  private var rows = 0
  private var bytes = 0

  private init(at position: ContextPosition) { self.position = position }

  /// What a page is read for.
  struct Question: Sendable {
    let view: AdmittedView
    let prefix: [UInt8]
    let isBare: Bool
    let epoch: [UInt8]
    /// The id of the space that keeps the scope `global`.
    let global: Int64
    /// Opens contents, where the hub seals them.
    let ring: KeyRing?

    var hasGlobal: Bool { view.places.contains { $0.scope == .global } }
    var hasSpace: Bool { view.places.contains { $0.scope != .global } }

    func cursor(at position: ContextPosition) -> [UInt8] {
      ContextCursor(epoch: epoch, space: view.space, position).bytes
    }
  }

  /// Where a watch begins: at its cursor, or now.
  /// - Throws: `CursorExpired` when what has changed since the cursor is not known.
  static func start(
    _ question: Question, _ cursor: ContextCursor?, _ spaces: SpaceNames, _ transaction: borrowing ReadTransaction
  ) throws -> ContextPosition {
    let space = try spaces.id(of: question.view.space, transaction)
    guard let cursor else {
      return ContextPosition(
        space: try space.flatMap { try LogStanding(of: $0, transaction)?.sequence } ?? 0,
        global: try LogStanding(of: question.global, transaction)?.sequence ?? 0)
    }
    for (isWanted, id, sequence) in [
      (question.hasGlobal, question.global, cursor.position.global), (question.hasSpace, space, cursor.position.space),
    ] where isWanted && sequence > 0 {
      guard let id, let log = try LogStanding(of: id, transaction) else { throw CursorExpired(floor: 0) }
      // What it was told after that is of another history.
      let ancestry = Ancestry(epoch: question.epoch, space: id, sequence: log.sequence)
      guard sequence <= (try ancestry.shared(with: cursor.epoch, transaction)) else {
        throw CursorExpired(floor: UInt64(clamping: log.floor))
      }
    }
    return cursor.position
  }

  static func read(
    _ question: Question, from position: ContextPosition, now: Moment, _ spaces: SpaceNames,
    _ transaction: borrowing ReadTransaction
  ) throws -> ContextPage {
    var page = ContextPage(at: position)
    if question.hasGlobal { try page.add(question.global, isGlobal: true, question, now, transaction) }
    if question.hasSpace, let space = try spaces.id(of: question.view.space, transaction) {
      page.space = space
      if !page.hasMore { try page.add(space, isGlobal: false, question, now, transaction) }
    }
    return page
  }

  private mutating func add(
    _ space: Int64, isGlobal: Bool, _ question: Question, _ now: Moment,
    _ transaction: borrowing ReadTransaction
  ) throws {
    let log = try LogStanding(of: space, transaction)
    let begin = position[isGlobal: isGlobal]
    guard let log, log.floor <= begin else { throw CursorExpired(floor: UInt64(clamping: log?.floor ?? 0)) }
    guard try ContextTable.hasChanges(in: space, after: begin, upTo: log.sequence, transaction) else {
      position[isGlobal: isGlobal] = max(begin, log.sequence)
      return
    }
    try ContextTable.forEachChange(
      in: space, after: begin, upTo: log.sequence, now: now, isBare: question.isBare,
      opening: question.ring.seal(of: isGlobal ? GlobalContext.space : question.view.space), transaction,
      wanted: { question.view.shows($0) && $0.name.utf8.starts(with: question.prefix) },
      body: { sequence, found in
        guard rows < Limits.watchRows, bytes < Limits.pageBytes else {
          hasMore = true
          return false
        }
        rows += 1
        position[isGlobal: isGlobal] = sequence
        if let found {
          bytes += found.bytes
          changes.append(found.change)
          changes[changes.count - 1].cursor = question.cursor(at: position)
        }
        return true
      })
  }
}

/// Where a space's log begins and ends.
private struct LogStanding {
  let floor: Int64
  let sequence: Int64

  /// Nil when there is no such space.
  init?(of space: Int64, _ transaction: borrowing ReadTransaction) throws(StoreError) {
    let ends = try transaction.first("SELECT floor, sequence FROM space WHERE id = $1", [.integer(space)]) { row in
      (row.integer(0), row.integer(1))
    }
    guard let (floor, sequence) = ends else { return nil }
    (self.floor, self.sequence) = (floor, sequence)
  }
}
