extension FrameHeader {
  /// Makes sure that a frame that is never in pieces is whole, has the size that its type has, and is where it belongs.
  func check(bytes: Int?, onConnection: Bool?) throws(SessionError) {
    guard !hasMore else { throw SessionError(.violation, "\(type) in pieces") }
    if let bytes, length != bytes { throw SessionError(.violation, "\(type) of \(length) bytes; it has \(bytes)") }
    if let onConnection, (stream == .connection) != onConnection {
      throw SessionError(.violation, "\(type) on stream \(stream)")
    }
  }

  /// The number in a PING or a PONG.
  func probe(in body: UnsafeRawBufferPointer) throws(SessionError) -> UInt64 {
    try check(bytes: 8, onConnection: true)
    return UInt64(littleEndian: body.loadUnaligned(as: UInt64.self))
  }

  /// The bytes that a CREDIT grants.
  func credit(in body: UnsafeRawBufferPointer) throws(SessionError) -> UInt64 {
    try check(bytes: nil, onConnection: nil)
    var reader = try BodyReader(body, of: type)
    let credit = try reader.number()
    try reader.finish()
    return credit
  }
}
