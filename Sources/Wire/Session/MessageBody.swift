/// The bytes of a message that has arrived whole.
public enum MessageBody {
  /// In the receive buffer; valid until the next frame is looked at.
  case view(UnsafeRawBufferPointer)
  /// Put together from pieces; the message begins at `from`.
  case assembled([UInt8], from: Int)

  public var count: Int {
    switch self {
    case .view(let bytes): bytes.count
    case .assembled(let bytes, let start): bytes.count - start
    }
  }

  /// What an item has cost its sender in credit and its taker is to give back by `consumed`.
  public var credit: Int { count + Limits.itemFrameCredit }

  /// Calls `body` with the bytes, which are valid during the call only.
  @inlinable
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .view(let bytes): return try body(bytes)
    case .assembled(let bytes, let start):
      return try bytes.withUnsafeBytes { whole in
        Swift.Result { () throws(Failure) in try body(UnsafeRawBufferPointer(rebasing: whole[start...])) }
      }.get()
    }
  }

  /// What `read` finds at the start of the body, and the message after it.
  func split<Head>(
    _ read: (UnsafeRawBufferPointer) throws(SessionError) -> (head: Head, message: UnsafeRawBufferPointer)
  ) throws(SessionError) -> (head: Head, message: MessageBody) {
    switch self {
    case .view(let bytes):
      let (head, message) = try read(bytes)
      return (head, .view(message))
    case .assembled(let bytes, _):
      let (head, size) = try withBytes { whole throws(SessionError) in
        let (head, message) = try read(whole)
        return (head, message.count)
      }
      return (head, .assembled(bytes, from: bytes.count - size))
    }
  }

  /// The message, decoded.
  @inlinable
  public func decode<M: Message>(
    as type: M.Type, limits: DecodingLimits = .standard
  ) throws(MessageDecodingError) -> M {
    switch self {
    case .view(let bytes): return try M(decoding: bytes, limits: limits)
    case .assembled:
      return try withBytes { bytes throws(MessageDecodingError) in try M(decoding: bytes, limits: limits) }
    }
  }
}
