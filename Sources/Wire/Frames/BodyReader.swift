/// Reads what stands before the message in a frame's body.
struct BodyReader: ~Copyable {
  private var reader: MessageReader
  private let type: FrameType

  init(_ body: UnsafeRawBufferPointer, of type: FrameType) throws(SessionError) {
    guard let start = body.baseAddress, !body.isEmpty else {
      throw SessionError(.violation, "\(type) has no body")
    }
    reader = MessageReader(start: start, count: body.count, limits: .standard)
    self.type = type
  }

  mutating func number() throws(SessionError) -> UInt64 {
    do { return try reader.varint() } catch { throw failure(error) }
  }

  /// Nil when there is none.
  mutating func metadata() throws(SessionError) -> Metadata? {
    do {
      let bytes = try reader.bytes()
      guard !bytes.isEmpty else { return nil }
      guard bytes.count <= Limits.metadataBytes else {
        throw SessionError(.violation, "\(bytes.count) bytes of metadata; at most \(Limits.metadataBytes)")
      }
      return try Metadata(decoding: bytes)
    } catch let error as MessageDecodingError {
      throw failure(error)
    } catch let error as SessionError {
      throw error
    } catch {
      throw SessionError(.internal, "\(error)")
    }
  }

  /// Makes sure that nothing follows.
  func finish() throws(SessionError) {
    guard reader.position == reader.end else {
      throw SessionError(.violation, "\(type) goes on after its end")
    }
  }

  /// What follows; valid as long as the body is.
  var rest: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: reader.position, count: reader.end - reader.position)
  }

  private func failure(_ error: MessageDecodingError) -> SessionError {
    SessionError(.violation, "the start of \(type) cannot be read: \(error)")
  }
}
