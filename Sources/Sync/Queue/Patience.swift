import HoldfastWire

/// How often something has failed in a row, and how long to wait therefore.
struct Patience: Sendable {
  private let backoff: Backoff
  private(set) var failures = 0

  init(_ backoff: Backoff) {
    self.backoff = backoff
  }

  /// It failed. What the hub says wins over what would be waited otherwise.
  mutating func failed(hint: Duration?, using random: inout SplitMix64) -> Duration {
    failures = min(failures, .max - 1) + 1
    if let hint, hint > .zero { return hint }
    return backoff.delay(before: failures, using: &random)
  }

  mutating func succeeded() {
    failures = 0
  }
}
