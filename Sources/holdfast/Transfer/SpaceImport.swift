import HoldfastContract
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Stores the values of an exported file in a space.
///
/// The whole file is read and its checksum compared before anything is stored. How far an import has come lies in
/// `FILE.import` while it goes on.
struct SpaceImport {
  let hub: Hub
  let address: String
  let space: String
  let file: String
  /// Values that the space has stay as they are.
  let keepsExisting: Bool
  let console: Console

  struct Result {
    var stored = 0
    /// The space had them.
    var kept = 0
    /// They would have ended before now.
    var expired = 0
    /// An earlier, interrupted import has dealt with them.
    var resumed = 0

    var all: Int { stored + kept + expired + resumed }
  }

  /// What a file has, from a first look at all of it.
  private struct Survey {
    var values = 0
    var bytes = 0
    var sha256 = ""
    /// Where the values that were listed end.
    var listEnd = Int.max
    /// Of keys that changed during the export: where the last that is told of each ends.
    ///
    /// By their bytes: keys that look the same are not for that reason the same.
    var changed: [[UInt8]: Int] = [:]
  }

  /// How far an import has come.
  private struct Checkpoint: Codable {
    var hub: String
    var space: String
    var keepsExisting: Bool
    /// Of the file.
    var sha256: String
    var offset = 0
    var values = 0
    /// Which was stored last.
    var lastKey = ""

    func isFor(_ other: Self) -> Bool {
      (hub, space, keepsExisting, sha256) == (other.hub, other.space, other.keepsExisting, other.sha256)
    }
  }

  private static let batchValues = 500
  private static let batchBytes = 256 << 10

  func run() async throws -> Result {
    let survey = try survey()
    var result = Result()
    let progress = ProgressBar(file, on: console)
    defer { progress.end() }
    var reader = try TransferReader(file)
    var checkpoint = Checkpoint(hub: address, space: space, keepsExisting: keepsExisting, sha256: survey.sha256)
    if let earlier = try earlierCheckpoint(), earlier.isFor(checkpoint), try await isThere(earlier.lastKey) {
      try reader.skip(to: earlier.offset)
      result.resumed = earlier.values
      checkpoint = earlier
    }
    var batch: [Put] = []
    var bytes = 0
    while let item = try reader.next() {
      guard case .value(let value) = item else { continue }
      // What has changed later counts as it was in the end.
      if let last = survey.changed[Array(value.key.utf8)], last != reader.offset { continue }
      guard let put = put(of: value) else {
        result.expired += 1
        continue
      }
      batch.append(put)
      bytes += value.key.utf8.count + value.content.count
      guard batch.count >= Self.batchValues || bytes >= Self.batchBytes else { continue }
      try await store(&batch, &result)
      bytes = 0
      (checkpoint.offset, checkpoint.values, checkpoint.lastKey) = (reader.offset, result.all, value.key)
      try LocalFile.replace(checkpointFile, with: JSONEncoder().encode(checkpoint), mode: 0o600)
      progress.update(done: reader.offset, of: survey.bytes)
    }
    try await store(&batch, &result)
    try LocalFile.remove(checkpointFile)
    return result
  }

  private var checkpointFile: String { file + ".import" }

  /// What an earlier import has left. One that cannot be read counts for nothing: storing values again does no harm.
  private func earlierCheckpoint() throws -> Checkpoint? {
    guard try LocalFile.status(of: checkpointFile) != nil else { return nil }
    return try? JSONDecoder().decode(Checkpoint.self, from: Data(LocalFile.read(checkpointFile)))
  }

  /// Whether the space has what was stored last: another hub may have come to the same address.
  private func isThere(_ key: String) async throws -> Bool {
    try await hub.persistence.exists(GetRequest(space: space, key: key)).exists
  }

  /// Reads all of the file.
  /// - Throws: when it is not whole, or not as it was written.
  private func survey() throws -> Survey {
    var survey = Survey()
    var reader = try TransferReader(file)
    var hasHead = false
    while let item = try reader.next() {
      switch item {
      case .head: hasHead = true
      case .value(let value):
        survey.values += 1
        if survey.listEnd < .max { survey.changed[Array(value.key.utf8)] = reader.offset }
      case .listed: survey.listEnd = reader.offset
      case .deleted(let key): survey.changed[Array(key.utf8)] = reader.offset
      case .end(let values, let sum):
        guard hasHead, values == survey.values else { break }
        (survey.bytes, survey.sha256) = (reader.offset, sum)
        return survey
      }
    }
    throw TransferError(
      message: "\(file) is no whole export", hint: "Give the export again: it goes on where it was interrupted.")
  }

  /// Nil when the value has expired.
  private func put(of value: HoldfastContract.Value) -> Put? {
    var put = Put(key: value.key, content: value.content, type: value.type)
    put.subject = value.subject
    if keepsExisting { put.expected = 0 }
    guard let expires = value.expires else { return put }
    let left = expires.sinceEpoch - Timestamp.wallClock().sinceEpoch
    put.expiresIn = left
    return left > .zero ? put : nil
  }

  private func store(_ batch: inout [Put], _ result: inout Result) async throws {
    // One that is too large for a batch comes last in its own.
    if let last = batch.last, last.content.count > Self.batchBytes {
      batch.removeLast()
      try await store(&batch, &result)
      return try await store(last, &result)
    }
    guard !batch.isEmpty else { return }
    let request = BatchRequest(space: space, operations: batch.map { .put($0) })
    for (put, outcome) in zip(batch, try await hub.persistence.batch(request).outcomes) {
      switch Status(rawValue: outcome.status) {
      case .ok: result.stored += 1
      case .failedPrecondition where keepsExisting: result.kept += 1
      default: throw CommandFailure(.failed, "\(put.key) was not stored: \(outcome.message)", hint: hint)
      }
    }
    batch = []
  }

  /// Stores a value that is too large for a batch.
  private func store(_ put: Put, _ result: inout Result) async throws {
    let request = PutRequest(
      space: space, key: put.key, content: put.content, type: put.type, expiresIn: put.expiresIn,
      expected: put.expected, subject: put.subject)
    do {
      _ = try await hub.persistence.store(request)
      result.stored += 1
    } catch {
      guard keepsExisting, case .conflict = error.declared else { throw error }
      result.kept += 1
    }
  }

  private var hint: String { "When that is mended, give the import again: it goes on where it was." }
}

extension Timestamp {
  fileprivate var sinceEpoch: Duration { .seconds(seconds) + .nanoseconds(Int64(nanoseconds)) }
}
