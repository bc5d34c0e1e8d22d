/// What a CALL says beside its message.
public struct CallHead: Hashable, Sendable {
  static let itemsFollow: UInt64 = 1

  public var method: MethodID
  /// Whether the client goes on with items, until its END.
  public var hasItems: Bool
  /// Milliseconds for which the client will wait; 0 for no end.
  private(set) var timeoutOnWire: UInt64
  /// Nil when there is none, as with most calls: to hand that on costs nothing.
  public var metadata: Metadata?

  public init(method: MethodID, hasItems: Bool = false, timeout: Duration? = nil, metadata: Metadata? = nil) {
    self.method = method
    self.hasItems = hasItems
    timeoutOnWire = Self.milliseconds(timeout)
    self.metadata = metadata
  }

  /// How long the client will wait, in whole milliseconds; nil for no end. What is set is rounded up.
  public var timeout: Duration? {
    get { timeoutOnWire == 0 ? nil : .milliseconds(timeoutOnWire) }
    set { timeoutOnWire = Self.milliseconds(newValue) }
  }

  /// The client waits until `deadline`, and it is `now`: sets what is left, at least a millisecond.
  public mutating func setTimeout(until deadline: MonotonicTime, at now: MonotonicTime) {
    let left = deadline > now ? deadline.nanoseconds - now.nanoseconds : 0
    timeoutOnWire = min(max((left / 1_000_000) + (left % 1_000_000 == 0 ? 0 : 1), 1), Limits.longestTimeout)
  }

  /// When the client stops waiting, if it begins to wait at `start`; nil when it waits for ever.
  public func deadline(from start: MonotonicTime) -> MonotonicTime? {
    guard timeoutOnWire > 0 else { return nil }
    let (end, overflow) = start.nanoseconds.addingReportingOverflow(timeoutOnWire * 1_000_000)
    return overflow ? .distantFuture : MonotonicTime(nanoseconds: end)
  }

  /// Milliseconds, rounded up; 0 stands for no end.
  private static func milliseconds(_ timeout: Duration?) -> UInt64 {
    guard let timeout else { return 0 }
    let (seconds, attoseconds) = timeout.components
    guard seconds >= 0, attoseconds >= 0 else { return 1 }
    guard UInt64(seconds) < Limits.longestTimeout / 1000 else { return Limits.longestTimeout }
    let milliseconds = UInt64(attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return max(UInt64(seconds) * 1000 + milliseconds, 1)
  }

  /// The head at the start of a CALL's body, and the message after it.
  static func read(
    _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> (head: CallHead, message: UnsafeRawBufferPointer) {
    var reader = try BodyReader(body, of: .call)
    let method = MethodID(rawValue: try reader.number())
    let flags = try reader.number()
    let milliseconds = min(try reader.number(), Limits.longestTimeout)
    let metadata = try reader.metadata()
    var head = CallHead(method: method, hasItems: flags & itemsFollow != 0, metadata: metadata)
    head.timeoutOnWire = milliseconds
    return (head, reader.rest)
  }
}
