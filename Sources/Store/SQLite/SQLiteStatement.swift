internal import CSQLite

/// A prepared statement, and the row on which it stands.
final class SQLiteStatement: DriverRow {
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  /// The engine's index of `$1`, `$2`, …: SQLite numbers named parameters by first appearance.
  private let places: [Int32]
  let sql: SQL
  /// Whether it leaves every table as it is.
  let isReadOnly: Bool
  private(set) var isRunning = false

  init(_ sql: SQL, on connection: OpaquePointer) throws(StoreError) {
    self.sql = sql
    self.connection = connection
    var prepared: OpaquePointer?
    let text = UnsafeRawPointer(sql.text.utf8Start).assumingMemoryBound(to: CChar.self)
    let result = sqlite3_prepare_v3(
      connection, text, Int32(sql.text.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard result == SQLITE_OK, let prepared else {
      throw StoreError(sqlite: result, doing: "preparing “\(sql)”", on: connection)
    }
    handle = prepared
    isReadOnly = sqlite3_stmt_readonly(prepared) != 0
    let count = sqlite3_bind_parameter_count(prepared)
    places = count == 0 ? [] : (1...count).map { sqlite3_bind_parameter_index(prepared, "$\($0)") }
    guard places.count <= Limits.parameters, !places.contains(0) else {
      throw StoreError(.misuse, "parameters must be $1…$\(count) without a gap: “\(sql)”")
    }
  }

  deinit { sqlite3_finalize(handle) }

  func run(
    _ parameters: [SQLValue], row: (any DriverRow) throws(StoreError) -> Bool
  ) throws(StoreError) -> Int {
    guard parameters.count == places.count else {
      throw StoreError(.misuse, "\(places.count) parameters wanted, \(parameters.count) given: “\(sql)”")
    }
    isRunning = true
    defer {
      sqlite3_reset(handle)
      // The bound bytes belong to the caller: the statement must not point at them any longer.
      if !places.isEmpty { sqlite3_clear_bindings(handle) }
      isRunning = false
      withExtendedLifetime(parameters) {}
    }
    for index in parameters.indices { try bind(parameters[index], at: places[index]) }
    return try step(row)
  }

  private func bind(_ parameter: SQLValue, at place: Int32) throws(StoreError) {
    switch parameter {
    case .null: break  // cleared bindings are null
    case .integer(let value): try check(sqlite3_bind_int64(handle, place, value))
    case .real(let value): try check(sqlite3_bind_double(handle, place, value))
    case .text(var value):
      try check(
        value.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) {
            holdfast_bind_text(handle, place, $0.baseAddress, UInt64($0.count))
          }
        })
    case .bytes(let value) where value.isEmpty:
      try check(sqlite3_bind_zeroblob(handle, place, 0))  // an address of nil would bind null
    case .bytes(let value):
      // The address outlives the closure: an array of bytes is its own storage, which stays where it is while
      // `parameters` holds it.
      try check(
        value.withUnsafeBytes { sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), nil) })
    }
  }

  private func step(_ row: (any DriverRow) throws(StoreError) -> Bool) throws(StoreError) -> Int {
    let before = sqlite3_total_changes64(connection)
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW:
        guard try row(self) else { return Int(sqlite3_total_changes64(connection) - before) }
      case SQLITE_DONE:
        return Int(sqlite3_total_changes64(connection) - before)
      case let result:
        throw StoreError(sqlite: result, doing: "running “\(sql)”", on: connection)
      }
    }
  }

  private func check(_ result: Int32) throws(StoreError) {
    guard result == SQLITE_OK else {
      throw StoreError(sqlite: result, doing: "binding a parameter of “\(sql)”", on: connection)
    }
  }

  // MARK: The row

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
  func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

  func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    // The address first: it may convert the column, and the count is that of the result.
    let start = sqlite3_column_blob(handle, Int32(column))
    return UnsafeRawBufferPointer(
      start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(column))))
  }
}
