internal import HoldfastContract
internal import HoldfastStore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The rows of files and of their content.
enum FileTable {
  // MARK: Files

  static func find<Reading: Transaction & ~Copyable>(
    space: Int64, file: UUID, _ transaction: borrowing Reading
  ) throws(StoreError) -> FileRecord? {
    try transaction.first(
      """
      SELECT id, file, name, size, checksum, received, state, at, who FROM analysis_file WHERE space = $1 AND file = $2
      """, [.integer(space), .bytes(file.bytes)]
    ) { (row) throws(StoreError) in try FileRecord(row) }
  }

  /// Whether a file that was found before is still there, wholly or in part.
  static func isThere<Reading: Transaction & ~Copyable>(
    _ record: FileRecord, _ transaction: borrowing Reading
  ) throws(StoreError) -> Bool {
    try transaction.first(
      "SELECT 1 FROM analysis_file WHERE id = $1 AND file = $2 AND checksum = $3",
      [.integer(record.id), .bytes(record.file.bytes), .bytes(record.checksum)]
    ) { _ in true } ?? false
  }

  /// Some files of a space, in the order of their identities.
  static func page<Reading: Transaction & ~Copyable>(
    space: Int64, after: UUID?, limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [FileRecord] {
    try transaction.all(
      """
      SELECT id, file, name, size, checksum, received, state, at, who FROM analysis_file
      WHERE space = $1 AND file > $2 ORDER BY file LIMIT $3
      """, [.integer(space), .bytes(after?.bytes ?? []), .integer(limit)]
    ) { (row) throws(StoreError) in try FileRecord(row) }
  }

  /// Makes the row of a file of which nothing is there yet.
  static func insert(
    _ head: UploadHead, space: Int64, at: Moment, by who: String, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> FileRecord {
    let made = try transaction.first(
      """
      INSERT INTO analysis_file (space, file, name, size, checksum, received, state, at, who)
      VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
      RETURNING id, file, name, size, checksum, received, state, at, who
      """,
      [
        .integer(space), .bytes(head.file.bytes), .text(head.name), .integer(Int64(clamping: head.size)),
        .bytes(head.checksum), .integer(StoredFileState.uploading.rawValue), .integer(at.microseconds), .text(who),
      ]
    ) { (row) throws(StoreError) in try FileRecord(row) }
    guard let made, made.id <= ChunkID.lastFile else {
      throw StoreError(.tooLarge, "the hub has had all the files that it can have")
    }
    return made
  }

  static func update(_ record: FileRecord, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let changed = try transaction.execute(
      "UPDATE analysis_file SET received = $2, state = $3, at = $4 WHERE id = $1",
      [
        .integer(record.id), .integer(record.received), .integer(record.state.rawValue),
        .integer(record.at.microseconds),
      ])
    try expectOne(changed, record.id)
  }

  /// Leaves of a file what its chunks are dropped by.
  static func remove(_ id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let changed = try transaction.execute(
      "UPDATE analysis_file SET file = NULL, state = $2 WHERE id = $1",
      [.integer(id), .integer(StoredFileState.removed.rawValue)])
    try expectOne(changed, id)
  }

  /// The writer knows which rows there are: one that is missing was removed behind its back.
  private static func expectOne(_ changed: Int, _ id: Int64) throws(StoreError) {
    guard changed == 1 else {
      throw StoreError(.corrupt, "the row \(id) of a file is gone; another program has written to the database")
    }
  }

  // MARK: Content

  /// Adds a piece of a file's content where its chunks end.
  static func append(
    _ content: [UInt8], to record: FileRecord, sealing seal: SpaceSeal?, _ transaction: borrowing WriteTransaction
  ) throws {
    let stored = try seal.stored(content, of: .chunk(file: record.file.bytes, offset: record.received))
    try transaction.execute(
      "INSERT INTO analysis_chunk (id, content, seal) VALUES ($1, $2, $3)",
      [
        .integer(ChunkID(file: record.id, offset: record.received).rawValue), .bytes(stored.bytes),
        .integer(stored.key),
      ])
  }

  /// Bytes of a file's content from `offset` on: as many as fit into `limit`, none where its chunks end.
  static func read<Reading: Transaction & ~Copyable>(
    _ record: FileRecord, at offset: Int64, limit: Int, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> [UInt8] {
    let range = ChunkID.range(of: record.id)
    let wanted = ChunkID(file: record.id, offset: offset).rawValue
    let first = try transaction.first(
      "SELECT id FROM analysis_chunk WHERE id <= $1 AND id >= $2 ORDER BY id DESC LIMIT 1",
      [.integer(wanted), .integer(range.lowerBound)]
    ) { $0.integer(0) }
    guard let first else { return [] }
    var bytes: [UInt8] = []
    var end = ChunkID(rawValue: first).offset
    try transaction.forEach(
      "SELECT id, content, seal FROM analysis_chunk WHERE id >= $1 AND id <= $2 ORDER BY id",
      [.integer(first), .integer(range.upperBound)]
    ) { (row) throws(StoreError) in
      guard ChunkID(rawValue: row.integer(0)).offset == end else {
        throw StoreError(.corrupt, "a piece of the file \(record.file) is missing at byte \(end)")
      }
      let take = { (content: UnsafeRawBufferPointer) in
        let skipped = Int(clamping: max(0, offset - end))
        bytes.append(contentsOf: content.dropFirst(skipped).prefix(limit - bytes.count))
        end += Int64(content.count)
      }
      if let key = row.optionalInteger(2) {
        let place = SealedPlace.chunk(file: record.file.bytes, offset: end)
        try seal.lastingContent(row, 1, sealedBy: key, of: place).withUnsafeBytes(take)
      } else {
        row.withBytes(1, take)
      }
      return bytes.count < limit
    }
    return bytes
  }

  /// Drops some chunks of a file.
  /// - Returns: how many.
  static func dropChunks(
    of file: Int64, limit: Int, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int {
    let range = ChunkID.range(of: file)
    return try transaction.execute(
      """
      DELETE FROM analysis_chunk WHERE id IN (
        SELECT id FROM analysis_chunk WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3)
      """, [.integer(range.lowerBound), .integer(range.upperBound), .integer(limit)])
  }

  // MARK: Tending

  /// Uploads of which nothing has come since `moment`, the oldest first.
  static func abandoned<Reading: Transaction & ~Copyable>(
    since moment: Moment, limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [(space: String, file: UUID)] {
    try transaction.all(
      """
      SELECT s.name, f.file FROM analysis_file AS f JOIN space AS s ON s.id = f.space
      WHERE f.state = $1 AND f.at < $2 ORDER BY f.at LIMIT $3
      """, [.integer(StoredFileState.uploading.rawValue), .integer(moment.microseconds), .integer(limit)]
    ) { (row) throws(StoreError) in
      guard let file = UUID(bytes: row.bytes(1)) else {
        throw StoreError(.corrupt, "an upload has no identity")
      }
      return (space: row.text(0), file: file)
    }
  }

  /// A file that was removed and whose chunks may still be there.
  static func removed<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    try transaction.first(
      "SELECT id FROM analysis_file WHERE state = $1 LIMIT 1", [.integer(StoredFileState.removed.rawValue)]
    ) { $0.integer(0) }
  }

  /// Forgets a file that was removed, once its chunks are gone.
  static func forget(_ id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("DELETE FROM analysis_file WHERE id = $1", [.integer(id)])
  }
}
