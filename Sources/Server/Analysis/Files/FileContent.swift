internal import HoldfastContract
internal import HoldfastStore

/// The content of a file, read a piece at a time: each in a transaction of its own, so that a long reading holds back no
/// checkpoint, and at most one piece is in memory.
struct FileContent: Sendable {
  let store: Store
  let record: FileRecord
  /// What opens it; nil where nothing is sealed.
  let seal: SpaceSeal?

  /// Bytes of the content from `offset` on; fewer than `limit` at the end only, and none behind it.
  /// - Throws: `NoSuchFile` when the file has been removed since.
  nonisolated(nonsending) func piece(
    at offset: Int64, limit: Int = Limits.filePieceBytes
  ) async throws -> [UInt8] {
    let (record, seal) = (record, seal)
    let limit = Int(min(Int64(limit), record.received - offset))
    guard limit > 0 else { return [] }
    return try await store.scan { transaction in
      // Its number may be another file's by now.
      guard try FileTable.isThere(record, transaction) else { throw NoSuchFile(file: record.file) }
      let bytes = try FileTable.read(record, at: offset, limit: limit, opening: seal, transaction)
      guard bytes.count == limit else {
        throw StoreError(.corrupt, "the file \(record.file) ends at byte \(offset + Int64(bytes.count))")
      }
      return bytes
    }
  }

  /// Hands over the whole content from `offset` on, one piece after the other.
  nonisolated(nonsending) func forEachPiece(
    from offset: Int64 = 0, _ body: nonisolated(nonsending) ([UInt8]) async throws -> Void
  ) async throws {
    var offset = offset
    while true {
      let piece = try await piece(at: offset)
      if piece.isEmpty { return }
      try await body(piece)
      offset += Int64(piece.count)
    }
  }
}
