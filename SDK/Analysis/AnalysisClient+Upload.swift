public import HoldfastContract
import HoldfastCrypto
public import HoldfastRPC
import HoldfastWire

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension AnalysisClient {
  public typealias UploadError = CallError<AnalysisMethods.UploadFailure>

  /// Bytes of content that go in one piece of a file, and that are read at once.
  static let pieceBytes = 64 << 10
  static let blockBytes = 1 << 20

  /// Uploads a file of this machine, and returns when the hub has all of it.
  ///
  /// When the connection is lost it waits, connects again and goes on from what the hub has. Given again later, by another
  /// run of the program too, it goes on where it was, or finds that all is there: unless an identity is given, the file's
  /// follows from its name and content.
  ///
  /// - Parameters:
  ///   - path: where it is. It must not change meanwhile; if it does, the hub refuses it in the end as `BadFile`.
  ///   - name: what it is called on the hub; the last part of its path unless given.
  ///   - retry: how often in a row it may fail to get on, and how long it waits after each time.
  ///   - progress: told after each piece how many bytes of how many have been sent.
  /// - Throws: why the hub does not take it; or `invalidArgument` where the file cannot be read.
  public nonisolated(nonsending) func upload(
    path: String, named name: String? = nil, to space: String, as file: UUID? = nil,
    options: CallOptions = .default, retry: RetryPolicy = .uploads,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(UploadError) -> FileStatus {
    let name = name ?? path.split(separator: "/").last.map(String.init) ?? path
    return try await send(.file(path: path), name, space, file, options, retry, progress)
  }

  /// Uploads a file that is in memory, in the same way.
  public nonisolated(nonsending) func upload(
    _ content: [UInt8], named name: String, to space: String, as file: UUID? = nil,
    options: CallOptions = .default, retry: RetryPolicy = .uploads,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(UploadError) -> FileStatus {
    try await send(.bytes(content), name, space, file, options, retry, progress)
  }

  private nonisolated(nonsending) func send(
    _ content: UploadContent, _ name: String, _ space: String, _ file: UUID?, _ options: CallOptions,
    _ retry: RetryPolicy, _ progress: (Int, Int) -> Void
  ) async throws(UploadError) -> FileStatus {
    // All calls of the upload belong together.
    var options = options
    if options.trace == nil { options.trace = .random() }
    let size: Int
    let checksum: [UInt8]
    do {
      (size, checksum) = try await content.measure()
    } catch {
      throw UploadError(unreadable: error)
    }
    let head = UploadHead(
      file: file ?? UUID(named: name, checksum: checksum), space: space, name: name, size: UInt64(size),
      checksum: checksum)
    return try await ResumedUpload(client: self, head: head, content: content, options: options, retry: retry)
      .run(progress)
  }
}

extension RetryPolicy {
  /// Of uploads: ten times without getting on in a row, which with the waits between them takes a minute.
  public static let uploads = RetryPolicy(attempts: 10)
}

/// An upload of as many calls as it takes.
private struct ResumedUpload {
  typealias UploadError = AnalysisClient.UploadError

  let client: AnalysisClient
  let head: UploadHead
  let content: UploadContent
  let options: CallOptions
  let retry: RetryPolicy

  nonisolated(nonsending) func run(_ progress: (Int, Int) -> Void) async throws(UploadError) -> FileStatus {
    var furthest = 0
    var failures = 0
    while true {
      let failure: UploadError
      do throws(UploadError) {
        let known = try await received()
        if known > furthest { (furthest, failures) = (known, 0) }
        let status = try await send(from: known, progress)
        if status.state == .ready { return status }
        failure = UploadError(.internal, "the hub took the file's last piece, and says that some is missing")
      } catch {
        guard Self.isPassing(error), !Task.isCancelled else { throw error }
        failure = error
      }
      failures += 1
      guard failures < retry.attempts else { throw failure }
      do {
        try await Task.sleep(for: max(retry.backoff.delay(before: failures), failure.retryAfter ?? .zero))
      } catch {
        throw UploadError(.cancelled, "the caller gave up", cause: error)
      }
    }
  }

  /// Whether the same may go well a little later. A wrong offset is what a call that broke off still had to write.
  private static func isPassing(_ error: UploadError) -> Bool {
    if case .wrongOffset = error.declared { return true }
    return error.status == .unavailable || error.retryAfter != nil
  }

  /// What the hub has.
  private nonisolated(nonsending) func received() async throws(UploadError) -> Int {
    do {
      let status = try await client.file(FileRequest(space: head.space, file: head.file), options: options)
      return Int(clamping: status.received)
    } catch {
      if case .noSuchFile = error.declared { return 0 }
      throw UploadError(error) { failure in
        if case .forbidden(let error) = failure { .forbidden(error) } else { nil }
      }
    }
  }

  private nonisolated(nonsending) func send(
    from offset: Int, _ progress: (Int, Int) -> Void
  ) async throws(UploadError) -> FileStatus {
    let total = Int(clamping: head.size)
    var head = head
    head.offset = UInt64(offset)
    let call = client.upload(options: options)
    try await call.send(FilePiece(head: head))
    var sent = offset
    while sent < total {
      let block = try await block(at: sent)
      for start in stride(from: 0, to: block.count, by: AnalysisClient.pieceBytes) {
        let piece = Array(block[start..<min(start + AnalysisClient.pieceBytes, block.count)])
        try await call.send(FilePiece(content: piece))
        sent += piece.count
        progress(sent, total)
      }
    }
    return try await call.finish()
  }

  private nonisolated(nonsending) func block(at offset: Int) async throws(UploadError) -> [UInt8] {
    let block: [UInt8]
    do {
      block = try await content.block(at: offset)
    } catch {
      throw UploadError(unreadable: error)
    }
    guard !block.isEmpty else {
      throw UploadError(.invalidArgument, "the file has become shorter while it was uploaded; upload it again")
    }
    return block
  }
}

extension CallError {
  /// What is to be sent cannot be read.
  fileprivate init(unreadable error: any Error) {
    switch error {
    case is CancellationError: self.init(.cancelled, "the caller gave up", cause: error)
    case is WorkerPool.Refusal: self.init(.unavailable, "too much waits for the disk; try again later", cause: error)
    default: self.init(.invalidArgument, "\(error)", cause: error)
    }
  }
}

extension UUID {
  /// The identity of a file with this name and content, of version 8 (RFC 9562): the start of a hash.
  init(named name: String, checksum: [UInt8]) {
    var hash = SHA256.hash(checksum + Array(name.utf8))
    hash[6] = hash[6] & 0x0f | 0x80
    hash[8] = hash[8] & 0x3f | 0x80
    self = hash.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }
}
