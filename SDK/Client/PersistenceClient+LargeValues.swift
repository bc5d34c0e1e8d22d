public import HoldfastContract
public import HoldfastRPC
import HoldfastWire

extension PersistenceClient {
  /// Bytes of content that go in one piece of a larger value.
  static let pieceBytes = 64 << 10

  /// Stores a value of any size that the hub takes: in one message, or in pieces when one would not hold it.
  ///
  /// Returns when the value is durable. A value in pieces is visible all at once, when its last piece has arrived.
  ///
  /// - Parameter progress: told after each piece how many bytes of how many have been sent; never for one message.
  public nonisolated(nonsending) func store(
    _ request: PutRequest, options: CallOptions = .default, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(CallError<PersistenceMethods.PutFailure>) -> PutReply {
    let limit = Int(client.welcome?.limits.messageBytes ?? 0)
    guard request.encodedSize > max(limit, Self.pieceBytes) else { return try await put(request, options: options) }
    var head = request
    let content = head.content
    head.content = []
    do {
      let upload = self.upload(options: options)
      try await upload.send(Piece(put: head))
      for start in stride(from: 0, to: content.count, by: Self.pieceBytes) {
        let end = min(start + Self.pieceBytes, content.count)
        try await upload.send(Piece(content: Array(content[start..<end])))
        progress(end, content.count)
      }
      return try await upload.finish()
    } catch {
      throw CallError(error) { failure in PersistenceMethods.PutFailure(failure) }
    }
  }

  /// Reads a value of any size; nil when there is none.
  ///
  /// - Parameter progress: told after each piece how many bytes of how many have come; never for one message.
  public nonisolated(nonsending) func load(
    _ request: GetRequest, options: CallOptions = .default, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(CallError<PersistenceMethods.GetFailure>) -> Value? {
    do {
      return try await get(request, options: options).value
    } catch {
      guard case .tooLarge = error.declared else { throw error }
    }
    var value: Value?
    var total = 0
    do {
      for try await piece in download(request, options: options) {
        if let first = piece.value {
          value = first
          total = Int(clamping: piece.size)
          value?.content.reserveCapacity(min(total, 1 << 30))
        }
        value?.content += piece.content
        progress(value?.content.count ?? 0, total)
      }
    } catch {
      if case .notFound = error.declared { return nil }
      throw CallError(error) { failure in PersistenceMethods.GetFailure(failure) }
    }
    return value
  }
}

extension PersistenceMethods.PutFailure {
  fileprivate init?(_ failure: PersistenceMethods.UploadFailure) {
    switch failure {
    case .conflict(let error): self = .conflict(error)
    case .quotaExceeded(let error): self = .quotaExceeded(error)
    case .tooLarge(let error): self = .tooLarge(error)
    case .forbidden(let error): self = .forbidden(error)
    case .operationMismatch(let error): self = .operationMismatch(error)
    }
  }
}

extension PersistenceMethods.GetFailure {
  fileprivate init?(_ failure: PersistenceMethods.DownloadFailure) {
    switch failure {
    case .forbidden(let error): self = .forbidden(error)
    case .notFound: return nil
    }
  }
}
