public import HoldfastContract

/// A clock for "the later change prevails": it shows about the time, never runs backwards, and after it has heard of a
/// reading its own next one is later.
///
/// A device's own time may be wrong by years. Once the hub has told its time, that counts; until then what the device
/// believes is the best there is, and the hub takes readings from the future back when it judges them.
package struct HybridClock: Sendable, Hashable {
  /// The last reading that was given out or heard of.
  package private(set) var last: ClockReading

  /// How far the hub's time is ahead of the device's, in microseconds.
  package private(set) var offset: Int64

  /// A clock that goes on where it had come to.
  package init(last: ClockReading = ClockReading(), offset: Int64 = 0) {
    self.last = last
    self.offset = offset
  }

  /// A reading that is later than all before. `time` is the device's own, in microseconds since 1970.
  package mutating func tick(at time: Int64) -> ClockReading {
    last = max(last.next, ClockReading(time: time.addingSaturated(offset)))
    return last
  }

  /// Hears of a reading that the hub has sent, at the device's own time `time`.
  ///
  /// The hub's word is taken: a device that is ahead goes back to it, one that is behind goes on from it.
  package mutating func hear(_ hub: ClockReading, at time: Int64) {
    offset = hub.time.subtractingSaturated(time)
    let limit = ClockReading(time: hub.time.addingSaturated(Limits.clockAhead))
    last = max(min(last, limit), hub)
  }
}

extension ClockReading: Comparable {
  /// By time, then by counter.
  public static func < (left: ClockReading, right: ClockReading) -> Bool {
    left.time == right.time ? left.counter < right.counter : left.time < right.time
  }
}

extension ClockReading {
  /// The one that follows at once.
  package var next: ClockReading {
    counter < .max
      ? ClockReading(time: time, counter: counter + 1) : ClockReading(time: time.addingSaturated(1))
  }

  /// Taken back to what a clock may be ahead of the hub's, whose own shows `now`, in microseconds.
  ///
  /// Fields that are not known here are left behind, so that readings compare as they are stored.
  package func clamped(at now: Int64) -> ClockReading {
    min(ClockReading(time: time, counter: counter), ClockReading(time: now.addingSaturated(Limits.clockAhead)))
  }
}

extension Int64 {
  fileprivate func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  fileprivate func subtractingSaturated(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
