package import HoldfastRPC
package import HoldfastStore
internal import HoldfastWire

extension CallError<Never> {
  /// What an error of the store means for a caller.
  package init(_ error: StoreError) {
    switch error.code {
    case .full:
      self.init(
        .resourceExhausted, "the hub's disk is full, and nothing was written; free space there, then try again",
        cause: error)
    case .overloaded:
      self.init(.unavailable, "the hub has too much to do; nothing was done", cause: error)
      retryAfter = Limits.overloadPause
      mayHaveBegun = false
    case .closed: self.init(.unavailable, "the hub is shutting down; nothing was done", cause: error)
    case .readOnly, .locked: self.init(.unavailable, "the hub cannot write at present", cause: error)
    case .corrupt: self.init(.dataLoss, "the hub's database is damaged", cause: error)
    case .tooLarge: self.init(.outOfRange, "too large for the hub's database", cause: error)
    default: self.init(.internal, "the hub's database failed", cause: error)
    }
  }
}
