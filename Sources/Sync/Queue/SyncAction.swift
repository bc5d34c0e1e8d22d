package import HoldfastWire

/// What the sync machine wants done. Whatever comes of it is told to the machine.
package enum SyncAction: Hashable, Sendable {
  /// Call `join`; then `joined` or `failed`.
  case join
  /// Call `pull` from the stored cursor and store page and cursor together; then `pulled` or `failed`.
  case pull
  /// Mark these as sent, call `push` and store their outcomes; then `pushed` or `failed`.
  case push(PushPlan.Push)
  /// Call `hints`; then `hinted` each time, and `failed` at the end.
  case openHints
  /// End that call; nothing has to be told.
  case closeHints
  /// Read the stored queue and call `reload`.
  case look
  /// Get what is needed and call `granted`; asked again from time to time.
  case ask(SyncNeed)
  /// The hub cannot take these at all: they have been parked.
  case park([UInt64], Status)
}

/// What to do, and when to call `tick` at the latest.
package struct SyncStep: Hashable, Sendable {
  package var actions: [SyncAction]
  package var wake: MonotonicTime

  /// Both steps. When to be woken is found anew with each.
  package func followed(by next: SyncStep) -> SyncStep { SyncStep(actions: actions + next.actions, wake: next.wake) }
}
