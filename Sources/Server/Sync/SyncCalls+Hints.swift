internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

extension SyncCalls {
  nonisolated(nonsending) func hints(
    _ request: HintsRequest, replies: ReplyWriter<Hint>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    let filters = try checked(request.filters)
    // The first says where the hub is: the device compares it with its cursor.
    var told: UInt64?
    while true {
      let commits = persistence.signals.commits
      let after = told
      let look = try await persistence.storing {
        try await store.read { [desk] transaction in
          try desk.look(request.space, filters, after: after, transaction)
        }
      }
      if let hint = look.hint { try await replies.send(hint) }
      told = look.sequence
      if let space = look.space {
        try await persistence.signals.wait(for: space, after: Int64(clamping: look.sequence))
      } else {
        try await persistence.signals.waitForAny(after: commits)
      }
      // The token may have been revoked meanwhile.
      try admit(context, .read, to: request.space)
    }
  }
}
