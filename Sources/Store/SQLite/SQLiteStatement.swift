internal import CSQLite

/// A prepared statement, and the row on which it stands.
final class SQLiteStatement: DriverRow {
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  /// The engine's index of `$1`, `$2`, …: SQLite numbers named parameters by first appearance.
  private let places: [Int32]
  let sql: SQL
  /// How many rows it inserts (`insert`); 0 for a statement that is run as it is written.
  let rows: Int
  /// Whether it leaves every table as it is.
  let isReadOnly: Bool
  private(set) var isRunning = false

  convenience init(_ sql: SQL, on connection: OpaquePointer) throws(StoreError) {
    let text = UnsafeRawPointer(sql.text.utf8Start).assumingMemoryBound(to: CChar.self)
    let prepared = try Self.prepare(text, sql.text.utf8CodeUnitCount, sql, connection)
    let count = sqlite3_bind_parameter_count(prepared)
    let places = count == 0 ? [] : (1...count).map { sqlite3_bind_parameter_index(prepared, "$\($0)") }
    self.init(sql, rows: 0, prepared, connection, places)
    guard places.count <= Limits.parameters, !places.contains(0) else {
      throw StoreError(.misuse, "parameters must be $1…$\(count) without a gap: “\(sql)”")
    }
  }

  /// A statement that inserts so many rows of so many columns; `sql` ends before the first.
  convenience init(_ sql: SQL, rows: Int, width: Int, on connection: OpaquePointer) throws(StoreError) {
    let row = "(" + Array(repeating: "?", count: width).joined(separator: ",") + ")"
    let text = ("\(sql) " + Array(repeating: row, count: rows).joined(separator: ",")).utf8.map(CChar.init(bitPattern:))
    let prepared = try text.withUnsafeBufferPointer { (text) throws(StoreError) in
      try Self.prepare(text.baseAddress, text.count, sql, connection)
    }
    self.init(sql, rows: rows, prepared, connection, (1...Int32(rows * width)).map { $0 })
  }

  private init(_ sql: SQL, rows: Int, _ handle: OpaquePointer, _ connection: OpaquePointer, _ places: [Int32]) {
    self.sql = sql
    self.rows = rows
    self.handle = handle
    self.connection = connection
    self.places = places
    isReadOnly = sqlite3_stmt_readonly(handle) != 0
  }

  private static func prepare(
    _ text: UnsafePointer<CChar>?, _ count: Int, _ sql: SQL, _ connection: OpaquePointer
  ) throws(StoreError) -> OpaquePointer {
    var prepared: OpaquePointer?
    let result = sqlite3_prepare_v3(
      connection, text, Int32(count), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard result == SQLITE_OK, let prepared else {
      throw StoreError(sqlite: result, doing: "preparing “\(sql)”", on: connection)
    }
    return prepared
  }

  deinit { sqlite3_finalize(handle) }

  func run(
    _ parameters: ArraySlice<SQLValue>, row: (any DriverRow) throws(StoreError) -> Bool
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
    for (place, index) in zip(places, parameters.indices) { try bind(parameters[index], at: place) }
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
