internal import CSQLite

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension StoreError {
  /// A result code of SQLite, with what was being done and what to do now.
  init(sqlite result: Int32, doing action: String, on connection: OpaquePointer?) {
    let isFull = Self.isOfFullDisk(result, on: connection)
    let words = isFull ? sqlite3_errstr(SQLITE_FULL) : connection.flatMap { sqlite3_errmsg($0) }
    let said = words.map { String(cString: $0) } ?? "no details"
    let meant = isFull ? SQLITE_FULL : Self.isForbidden(result, on: connection) ? SQLITE_READONLY : result
    let (code, advice) = Self.meaning(of: meant)
    self.init(code, "\(said) while \(action)\(advice.isEmpty ? "" : "; \(advice)")", engineCode: result)
  }

  /// Whether there was no room. Where the index of a WAL or a new file does not fit, SQLite says only that something
  /// failed, and the system says what.
  private static func isOfFullDisk(_ result: Int32, on connection: OpaquePointer?) -> Bool {
    switch result & 0xff {
    case SQLITE_FULL: true
    case SQLITE_IOERR, SQLITE_CANTOPEN:
      connection.map { [ENOSPC, EDQUOT].contains(sqlite3_system_errno($0)) } ?? false
    default: false
    }
  }

  /// Whether the system does not let this user have the file.
  private static func isForbidden(_ result: Int32, on connection: OpaquePointer?) -> Bool {
    guard result & 0xff == SQLITE_CANTOPEN, let connection else { return false }
    return [EACCES, EPERM, EROFS].contains(sqlite3_system_errno(connection))
  }

  private static func meaning(of result: Int32) -> (Code, String) {
    switch result & 0xff {
    case SQLITE_FULL:
      (.full, "free space on the device that holds the database, then try again")
    case SQLITE_READONLY, SQLITE_PERM:
      (.readOnly, "make the data directory and its files writable for this user")
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
      (.locked, "end the other program that has the database open")
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT:
      (.corrupt, "stop, keep a copy of the data directory, and restore the last backup")
    case SQLITE_CANTOPEN:
      (.cannotOpen, "check that the data directory exists and may be read and written by this user")
    case SQLITE_IOERR:
      (.inputOutput, "check the device and the kernel's log; what was not acknowledged may be lost")
    case SQLITE_CONSTRAINT, SQLITE_MISMATCH: (.constraint, "")
    case SQLITE_TOOBIG: (.tooLarge, "")
    case SQLITE_ABORT, SQLITE_INTERRUPT: (.aborted, "")
    case SQLITE_NOMEM: (.outOfMemory, "")
    case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE: (.misuse, "")
    default: (.other, "")
    }
  }
}
