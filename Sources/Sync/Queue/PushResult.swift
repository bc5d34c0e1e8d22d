package import HoldfastContract

/// What became of an operation that was sent, as far as the queue is concerned.
package enum PushResult: Hashable, Sendable {
  /// It has its outcome, whatever that is.
  case done
  /// It waits for a person or the program, and so does what depends on it.
  case parked
  /// It is to be sent again after this, also when it was only blocked.
  case again(after: Duration)

  /// What the hub's answer means. An answer that is not known here is none.
  package init(_ outcome: Outcome) {
    switch outcome.kind {
    case .applied, .superseded, .gone: self = .done
    case .conflict, .rejected: self = .parked
    case .retry: self = .again(after: outcome.retryAfter ?? .zero)
    default: self = .again(after: .zero)
    }
  }
}
