/// The prepared statements of one connection.
///
/// A table with open addressing instead of a dictionary: it is looked at for each statement that runs, and the place of a
/// literal in the program needs no hash against hostile keys.
struct StatementCache {
  /// Twice as many as there can be statements, so that each search soon meets an empty one.
  private var slots = [SQLiteStatement?](repeating: nil, count: 2 * Limits.cachedStatements)
  private var count = 0

  /// - Parameter rows: how many it inserts; 0 for a statement that is run as it is written.
  func find(_ sql: SQL, rows: Int) -> SQLiteStatement? { slots[slot(of: sql, rows)] }

  /// Keeps a statement, instead of the one with the same text if there is any. A full table is emptied first.
  mutating func insert(_ statement: SQLiteStatement) {
    if count == Limits.cachedStatements { removeAll() }
    let slot = slot(of: statement.sql, statement.rows)
    if slots[slot] == nil { count += 1 }
    slots[slot] = statement
  }

  mutating func removeAll() { self = StatementCache() }

  /// The slot that has the statement, or that it would get.
  private func slot(of sql: SQL, _ rows: Int) -> Int {
    // Literals stand close together: the multiplication spreads them (Fibonacci hashing).
    let spread = (UInt64(UInt(bitPattern: sql.identity)) &+ UInt64(rows)) &* 0x9e37_79b9_7f4a_7c15
    var slot = Int(truncatingIfNeeded: spread >> 32) % slots.count
    while let other = slots[slot], other.sql != sql || other.rows != rows { slot = (slot + 1) % slots.count }
    return slot
  }
}
