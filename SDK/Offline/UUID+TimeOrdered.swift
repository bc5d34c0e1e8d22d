import Synchronization

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension UUID {
  /// A new identity for an entity, of version 7 (RFC 9562): the time in its first 60 bits, random after that.
  ///
  /// What is made one after the other stands side by side in the indexes of replica and hub, where the identities of
  /// `UUID()` are strewn over all of them: a long queue drains faster, and files grow less when they are written. It
  /// tells whoever sees it when it was made, to a quarter of a microsecond; where that is not to be known, take `UUID()`.
  public static func timeOrdered() -> UUID { TimeOrder.ofProcess.next(at: Date().timeIntervalSince1970) }
}

/// Makes identities that ascend, also when many are made at once or the clock is set back a little.
struct TimeOrder: ~Copyable {
  static let ofProcess = TimeOrder()

  /// In how many parts a millisecond is told.
  private static let parts = 4_096.0
  /// How far identities go on ahead of a clock that was set back: a minute.
  private static let lead: UInt64 = 60_000 * 4_096
  private static let end: UInt64 = 1 << 60

  /// The time of the newest.
  private let newest = Atomic<UInt64>(0)

  /// The next at a time in seconds since 1970.
  func next(at seconds: Double) -> UUID {
    // A clock before 1970, or one after the year 10000, tells nothing.
    let now = UInt64(exactly: (seconds * 1_000 * Self.parts).rounded(.down)).map { $0 % Self.end } ?? 0
    var last = newest.load(ordering: .relaxed)
    while true {
      let isAhead = last >= now && last - now < Self.lead
      let time = isAhead ? last + 1 : now
      let (done, found) = newest.weakCompareExchange(expected: last, desired: time, ordering: .relaxed)
      if done { return identity(time) }
      last = found
    }
  }

  private func identity(_ time: UInt64) -> UUID {
    let milliseconds = (time >> 12) << 16
    let high = milliseconds | 0x7000 | time & 0xfff
    let low = UInt64.random(in: 0...(.max)) & (.max >> 2) | 1 << 63
    let byte = { (word: UInt64, place: Int) in UInt8(truncatingIfNeeded: word >> (56 - place * 8)) }
    return UUID(
      uuid: (
        byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5), byte(high, 6),
        byte(high, 7), byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4), byte(low, 5),
        byte(low, 6), byte(low, 7)
      ))
  }
}
