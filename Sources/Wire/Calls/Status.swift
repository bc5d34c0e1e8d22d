/// How a call ended. The codes are those that gRPC made canonical, so that tools and people know them already.
public struct Status: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let ok = Status(rawValue: 0)
  public static let cancelled = Status(rawValue: 1)
  public static let unknown = Status(rawValue: 2)
  public static let invalidArgument = Status(rawValue: 3)
  public static let deadlineExceeded = Status(rawValue: 4)
  public static let notFound = Status(rawValue: 5)
  public static let alreadyExists = Status(rawValue: 6)
  public static let permissionDenied = Status(rawValue: 7)
  public static let resourceExhausted = Status(rawValue: 8)
  public static let failedPrecondition = Status(rawValue: 9)
  public static let aborted = Status(rawValue: 10)
  public static let outOfRange = Status(rawValue: 11)
  public static let unimplemented = Status(rawValue: 12)
  public static let `internal` = Status(rawValue: 13)
  public static let unavailable = Status(rawValue: 14)
  public static let dataLoss = Status(rawValue: 15)
  public static let unauthenticated = Status(rawValue: 16)

  private static let names = [
    "ok", "cancelled", "unknown", "invalid argument", "deadline exceeded", "not found", "already exists",
    "permission denied", "resource exhausted", "failed precondition", "aborted", "out of range", "unimplemented",
    "internal", "unavailable", "data loss", "unauthenticated",
  ]

  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "status \(rawValue)"
  }
}
