/// What a REPLY says beside its message.
public struct ReplyHead: Hashable, Sendable {
  public var status: Status
  /// Nil when there is none.
  public var metadata: Metadata?

  public init(status: Status, metadata: Metadata? = nil) {
    self.status = status
    self.metadata = metadata
  }

  /// The head at the start of a REPLY's body, and the message or failure after it.
  static func read(
    _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> (head: ReplyHead, message: UnsafeRawBufferPointer) {
    var reader = try BodyReader(body, of: .reply)
    let status = Status(rawValue: UInt32(clamping: try reader.number()))
    return (ReplyHead(status: status, metadata: try reader.metadata()), reader.rest)
  }
}
