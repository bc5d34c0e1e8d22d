internal import HoldfastContract
internal import HoldfastStore

/// What a call does to the files of a space.
extension Mutation {
  /// Makes the row of a file that is going to be uploaded.
  /// - Throws: `QuotaExceeded` before anything has changed.
  mutating func begin(_ head: UploadHead, _ transaction: borrowing WriteTransaction) throws -> FileRecord {
    try account.grow(
      bytes: FileRecord.quotaBytes(name: head.name, size: Int64(clamping: head.size)), values: 1,
      defaultQuota: defaultQuota)
    return try FileTable.insert(head, space: account.id, at: now, by: who, transaction)
  }

  /// Adds content to a file where its chunks end; when the whole is verified, the file is ready.
  mutating func append(
    _ content: [UInt8], to record: FileRecord, isVerified: Bool, _ transaction: borrowing WriteTransaction
  ) throws -> FileRecord {
    var record = record
    for start in stride(from: 0, to: content.count, by: Limits.fileChunkBytes) {
      let chunk = Array(content[start..<min(content.count, start + Limits.fileChunkBytes)])
      try FileTable.append(chunk, to: record, sealing: seal, transaction)
      record.received += Int64(chunk.count)
    }
    record.at = now
    if isVerified {
      record.state = .ready
      entries.append(LogEntry(kind: .fileStored, key: record.file.bytes, content: record.checksum))
    }
    try FileTable.update(record, transaction)
    return record
  }

  /// Removes a file, and ends what analyses it. Its chunks go later, and what came of its analyses.
  /// - Returns: the columns that were analysed.
  @discardableResult
  mutating func remove(
    _ record: FileRecord, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> [LeasedColumn] {
    try FileTable.remove(record.id, transaction)
    account.row.bytes -= record.quotaBytes
    account.row.values -= 1
    // Of an upload that was never ready, the log knows nothing.
    if record.state == .ready {
      entries.append(LogEntry(kind: .fileRemoved, key: record.file.bytes, content: []))
    }
    return try AnalysisRunTable.removeFile(record.file, of: account.id, at: now, transaction)
  }
}

extension ChangeKind {
  /// The whole of a file was there, or it was removed. Watches of values leave it out.
  static let fileStored = ChangeKind(rawValue: 21)
  static let fileRemoved = ChangeKind(rawValue: 22)

  /// Whether the log's key is the identity of a file.
  var isOfFile: Bool { self == .fileStored || self == .fileRemoved }
}
