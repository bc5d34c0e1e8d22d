internal import HoldfastStore

/// An opening of a replica's file, as the hub knows it: the numbers between which it has had operations of it.
struct Opening: Equatable {
  var first: Int64
  var last: Int64
}

/// The openings of replicas' files.
///
/// They say whose a number is after its outcome has been forgotten. A file that was put back from a backup gives numbers
/// again that its earlier life has used; what it does has another opening, so it is not taken for what was done.
enum OpeningTable {
  static func find<Reading: Transaction & ~Copyable>(
    _ name: UInt64, of replica: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> Opening? {
    try transaction.first(
      "SELECT first, last FROM opening WHERE replica = $1 AND name = $2",
      [.integer(replica), .integer(Int64(bitPattern: name))]
    ) { Opening(first: $0.integer(0), last: $0.integer(1)) }
  }

  static func put(
    _ opening: Opening, name: UInt64, of replica: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO opening (replica, name, first, last) VALUES ($1, $2, $3, $4)
      ON CONFLICT (replica, name) DO UPDATE SET first = excluded.first, last = excluded.last
      """,
      [
        .integer(replica), .integer(Int64(bitPattern: name)), .integer(opening.first), .integer(opening.last),
      ])
  }

  /// Forgets the oldest openings beyond the bound.
  static func trim(replica: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute(
      """
      DELETE FROM opening WHERE replica = $1 AND last <
        (SELECT last FROM opening WHERE replica = $1 ORDER BY last DESC LIMIT 1 OFFSET $2)
      """, [.integer(replica), .integer(Limits.openings - 1)])
  }
}

/// How a number stands before its operation is looked at.
enum NumberStanding {
  /// Nothing has come under it.
  case new
  /// It may have an outcome.
  case open
  /// Its outcome was confirmed and forgotten.
  case over
  /// Another life of the replica's file has used it, or goes on under the same incarnation.
  case foreign
}

/// The openings that one push brings operations of.
struct PushOpenings {
  private let replica: Int64
  private var known: [UInt64: Opening] = [:]
  /// Those that were looked for, and those that the hub had not heard of.
  private var asked: Set<UInt64> = []
  private var unheard: Set<UInt64> = []
  private var changed: Set<UInt64> = []

  init(replica: Int64) { self.replica = replica }

  /// - Parameters:
  ///   - highest: the highest number that has come of the replica.
  ///   - confirmed: the number up to which outcomes are forgotten.
  mutating func standing(
    of number: Int64, in name: UInt64, highest: Int64, confirmed: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> NumberStanding {
    if asked.insert(name).inserted {
      known[name] = try OpeningTable.find(name, of: replica, transaction)
      if known[name] == nil { unheard.insert(name) }
    }
    let opening = known[name]
    if number > highest {
      // In one life, numbers rise with the openings: a newer opening has come, so this is the life of a copy.
      if let opening, opening.last < highest { return .foreign }
      return .new
    }
    guard number <= confirmed else { return .open }
    guard let opening, opening.first...opening.last ~= number else { return .foreign }
    return .over
  }

  /// An operation of the opening has come under the number.
  mutating func note(_ number: Int64, in name: UInt64) {
    var opening = known[name] ?? Opening(first: number, last: number)
    opening.first = min(opening.first, number)
    opening.last = max(opening.last, number)
    guard known[name] != opening else { return }
    known[name] = opening
    changed.insert(name)
  }

  func write(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    for name in changed.sorted() {
      guard let opening = known[name] else { continue }
      try OpeningTable.put(opening, name: name, of: replica, transaction)
    }
    if !changed.isDisjoint(with: unheard) { try OpeningTable.trim(replica: replica, transaction) }
  }
}
