/// Remembers that items were refused and may be tried again although no CREDIT says so: because what waited to be sent
/// has left, or because credit came back in another way.
struct RetryNotice {
  private var isHeldBack = false
  private var isDue = false

  /// An item was refused because too much waits to be sent.
  mutating func heldBack() { isHeldBack = true }
  /// Credit has come back without a CREDIT.
  mutating func creditReturned() { isDue = true }

  /// Whether refused items may be tried again now; says so once.
  mutating func take(waiting: Int) -> Bool {
    if isHeldBack, waiting <= Limits.waitingItemBytes / 2 {
      isHeldBack = false
      isDue = true
    }
    defer { isDue = false }
    return isDue
  }
}
