/// Every bound of this module, with its unit in its name or beside it.
///
/// A peer can make us hold at most what these numbers allow.
public enum Limits {
  // MARK: Messages

  /// How many messages may stand inside one another, the outermost and the entries of maps included.
  public static let messageDepth = 64

  /// The longest message that is decoded, in bytes.
  public static let messageBytes = 4 << 20

  /// How many elements the lists, sets and maps of one message hold together, those of messages inside it included.
  public static let messageElements = 1 << 20

  /// What those elements may take in memory, in bytes, without what each one points to.
  ///
  /// An empty element takes two bytes on the wire and may be a large structure here; this bound keeps the ratio of
  /// memory to input small.
  public static let messageElementMemory = 64 << 20

  /// The longest varint: ten groups of seven bits hold 64 bits.
  static let varintBytes = 10

  /// The longest varint of a tag: five groups of seven bits hold 32 bits.
  static let tagBytes = 5

  // MARK: Frames

  /// Bytes of a frame's body; longer messages travel in pieces.
  public static let frameBodyBytes = 16 << 10

  /// Bytes that a frame's body may hold before the message.
  static let headBytes = metadataBytes + 64

  /// Bytes of the metadata of a call or a reply.
  static let metadataBytes = 8 << 10

  /// Bytes of pieces that are made ready for the socket at once; the rest wait their turn.
  public static let readyBytes = 64 << 10

  /// Bytes that an output buffer takes from the system at first.
  static let outputBufferBytes = 4 << 10

  // MARK: Sessions

  /// The minor version of the protocol that this module speaks.
  public static let minorVersion: UInt32 = 0

  /// Calls that may be open at once on a connection, unless its server says otherwise.
  public static let streams = 100

  /// Bytes of items that may be under way on one stream.
  public static let streamCredit = 256 << 10

  /// Bytes of items that may be under way on all streams of a connection.
  public static let connectionCredit = 4 << 20

  /// What every side accepts, so that a client may call before it has seen the welcome.
  public static let minimumStreams = 32
  public static let minimumMessageBytes = 64 << 10
  public static let minimumStreamCredit = 64 << 10
  public static let minimumConnectionCredit = 256 << 10

  /// Credit that one side may hold at most, in bytes.
  static let largestCredit = 1 << 30

  /// Messages of one direction that may have gone beyond their first piece and not ended; the others wait their turn.
  /// A receiver so keeps at most this many whole messages, and one piece for each further stream.
  static let unfinishedMessages = 8

  /// What each ITEM frame costs in credit beside the bytes of its body, so that empty items are not free.
  static let itemFrameCredit = 64

  /// Bytes that may wait to be sent before no further item is taken, whatever the peer's credit is.
  static let waitingItemBytes = 512 << 10

  /// Slots that an empty table of streams keeps: room for the standard number of calls.
  @usableFromInline static let restingSlots = 256

  /// Bytes of a token.
  static let tokenBytes = 8 << 10

  /// Bytes of an agent's name, and of the reason that a FAIL, a DRAIN or an AUTH gives.
  static let textBytes = 1 << 10

  /// The longest time that a CALL can leave, in milliseconds: about a hundred years.
  static let longestTimeout: UInt64 = 100 * 365 * 86_400_000

  /// The last stream that a client opens before it goes on with another connection.
  static let lastFreshStream = StreamID(rawValue: StreamID.last.rawValue - 1)
}
