import HoldfastWire

/// A call of this client, from the moment it is given to a connection to its end. Touched on the connection's loop only.
///
/// Knows no message types: requests come encoded and replies leave as bytes, so that both are turned into messages
/// where the types are known, on the caller's thread, and the loop runs no generic code.
@usableFromInline
class ClientCall: @unchecked Sendable {  // see above
  /// What the CALL says; its timeout is what is left when it is sent.
  final private(set) var head: CallHead
  /// The encoded request; nil when requests follow as items.
  final let request: [UInt8]?
  final let deadline: MonotonicTime?
  /// Set while the call is open on its connection.
  final var stream: StreamID?

  init(_ head: CallHead, request: [UInt8]?, deadline: MonotonicTime?) {
    self.head = head
    self.request = request
    self.deadline = deadline
  }

  final func open(_ session: inout ClientSession, at now: MonotonicTime) -> OpenOutcome {
    if let deadline { head.setTimeout(until: deadline, at: now) }
    guard let request else { return session.open(head) }
    return session.open(head, encoded: request)
  }

  func opened() {}
  /// A moment has passed, and the call is not over. Whether it wants to hear of the next one.
  func growOlder() -> Bool { false }
  /// Takes an item of the reply stream. Whether somebody waits for it, who is to be told by `wake` when all that has
  /// arrived together is here.
  func receive(_ body: MessageBody) -> Bool { false }
  func wake() {}
  /// Items may be sent again.
  func credit() {}
  /// The call has ended well; the body is the reply's message.
  func succeed(_ head: ReplyHead, _ body: MessageBody) {}
  func fail(_ failure: CallFailure) {}
}
