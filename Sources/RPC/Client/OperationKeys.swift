import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Makes the identities of a client's mutations: sixteen bytes that no other client has.
///
/// Six bytes of time, five random ones, both taken when the client begins, then a count. Those of one client, and of
/// clients that began at about the same time, are neighbours in the order of bytes, so that a server's index of
/// them grows at its end; scattered keys make it write a page for each.
final class OperationKeys: Sendable {
  private let beginning: [UInt8]
  private let count = Atomic<UInt64>(0)

  init() {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let milliseconds = UInt64(clamping: time.tv_sec) &* 1_000 &+ UInt64(clamping: time.tv_nsec / 1_000_000)
    beginning = Self.bytes(of: milliseconds, last: 6) + Self.bytes(of: .random(in: 0 ... .max), last: 5)
  }

  func next() -> [UInt8] {
    beginning + Self.bytes(of: count.wrappingAdd(1, ordering: .relaxed).newValue, last: 5)
  }

  private static func bytes(of number: UInt64, last count: Int) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { [UInt8]($0.suffix(count)) }
  }
}
