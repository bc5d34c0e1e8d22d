/// A call's number on its connection. The client counts up from 1; 0 stands for the connection.
public struct StreamID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let connection = StreamID(rawValue: 0)
  /// The largest number that a client may give to a call.
  public static let last = StreamID(rawValue: 0x7FFF_FFFF)

  /// The one after this.
  public var next: StreamID { StreamID(rawValue: rawValue &+ 1) }
  public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
  public var description: String { String(rawValue) }
}
