/// What a frame means to a client.
public enum ClientEvent {
  case none
  /// The server's limits hold from now on: calls and items that had to wait may be tried again.
  case welcome(Welcome)
  /// The server's answer to a new credential.
  case authenticated(Authenticate)
  case item(StreamID, MessageBody)
  /// The call has ended. The body holds the message, or the failure when the status is not ok.
  case reply(StreamID, ReplyHead, MessageBody)
  /// Items may be sent again: on one stream, or (`.connection`) on any.
  case credit(StreamID)
  /// The server stops. Calls above `lastStream` are not processed; they have been forgotten here too.
  case drain(Drain)
  /// The server closes the connection.
  case goodbye(Goodbye)
}

/// What became of a call that was to be opened.
public enum OpenOutcome: Equatable, Sendable {
  case opened(StreamID)
  /// As many calls are open as the server takes, or the request is too large for a server that has not yet said how
  /// much it takes; try again after the next reply, or after the welcome.
  case full
  case tooLarge(limit: Int)
  /// This connection takes no more calls; use another.
  case closing
}
