/// What a frame is. Types that a side does not know are skipped.
public struct FrameType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let hello = FrameType(rawValue: 1)
  public static let welcome = FrameType(rawValue: 2)
  public static let call = FrameType(rawValue: 3)
  public static let reply = FrameType(rawValue: 4)
  public static let item = FrameType(rawValue: 5)
  public static let end = FrameType(rawValue: 6)
  public static let credit = FrameType(rawValue: 7)
  public static let cancel = FrameType(rawValue: 8)
  public static let ping = FrameType(rawValue: 9)
  public static let pong = FrameType(rawValue: 10)
  public static let authenticate = FrameType(rawValue: 11)
  public static let drain = FrameType(rawValue: 12)
  public static let fail = FrameType(rawValue: 13)

  /// Types 0x70 to 0x7F are never given a meaning; sides send one now and then so that skipping stays practised.
  public static let reserved = FrameType(rawValue: 0x70)

  private static let names = [
    "frame 0", "HELLO", "WELCOME", "CALL", "REPLY", "ITEM", "END", "CREDIT", "CANCEL", "PING", "PONG", "AUTH",
    "DRAIN", "FAIL",
  ]

  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "frame \(rawValue)"
  }
}
