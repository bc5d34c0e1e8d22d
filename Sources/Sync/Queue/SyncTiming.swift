package import HoldfastWire

/// How long the sync machine waits for what.
package struct SyncTiming: Hashable, Sendable {
  /// After failures.
  package var backoff: Backoff
  /// The network is back: up to this long, so that devices that share it do not come all at once.
  package var reconnectSpread: Duration
  /// Until the stored queue is looked at again although nobody has said that it changed.
  package var look: Duration
  /// Until the hub is asked although it has said nothing, while it would say so.
  package var poll: Duration
  /// The same while it cannot say anything.
  package var pollWithoutHints: Duration

  package init(
    backoff: Backoff = Backoff(first: .milliseconds(500), longest: .seconds(300)),
    reconnectSpread: Duration = .milliseconds(250), look: Duration = .seconds(30), poll: Duration = .seconds(900),
    pollWithoutHints: Duration = .seconds(30)
  ) {
    self.backoff = backoff
    self.reconnectSpread = reconnectSpread
    self.look = look
    self.poll = poll
    self.pollWithoutHints = pollWithoutHints
  }

  package static let standard = SyncTiming()
}
