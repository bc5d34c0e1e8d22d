/// One connection to an SQL engine: all that the store asks of it. SQLite's is `SQLiteConnection`; one that
/// speaks to PostgreSQL stands beside it by meeting this protocol.
///
/// A connection is used by one thread at a time; it is not `Sendable`.
public protocol DriverConnection: AnyObject {
  /// Whether a transaction is open. An engine may end one by itself when a statement fails.
  var isInTransaction: Bool { get }
  /// How many statements have been run that may write, whether they succeeded or not.
  var writes: Int { get }

  /// Runs one statement and lends each row to `row` until that returns false.
  ///
  /// Bytes in `parameters` are read in place. The statement has ended when this returns.
  /// - Returns: how many rows the statement inserted, changed or deleted.
  func run(
    _ sql: SQL, _ parameters: [SQLValue], row: (any DriverRow) throws(StoreError) -> Bool
  ) throws(StoreError) -> Int

  /// Inserts rows, many with one statement.
  /// - Parameters:
  ///   - sql: `INSERT INTO table (columns) VALUES`, without what comes after that.
  ///   - width: how many columns there are.
  ///   - values: those of the rows, one row after the other.
  func insert(_ sql: SQL, width: Int, _ values: [SQLValue]) throws(StoreError)

  /// Opens a transaction; one that writes takes the engine's write lock at once.
  func begin(_ mode: TransactionMode) throws(StoreError)
  /// Makes everything since `begin` durable.
  func commit() throws(StoreError)
  /// Undoes everything since `begin`. Has no effect when no transaction is open.
  func rollback()
  /// Marks a point to which `rollbackSavepoint` returns. They do not nest.
  func savepoint() throws(StoreError)
  func releaseSavepoint() throws(StoreError)
  func rollbackSavepoint() throws(StoreError)
}

/// What a transaction is for.
public enum TransactionMode: Sendable {
  case read, write
}

/// A row as the engine holds it. Columns count from 0; null reads as zero or empty.
public protocol DriverRow: AnyObject {
  func isNull(_ column: Int) -> Bool
  func integer(_ column: Int) -> Int64
  func real(_ column: Int) -> Double
  /// Valid until the statement moves on.
  func bytes(_ column: Int) -> UnsafeRawBufferPointer
}
