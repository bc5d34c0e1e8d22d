/// `timestamp`: the message `google.protobuf.Timestamp`.
public enum TimestampCoding: FieldCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  /// 1970-01-01T00:00:00Z.
  public static var zero: Timestamp { Timestamp(seconds: 0) }

  public static func isZero(_ value: Timestamp) -> Bool {
    SecondsAndNanoseconds(value).isZero
  }

  public static func payloadSize(_ value: Timestamp) -> Int {
    SecondsAndNanoseconds(value).payloadSize
  }

  public static func writePayload(_ value: Timestamp, into writer: inout MessageWriter) {
    SecondsAndNanoseconds(value).write(into: &writer)
  }

  public static func read(_ value: inout Timestamp, from reader: inout MessageReader) throws(MessageDecodingError) {
    var parts = SecondsAndNanoseconds(value)
    try parts.merge(from: &reader)
    guard Timestamp.secondsRange ~= parts.seconds, 0..<1_000_000_000 ~= parts.nanoseconds else {
      throw reader.failure(.malformed, "a timestamp outside the years 1 to 9999 or with nanoseconds beyond a second")
    }
    value = Timestamp(seconds: parts.seconds, nanoseconds: parts.nanoseconds)
  }
}

/// `duration`: the message `google.protobuf.Duration`. What is finer than a nanosecond is cut off, and what is longer
/// than 10,000 years (315,576,000,000.999999999 seconds) is written as that.
public enum DurationCoding: FieldCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  public static var zero: Duration { .zero }

  public static func isZero(_ value: Duration) -> Bool {
    SecondsAndNanoseconds(value).isZero
  }

  public static func payloadSize(_ value: Duration) -> Int {
    SecondsAndNanoseconds(value).payloadSize
  }

  public static func writePayload(_ value: Duration, into writer: inout MessageWriter) {
    SecondsAndNanoseconds(value).write(into: &writer)
  }

  public static func read(_ value: inout Duration, from reader: inout MessageReader) throws(MessageDecodingError) {
    var parts = SecondsAndNanoseconds(value)
    try parts.merge(from: &reader)
    guard SecondsAndNanoseconds.durationRange ~= parts.seconds, -999_999_999...999_999_999 ~= parts.nanoseconds else {
      throw reader.failure(.malformed, "a duration beyond 10,000 years or with nanoseconds beyond a second")
    }
    value = .seconds(parts.seconds) + .nanoseconds(Int64(parts.nanoseconds))
  }
}

/// What protobuf's timestamp and duration have in common: `int64 seconds = 1` and `int32 nanos = 2`.
struct SecondsAndNanoseconds {
  /// Whole seconds of 10,000 years, as `google.protobuf.Duration` allows.
  static let durationRange: ClosedRange<Int64> = -315_576_000_000...315_576_000_000

  var seconds: Int64
  var nanoseconds: Int32

  init(_ timestamp: Timestamp) {
    seconds = timestamp.seconds
    nanoseconds = timestamp.nanoseconds
  }

  init(_ duration: Duration) {
    // Compared first, since the components of the longest durations do not fit their type.
    let longest = Duration.seconds(Self.durationRange.upperBound) + .nanoseconds(999_999_999)
    let parts = min(max(duration, .zero - longest), longest).components
    seconds = parts.seconds
    nanoseconds = Int32(truncatingIfNeeded: parts.attoseconds / 1_000_000_000)
  }

  var isZero: Bool { seconds == 0 && nanoseconds == 0 }

  var payloadSize: Int {
    // At most 22 bytes, so the length takes one.
    1 + Int64Coding.size(seconds, field: 1) + Int32Coding.size(nanoseconds, field: 2)
  }

  func write(into writer: inout MessageWriter) {
    let end = writer.position
    Int32Coding.write(nanoseconds, field: 2, into: &writer)
    Int64Coding.write(seconds, field: 1, into: &writer)
    writer.writeLength(since: end)
  }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    let outer = try reader.enter()
    loop: while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: break loop
      case 8: try Int64Coding.read(&seconds, from: &reader)
      case 16: try Int32Coding.read(&nanoseconds, from: &reader)
      default: try reader.skip(tag)
      }
    }
    reader.leave(to: outer)
  }
}
