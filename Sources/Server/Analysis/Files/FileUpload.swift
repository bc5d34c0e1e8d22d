internal import HoldfastContract
internal import HoldfastRPC

/// One call's part of an upload: takes content as it comes, and has it written in batches, so that memory stays flat
/// whatever the size of the file.
///
/// Each batch is durable before the next is taken from the client. Two calls with the same file cannot mix: a batch is only
/// written where the chunks end.
struct FileUpload {
  private let desk: FileDesk
  private let space: String
  private let caller: String
  private let hash: FileHash
  private let share: TransferShare
  /// As the last batch has left it.
  private(set) var record: FileRecord
  /// What has come since.
  private var pending: [UInt8] = []

  /// Begins the upload that `head` tells of, or goes on with it.
  /// - Throws: `WrongOffset`, `BadFile` for another file, `QuotaExceeded`.
  nonisolated(nonsending) static func begin(
    _ head: UploadHead, at desk: FileDesk, by caller: String
  ) async throws -> FileUpload {
    let record = try await desk.begin(head, by: caller)
    let hash = try FileHash()
    // The state of a hash cannot be kept, so it begins anew with what is there.
    if record.state == .uploading {
      try await desk.content(record, in: head.space).forEachPiece { try await hash.add($0) }
    }
    return FileUpload(desk, head.space, caller, hash, record)
  }

  private init(_ desk: FileDesk, _ space: String, _ caller: String, _ hash: FileHash, _ record: FileRecord) {
    self.desk = desk
    self.space = space
    self.caller = caller
    self.hash = hash
    self.record = record
    share = desk.persistence.transfers.share()
  }

  /// Whether all is there, and nothing more is to come.
  var isReady: Bool { record.state == .ready }

  /// Takes the next bytes; returns when what is due has been written.
  nonisolated(nonsending) mutating func take(_ content: [UInt8]) async throws {
    guard missing >= content.count else {
      throw BadFile(reason: "there is more content than the \(record.size) bytes that the upload told of")
    }
    try share.grow(to: pending.count + content.count)
    pending += content
    if pending.count >= Limits.fileBatchBytes || missing == 0 { try await write() }
  }

  /// Writes what has come, because nothing more comes in this call. Even if that is the last of the content, nobody has
  /// looked whether it is right; that is done when the upload goes on.
  nonisolated(nonsending) mutating func keep() async throws {
    if !pending.isEmpty { try await append(isVerified: false) }
  }

  /// Bytes that have not come yet.
  private var missing: Int64 { record.size - record.received - Int64(pending.count) }

  private nonisolated(nonsending) mutating func write() async throws {
    try await hash.add(pending)
    let isWhole = missing == 0
    if isWhole, hash.finish() != record.checksum {
      try await desk.remove(record.file, in: space, by: caller)
      throw BadFile(
        reason: "the content is not what its SHA-256 says; the pieces are dropped, and the upload has to begin anew")
    }
    try await append(isVerified: isWhole)
  }

  private nonisolated(nonsending) mutating func append(isVerified: Bool) async throws {
    let batch = pending
    pending = []
    record = try await desk.append(batch, to: record, isVerified: isVerified, in: space, by: caller)
  }
}
