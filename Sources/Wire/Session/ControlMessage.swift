/// Frames whose body is one small message about the connection.
enum ControlMessage {
  static func read<M: Message>(_ header: FrameHeader, _ body: UnsafeRawBufferPointer) throws(SessionError) -> M {
    guard !header.hasMore, header.stream == .connection else {
      throw SessionError(.violation, "\(header.type) on stream \(header.stream), or in pieces")
    }
    do {
      return try M(decoding: body)
    } catch {
      throw SessionError(.violation, "\(header.type) cannot be read: \(error)")
    }
  }
}

extension String {
  /// The text, or as much of its beginning as fits in about `bytes` bytes, so that it fits in a frame.
  func shortened(to bytes: Int = Limits.textBytes) -> String {
    utf8.count <= bytes ? self : String(decoding: utf8.prefix(bytes), as: UTF8.self)
  }
}
