/// Finds whole frames in received bytes.
public enum FrameScanner {
  /// The frame that starts at `offset`, which then stands behind it; nil until all of it is there. The body is valid
  /// as long as `bytes` is.
  public static func next(
    in bytes: UnsafeRawBufferPointer, at offset: inout Int
  ) throws(SessionError) -> (header: FrameHeader, body: UnsafeRawBufferPointer)? {
    let available = bytes.count - offset
    guard available >= FrameHeader.size else { return nil }
    let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let header = FrameHeader(word: word)
    guard header.length <= Limits.frameBodyBytes else {
      throw SessionError(
        .frameTooLarge, "a frame of \(header.length) bytes; a body holds at most \(Limits.frameBodyBytes)")
    }
    guard available >= FrameHeader.size + header.length else { return nil }
    let start = offset + FrameHeader.size
    offset = start + header.length
    return (header, UnsafeRawBufferPointer(rebasing: bytes[start..<offset]))
  }
}
