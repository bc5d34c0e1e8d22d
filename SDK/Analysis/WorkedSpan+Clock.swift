import HoldfastContract
import HoldfastWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension WorkedSpan {
  /// What the machine's clock shows. It may be wrong and may jump.
  static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
  }

  /// A span that has just ended.
  init(_ trace: TraceContext, since began: Timestamp) {
    self.init(span: trace.span, began: began, ended: max(began, Self.now()))
  }
}
