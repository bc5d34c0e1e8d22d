internal import HoldfastStore

/// The tables of files that are uploaded in order to be analysed.
///
/// A file's content stands in `analysis_chunk`, in pieces of any size without a gap. A chunk's `id` is its file's `id` and
/// the place of its first byte in one number (`ChunkID`), so that a file's content is one range of the table and needs no
/// further index. `seal` is the key by which a chunk is sealed, as a whole. `received` is where the chunks end. `at` is when
/// the last of them came, or when the whole was there.
///
/// A file that was removed keeps its row, without the identity that clients know it by, until all its chunks are gone: they
/// are dropped a few at a time (`FileDesk.tend`).
enum FileTables {
  static let create: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE analysis_file (
        id       INTEGER PRIMARY KEY,
        space    INTEGER NOT NULL,
        file     BLOB,
        name     TEXT NOT NULL,
        size     INTEGER NOT NULL,
        checksum BLOB NOT NULL,
        received INTEGER NOT NULL,
        state    INTEGER NOT NULL,
        at       INTEGER NOT NULL,
        who      TEXT NOT NULL,
        UNIQUE (space, file)
      )
      """)
    try transaction.execute("CREATE INDEX analysis_file_state ON analysis_file (state, at)")
    try transaction.execute("CREATE TABLE analysis_chunk (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
  }

  static let addSeals: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE analysis_chunk ADD COLUMN seal INTEGER")
  }

  /// Fails once some are sealed: the older schema has no place for that.
  static let removeSeals: Migration.Body = { transaction in
    let sealed: SQL = "SELECT 1 FROM analysis_chunk WHERE seal IS NOT NULL LIMIT 1"
    guard try transaction.first(sealed, [], { _ in true }) == nil else {
      throw StoreError(.migration, "files are sealed; restore a backup from before that")
    }
    try transaction.execute("ALTER TABLE analysis_chunk DROP COLUMN seal")
  }

  /// Fails once there are files: the older schema has no place for them.
  static let remove: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM analysis_file LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "the hub has files for analysis; remove them first, or restore a backup from before")
    }
    try transaction.execute("DROP TABLE analysis_chunk")
    try transaction.execute("DROP TABLE analysis_file")
  }
}

/// A chunk's place among all: the file in the upper bits, the chunk's first byte in the lower 36.
package struct ChunkID {
  static let offsetBits = 36
  /// Bytes of the largest file that the numbers allow: 64 GiB.
  package static let fileBytes: Int64 = 1 << offsetBits
  /// The last file: more than a hundred million.
  static let lastFile: Int64 = 1 << (63 - offsetBits) - 1

  let rawValue: Int64

  /// - Parameter offset: below `fileBytes`.
  init(file: Int64, offset: Int64) { rawValue = file << Self.offsetBits | offset }

  init(rawValue: Int64) { self.rawValue = rawValue }

  /// Where the chunk begins in its file.
  var offset: Int64 { rawValue & (Self.fileBytes - 1) }

  /// All numbers that chunks of a file can have.
  static func range(of file: Int64) -> ClosedRange<Int64> {
    ChunkID(file: file, offset: 0).rawValue...ChunkID(file: file, offset: fileBytes - 1).rawValue
  }
}
