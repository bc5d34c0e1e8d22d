/// What a frame means to a server.
public enum ServerEvent {
  /// Nothing to do beyond sending what the outbox holds.
  case none
  /// Judge this, then call `welcome` or `end`. Until then no frame is fed.
  case hello(Hello)
  /// Judge the new credential, then call `authenticated`.
  case authenticate(Authenticate)
  case call(StreamID, CallHead, MessageBody)
  case item(StreamID, MessageBody)
  /// The client sends no more items.
  case halfClosed(StreamID)
  /// The client no longer wants the reply; the call still ends with one.
  case cancelled(StreamID)
  /// Items may be sent again: on one stream, or (`.connection`) on any.
  case credit(StreamID)
  /// The client closes the connection.
  case goodbye(Goodbye)
}

/// What became of an item that was to be sent.
public enum ItemOutcome: Equatable, Sendable {
  case sent
  /// Try again after the next credit, or when `takeRetryNotice` says so.
  case noCredit
  /// The peer does not take messages of this size.
  case tooLarge(limit: Int)
  /// The stream has ended.
  case closed
}
