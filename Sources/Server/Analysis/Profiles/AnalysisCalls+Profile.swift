internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

extension AnalysisCalls {
  nonisolated(nonsending) func profile(
    _ request: ProfileRequest, replies: ReplyWriter<ProfiledFile>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    try await persistence.storing {
      let content = try await files.content(of: request.file, in: request.space)
      let layout = try await content.layout(as: request.dialect)
      let first = try await profiles.profile(of: content, layout, isExact: false)
      try await replies.send(first)
      // A small file is not sampled.
      guard request.exact, !first.exact else { return }
      try await replies.send(try await profiles.profile(of: content, layout, isExact: true))
    }
  }
}
