/// Whether a loop that has run out of work looks again for a moment before it sleeps.
///
/// To be woken costs the one who wakes several microseconds, for each message when two busy peers just miss each other.
/// Looking a little longer saves this where something comes soon, and is in vain where it does not; after each time
/// in vain it is therefore left out twice as often, so that a loop that is seldom busy hardly ever does it.
struct Linger {
  /// How often in a row it was in vain.
  private var failures = 0
  /// How many times are still to be left out.
  private var skips = 0

  /// Whether to look this time; if so, `ended` is to be told what came of it.
  mutating func begins() -> Bool {
    guard skips > 0 else { return true }
    skips -= 1
    return false
  }

  mutating func ended(found: Bool) {
    failures = found ? 0 : min(failures + 1, Limits.lingerFailures)
    skips = (1 << failures) - 1
  }
}
