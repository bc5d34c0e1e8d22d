internal import HoldfastContract
internal import HoldfastRPC

extension AnalysisCalls {
  /// Runs `body` as a span of the trace that the caller has, or of a new one.
  nonisolated(nonsending) func spanning<Value>(
    _ name: StaticString, _ context: CallContext,
    _ body: nonisolated(nonsending) (inout OpenSpan) async throws -> Value
  ) async throws -> Value {
    var span = OpenSpan(name, .server, in: context.trace)
    do {
      let value = try await body(&span)
      span.end(in: files.spans)
      return value
    } catch {
      span.end(in: files.spans, failure: "\(error)")
      throw error
    }
  }
}
