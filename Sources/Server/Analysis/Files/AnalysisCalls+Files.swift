internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastWire

/// Files that are to be analysed.
extension AnalysisCalls {
  nonisolated(nonsending) func upload(
    _ requests: RequestStream<FilePiece>, context: CallContext
  ) async throws -> FileStatus {
    var pieces = requests.makeAsyncIterator()
    guard let first = try await pieces.next(), let head = first.head else {
      throw CallError<Never>(.invalidArgument, "the first piece of an upload carries its head")
    }
    // Refused before any of the content is taken.
    let caller = try admit(context, .write, to: head.space)
    try check(head)
    return try await spanning("upload", context) { span in
      span.note("file", .text("\(head.file)"))
      span.note("offset", .integer(Int(clamping: head.offset)))
      let status = try await take(head, first.content, &pieces, by: caller)
      span.note("received", .integer(Int(clamping: status.received)))
      span.note("ready", .flag(status.state == .ready))
      return status
    }
  }

  private nonisolated(nonsending) func take(
    _ head: UploadHead, _ first: [UInt8], _ pieces: inout RequestStream<FilePiece>.AsyncIterator, by caller: String
  ) async throws -> FileStatus {
    var upload = try await FileUpload.begin(head, at: files, by: caller)
    if upload.isReady { return upload.record.status(in: head.space) }
    do {
      try await upload.take(first)
      while !upload.isReady, let piece = try await pieces.next() { try await upload.take(piece.content) }
    } catch {
      // The connection is lost or the call cancelled: what has come is kept, so that a client which loses its connection
      // again and again gets on all the same. The client learns from `received` whether that went well.
      if !(error is any DeclaredError) { try? await upload.keep() }
      throw error
    }
    try await upload.keep()
    return upload.record.status(in: head.space)
  }

  nonisolated(nonsending) func file(_ request: FileRequest, context: CallContext) async throws -> FileStatus {
    try admit(context, .read, to: request.space)
    return try await files.find(request.file, in: request.space).status(in: request.space)
  }

  nonisolated(nonsending) func listFiles(
    _ request: ListFilesRequest, context: CallContext
  ) async throws -> ListFilesReply {
    try admit(context, .read, to: request.space)
    let limit = request.limit == 0 ? Limits.listDefault : min(Int(request.limit), Limits.listedFiles)
    let page = try await files.list(in: request.space, after: request.after, limit: limit)
    return ListFilesReply(files: page.files.map { $0.status(in: request.space) }, more: page.hasMore)
  }

  nonisolated(nonsending) func removeFile(
    _ request: FileRequest, context: CallContext
  ) async throws -> RemoveFileReply {
    let caller = try admit(context, .write, to: request.space)
    guard let removed = try await files.remove(request.file, in: request.space, by: caller) else {
      return RemoveFileReply(existed: false)
    }
    profiles.forget(checksum: removed.record.checksum)
    runs.forget(removed)
    return RemoveFileReply(existed: true)
  }

  private func check(_ head: UploadHead) throws {
    guard head.file != UUIDCoding.zero else {
      throw CallError<Never>(.invalidArgument, "an upload has an identity, which its client makes")
    }
    guard !head.name.isEmpty else { throw CallError<Never>(.invalidArgument, "a file's name has at least one byte") }
    guard head.name.utf8.count <= Limits.fileNameBytes else {
      throw TooLarge(what: "name", limit: UInt64(Limits.fileNameBytes), size: UInt64(head.name.utf8.count))
    }
    guard head.checksum.count == SHA256.size else {
      throw CallError<Never>(.invalidArgument, "an upload tells the SHA-256 of its content: \(SHA256.size) bytes")
    }
    let limit = min(files.settings.fileBytes, Limits.fileBytes)
    guard head.size <= UInt64(clamping: limit) else {
      throw TooLarge(what: "file", limit: UInt64(clamping: limit), size: head.size)
    }
  }
}
