/// Reads a database file as it is, beside whatever program has it open. Changes nothing, and brings no schema up to date:
/// for what looks at a store from outside. Belongs to one thread.
package final class FileReader {
  private let connection: SQLiteConnection

  /// - Throws: `cannotOpen` when there is no such file, `corrupt` when it is no database.
  package init(path: String) throws(StoreError) {
    connection = try SQLiteConnection(path: path, purpose: .read, options: StoreOptions())
  }

  /// Runs `body` on a consistent view. A long one holds back the file's checkpoints.
  package func read<Value>(_ body: (borrowing ReadTransaction) throws -> Value) throws -> Value {
    try connection.begin(.read)
    defer { connection.rollback() }
    return try body(ReadTransaction(on: connection))
  }
}
