/// A call that a network has carried, or not. Times are on the network's clock, since it was made.
public struct NetworkEvent: Hashable, Sendable {
  /// The name that was given to its transport.
  public let device: String
  /// Which call it was.
  public let call: NetworkCall
  /// How many calls of its kind the device has made, with this.
  public let number: UInt64
  /// What befell it. Ranges are what was drawn; delays are those of request and reply together.
  public let faults: [Fault]
  /// When it was made.
  public let sent: Duration
  /// When it reached the hub: never, once, or more often.
  public internal(set) var arrived: [Duration] = []
  /// When its caller had the reply, or knew that there is none; nil while it waits.
  public internal(set) var ended: Duration?
  /// What its caller was told in place of a reply.
  public internal(set) var failure: String?
}
