internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What is done about files, each step as one job of the store. Who may do it has been checked before.
///
/// Files share spaces, log and quota with values, so this shares with `PersistenceCalls` what looks after those.
final class FileDesk: Sendable {
  let persistence: PersistenceCalls
  let settings: AnalysisSettings
  let meter = AnalysisMeter()
  let spans = SpanLog()

  init(beside persistence: PersistenceCalls, _ settings: AnalysisSettings = AnalysisSettings()) {
    self.persistence = persistence
    self.settings = settings
  }

  var store: Store { persistence.store }

  // MARK: Looking

  /// A file that is there, wholly or in part.
  /// - Throws: `NoSuchFile`.
  nonisolated(nonsending) func find(_ file: UUID, in space: String) async throws -> FileRecord {
    let found = try await persistence.storing {
      try await store.read { [spaces = persistence.spaces] transaction -> FileRecord? in
        guard let id = try spaces.id(of: space, transaction) else { return nil }
        return try FileTable.find(space: id, file: file, transaction)
      }
    }
    guard let found else { throw NoSuchFile(file: file) }
    return found
  }

  /// Some files of a space, in the order of their identities, and whether there are more.
  nonisolated(nonsending) func list(
    in space: String, after: UUID?, limit: Int
  ) async throws -> (files: [FileRecord], hasMore: Bool) {
    var found = try await persistence.storing {
      try await store.read { [spaces = persistence.spaces] transaction -> [FileRecord] in
        guard let id = try spaces.id(of: space, transaction) else { return [] }
        return try FileTable.page(space: id, after: after, limit: limit + 1, transaction)
      }
    }
    let hasMore = found.count > limit
    if hasMore { found.removeLast() }
    return (found, hasMore)
  }

  /// The content of a file, as far as it is there.
  func content(_ record: FileRecord, in space: String) -> FileContent {
    FileContent(store: store, record: record, seal: persistence.seal(of: space))
  }

  /// The content of a file that is ready.
  /// - Throws: `NoSuchFile`, or `BadFile` when pieces are missing.
  nonisolated(nonsending) func content(of file: UUID, in space: String) async throws -> FileContent {
    let record = try await find(file, in: space)
    guard record.state == .ready else {
      throw BadFile(
        reason: "only \(record.received) of its \(record.size) bytes have been uploaded; go on with the upload first")
    }
    return content(record, in: space)
  }

  // MARK: Changing

  /// The file of an upload, made when there is none yet.
  nonisolated(nonsending) func begin(_ head: UploadHead, by caller: String) async throws -> FileRecord {
    try await mutate(head.space, caller) { mutation, transaction in
      guard let known = try FileTable.find(space: mutation.account.id, file: head.file, transaction) else {
        guard head.offset == 0 else { throw WrongOffset(received: 0) }
        return try mutation.begin(head, transaction)
      }
      guard known.isSame(as: head) else {
        throw BadFile(reason: "another file was uploaded by this identity; take a fresh one")
      }
      // A ready one is answered as it is: the reply to its last piece was lost.
      guard known.state == .ready || known.received == Int64(clamping: head.offset) else {
        throw WrongOffset(received: UInt64(clamping: known.received))
      }
      return known
    }
  }

  /// Adds content where the chunks of `record` end.
  ///
  /// - Parameter isVerified: whether the whole is there with it and is what its checksum says: then the file is ready.
  /// - Returns: the file as it is then.
  nonisolated(nonsending) func append(
    _ content: [UInt8], to record: FileRecord, isVerified: Bool, in space: String, by caller: String
  ) async throws -> FileRecord {
    let appended = try await mutate(space, caller) { mutation, transaction in
      guard let known = try FileTable.find(space: mutation.account.id, file: record.file, transaction),
        known.checksum == record.checksum
      else { throw BadFile(reason: "the file was removed while it was uploaded") }
      guard known.state == .uploading, known.received == record.received else {
        throw WrongOffset(received: UInt64(clamping: known.received))
      }
      return try mutation.append(content, to: known, isVerified: isVerified, transaction)
    }
    meter.bytesUploaded.add(content.count)
    if appended.state == .ready { meter.filesUploaded.add() }
    return appended
  }

  /// Removes a file, and ends what analyses it.
  /// - Returns: nil when there was none.
  @discardableResult
  nonisolated(nonsending) func remove(
    _ file: UUID, in space: String, by caller: String
  ) async throws -> RemovedFile? {
    do {
      let record = try await find(file, in: space)
      return try await mutate(space, caller) { mutation, transaction in
        guard let known = try FileTable.find(space: mutation.account.id, file: record.file, transaction) else {
          return nil
        }
        return RemovedFile(
          record: known, space: mutation.account.id, columns: try mutation.remove(known, transaction))
      }
    } catch is NoSuchFile {
      return nil
    }
  }

  /// Removes an upload of which nothing has come since `moment`.
  nonisolated(nonsending) func removeAbandoned(_ file: UUID, in space: String, since moment: Moment) async throws {
    try await mutate(space, PersistenceCalls.housekeeper) { mutation, transaction in
      // Somebody may have gone on with it meanwhile. Nothing analyses it, as it was never ready.
      guard let known = try FileTable.find(space: mutation.account.id, file: file, transaction),
        known.state == .uploading, known.at < moment
      else { return }
      try mutation.remove(known, transaction)
    }
  }

  /// Runs `body` as one job. These calls carry no identity: what they do twice is the same.
  private nonisolated(nonsending) func mutate<Value: Sendable>(
    _ space: String, _ caller: String,
    _ body: @escaping @Sendable (inout Mutation, borrowing WriteTransaction) throws -> Value
  ) async throws -> Value {
    let (now, defaultQuota, seal) = (persistence.now, persistence.defaultQuota, persistence.seal(of: space))
    return try await persistence.storing {
      try await persistence.writeSealing { transaction in
        let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
        var mutation = Mutation(of: account, now: now, by: caller, defaultQuota: defaultQuota, sealing: seal)
        let value = try body(&mutation, transaction)
        try mutation.finish(nil, outcome: [], transaction)
        return value
      }
    }
  }
}

/// A file that was removed.
struct RemovedFile: Sendable {
  /// What it was.
  let record: FileRecord
  let space: Int64
  /// Columns that were being analysed.
  let columns: [LeasedColumn]
}

extension FileRecord {
  /// Whether an upload goes on with this file.
  fileprivate func isSame(as head: UploadHead) -> Bool {
    size == Int64(clamping: head.size) && checksum == head.checksum
  }
}
