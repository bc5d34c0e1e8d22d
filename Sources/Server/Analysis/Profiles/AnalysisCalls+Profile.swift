internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

extension AnalysisCalls {
  nonisolated(nonsending) func profile(
    _ request: ProfileRequest, replies: ReplyWriter<ProfiledFile>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    try await spanning("profile_columns", context) { span in
      span.note("file", .text("\(request.file)"))
      let last = try await persistence.storing { try await sendProfile(request, replies) }
      span.note("columns", .integer(last.columns.count))
      span.note("rows", .integer(Int(clamping: last.rows)))
      span.note("exact", .flag(last.exact))
    }
  }

  /// - Returns: the last that was sent.
  private nonisolated(nonsending) func sendProfile(
    _ request: ProfileRequest, _ replies: ReplyWriter<ProfiledFile>
  ) async throws -> ProfiledFile {
    let content = try await files.content(of: request.file, in: request.space)
    let layout = try await content.layout(as: request.dialect)
    let first = try await profiles.profile(of: content, layout, isExact: false)
    try await replies.send(first)
    // A small file is not sampled.
    guard request.exact, !first.exact else { return first }
    let exact = try await profiles.profile(of: content, layout, isExact: true)
    try await replies.send(exact)
    return exact
  }
}
