/// What one side of a connection accepts from the other.
public struct SessionBounds: Hashable, Sendable {
  /// Calls open at once.
  public var streams: Int
  /// Bytes of one message.
  public var messageBytes: Int
  /// Bytes of items under way on one stream.
  public var streamCredit: Int
  /// Bytes of items under way on all streams.
  public var connectionCredit: Int

  public init(streams: Int, messageBytes: Int, streamCredit: Int, connectionCredit: Int) {
    self.streams = streams
    self.messageBytes = messageBytes
    self.streamCredit = streamCredit
    self.connectionCredit = connectionCredit
  }

  /// What every side accepts, so that a client may call before it has seen the welcome.
  public static let minimum = SessionBounds(
    streams: Limits.minimumStreams, messageBytes: Limits.minimumMessageBytes,
    streamCredit: Limits.minimumStreamCredit, connectionCredit: Limits.minimumConnectionCredit)

  /// What a side accepts unless it is told otherwise.
  public static let standard = SessionBounds(
    streams: Limits.streams, messageBytes: Limits.messageBytes, streamCredit: Limits.streamCredit,
    connectionCredit: Limits.connectionCredit)

  /// What the peer says that it accepts.
  init(_ limits: SessionLimits) {
    self.init(
      streams: Int(limits.streams), messageBytes: Int(limits.messageBytes), streamCredit: Int(limits.streamCredit),
      connectionCredit: Int(limits.connectionCredit))
    self = inRange
  }

  /// The nearest bounds that a session can keep: not below the minimum, not above what credit may grow to. Both sides
  /// read a peer's limits so, and so agree.
  var inRange: SessionBounds {
    SessionBounds(
      streams: min(max(streams, Limits.minimumStreams), Int(StreamID.last.rawValue)),
      messageBytes: min(max(messageBytes, Limits.minimumMessageBytes), Limits.largestCredit),
      streamCredit: min(max(streamCredit, Limits.minimumStreamCredit), Limits.largestCredit),
      connectionCredit: min(max(connectionCredit, Limits.minimumConnectionCredit), Limits.largestCredit))
  }

  /// How much credit a reader of items may keep back before it tells `consumed`: so little that what all streams keep
  /// back together never holds up the connection.
  public var creditPortion: Int {
    let bounds = inRange
    return max(1, min(bounds.streamCredit / 4, bounds.connectionCredit / (4 * bounds.streams)))
  }

  /// These bounds as they travel.
  var limits: SessionLimits {
    SessionLimits(
      streams: UInt32(clamping: streams), messageBytes: UInt32(clamping: messageBytes),
      streamCredit: UInt32(clamping: streamCredit), connectionCredit: UInt32(clamping: connectionCredit))
  }
}
