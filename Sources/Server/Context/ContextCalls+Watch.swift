internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

extension ContextCalls {
  nonisolated(nonsending) func watch(
    _ request: ContextWatchRequest, replies: ReplyWriter<ContextChange>, context: CallContext
  ) async throws {
    let question = ContextPage.Question(
      view: try admit(context, request.view), prefix: Array(request.prefix.utf8), isBare: request.bare,
      epoch: persistence.epoch, global: global, ring: persistence.ring)
    let cursor = try cursor(of: request)
    var position = try await persistence.storing {
      try await store.scan { [spaces = persistence.spaces] transaction in
        try ContextPage.start(question, cursor, spaces, transaction)
      }
    }
    var isCaughtUp = false
    while true {
      let commits = persistence.signals.commits
      let now = persistence.now
      let page = try await persistence.storing {
        try await store.scan { [position, spaces = persistence.spaces] transaction in
          try ContextPage.read(question, from: position, now: now, spaces, transaction)
        }
      }
      for change in page.changes { try await replies.send(change) }
      position = page.position
      if page.hasMore { continue }
      if !isCaughtUp {
        isCaughtUp = true
        try await replies.send(
          ContextChange(kind: .caughtUp, at: now.timestamp, cursor: question.cursor(at: position)))
      }
      try await wait(beyond: page, question, commits)
      // The token may have been revoked meanwhile.
      _ = try admit(context, request.view)
    }
  }

  private func cursor(of request: ContextWatchRequest) throws -> ContextCursor? {
    guard !request.cursor.isEmpty else { return nil }
    guard let cursor = ContextCursor(request.cursor), cursor.isFor(space: request.view.space) else {
      throw CallError<Never>(.invalidArgument, "this is no cursor of a watch of the space's context")
    }
    return cursor
  }

  /// Returns once there may be something after a page; `commits` was read before it.
  private nonisolated(nonsending) func wait(
    beyond page: ContextPage, _ question: ContextPage.Question, _ commits: UInt64
  ) async throws {
    if question.hasSpace, page.space == nil {
      // It does not exist yet.
      return try await persistence.signals.waitForAny(after: commits)
    }
    var ends: [Int64: Int64] = [:]
    if question.hasGlobal { ends[global] = page.position.global }
    if let space = page.space { ends[space] = page.position.space }
    try await persistence.signals.wait(forAnyOf: ends)
  }
}
