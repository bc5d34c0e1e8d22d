/// A connection for reading, owned by one thread; an event loop has its own.
///
/// Within a turn (`beginTurn` … `endTurn`) all reads share one read transaction, which halves the cost of a read. The view is never older than the last commit before the read: when one has come in between, the
/// transaction is renewed, so whoever has seen a write acknowledged also reads it.
public final class Reader {
  private let connection: SQLiteConnection
  private let database: Database
  /// Where callers on this reader's thread want to be resumed.
  let delivery: Delivery?
  private var isInTurn = false
  /// Reads that run now, one within the other.
  private var depth = 0
  /// `commitCount` at the time the open transaction's view was taken.
  private var view: UInt64 = 0

  init(_ connection: SQLiteConnection, of database: Database, delivery: Delivery? = nil) {
    self.connection = connection
    self.database = database
    self.delivery = delivery
  }

  /// Begins a turn of the loop. Costs nothing unless something is read.
  public func beginTurn() { isInTurn = true }

  /// Ends the turn and its transaction. A turn that spans an `await` would hold back the file's checkpoints.
  public func endTurn() {
    isInTurn = false
    if depth == 0 { connection.rollback() }
  }

  /// Runs `body` on a consistent view.
  public func read<Value>(_ body: (borrowing ReadTransaction) throws -> Value) throws -> Value {
    try enter()
    defer { leave() }
    return try body(ReadTransaction(on: connection))
  }

  private func enter() throws(StoreError) {
    if depth == 0 {
      let newest = database.commitCount
      if connection.isInTransaction && view != newest { connection.rollback() }
      if !connection.isInTransaction {
        try connection.begin(.read)
        view = newest
      }
    }
    depth += 1
  }

  private func leave() {
    depth -= 1
    if depth == 0 && !isInTurn { connection.rollback() }
  }
}
