internal import HoldfastStore

/// Whom values are about, so that what a space has of somebody can be found and erased.
enum SubjectTable {
  static func find<Reading: Transaction & ~Copyable>(
    _ name: String, in space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    try transaction.first(
      "SELECT id FROM subject WHERE space = $1 AND name = $2", [.integer(space), .text(name)]
    ) { $0.integer(0) }
  }

  static func name<Reading: Transaction & ~Copyable>(
    of number: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> String {
    try transaction.first("SELECT name FROM subject WHERE id = $1", [.integer(number)]) { $0.text(0) } ?? ""
  }

  /// The number of a subject, which gets one when it has none.
  static func number(
    of name: String, in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int64 {
    if let known = try find(name, in: space, transaction) { return known }
    let made = try transaction.first(
      "INSERT INTO subject (space, name) VALUES ($1, $2) RETURNING id", [.integer(space), .text(name)]
    ) { $0.integer(0) }
    guard let made else { throw StoreError(.corrupt, "a subject that was inserted has no number") }
    return made
  }
}
