internal import HoldfastContract
internal import HoldfastStore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How far a file has come. The numbers stand in the table.
enum StoredFileState: Int64, Sendable {
  /// Can move on to `ready` and `removed`.
  case uploading = 1
  /// Its content is there and does not change. Can move on to `removed`.
  case ready = 2
  /// Its chunks are being dropped; nobody finds it any longer.
  case removed = 3
}

/// A file's row.
struct FileRecord: Hashable, Sendable {
  /// The hub's number for it. Those of files that are gone are given again.
  var id: Int64
  var file: UUID
  var name: String
  /// Bytes of the whole.
  var size: Int64
  /// SHA-256 of the whole.
  var checksum: [UInt8]
  /// Bytes that are there, without a gap.
  var received: Int64
  var state: StoredFileState
  var at: Moment
  var who: String

  /// What it takes of its space's quota, from when its upload begins: a quota that is too small is said then, and not at the
  /// end.
  var quotaBytes: Int64 { Self.quotaBytes(name: name, size: size) }

  static func quotaBytes(name: String, size: Int64) -> Int64 { Int64(name.utf8.count) + size }

  /// Reads `id, file, name, size, checksum, received, state, at, who`.
  init(_ row: borrowing HoldfastStore.Row) throws(StoreError) {
    let bytes = row.bytes(1)
    guard let state = StoredFileState(rawValue: row.integer(6)), let file = UUID(bytes: bytes) else {
      throw StoreError(.corrupt, "the row \(row.integer(0)) of a file cannot be read")
    }
    id = row.integer(0)
    self.file = file
    name = row.text(2)
    size = row.integer(3)
    checksum = row.bytes(4)
    received = row.integer(5)
    self.state = state
    at = Moment(microseconds: row.integer(7))
    who = row.text(8)
  }

  /// As clients see it.
  func status(in space: String) -> FileStatus {
    FileStatus(
      file: file, space: space, name: name, state: state == .ready ? .ready : .uploading,
      received: UInt64(clamping: received), size: UInt64(clamping: size), checksum: checksum, at: at.timestamp, by: who)
  }
}

extension UUID {
  /// Nil unless there are 16 bytes.
  init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }
}
