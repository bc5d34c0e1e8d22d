internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// What measures a hub and the way to it. It keeps nothing.
struct DiagnosticsCalls: DiagnosticsService {
  /// Registers all calls; `echo`, which waits for nothing, in the form that is quickest.
  func registerAll(on dispatcher: inout Dispatcher) {
    register(on: &dispatcher)
    dispatcher.immediate(DiagnosticsMethods.echo) { request, _ in request }
  }

  nonisolated(nonsending) func echo(_ request: Payload, context: CallContext) async throws -> Payload { request }

  nonisolated(nonsending) func stream(
    _ request: StreamRequest, replies: ReplyWriter<Payload>, context: CallContext
  ) async throws {
    guard request.size <= Limits.diagnosticItemBytes else {
      throw CallError<Never>(
        .invalidArgument, "items of \(request.size) bytes; this hub sends \(Limits.diagnosticItemBytes) at most")
    }
    let item = Payload(content: [UInt8](repeating: UInt8(ascii: "x"), count: Int(request.size)))
    var sent: UInt64 = 0
    while sent < request.items {
      try await replies.send(item)
      sent += 1
    }
  }

  nonisolated(nonsending) func sink(
    _ requests: RequestStream<Payload>, context: CallContext
  ) async throws -> SinkReply {
    var reply = SinkReply()
    for try await request in requests {
      reply.items &+= 1
      reply.bytes &+= UInt64(request.content.count)
    }
    return reply
  }

  nonisolated(nonsending) func relay(
    _ requests: RequestStream<Payload>, replies: ReplyWriter<Payload>, context: CallContext
  ) async throws {
    for try await request in requests { try await replies.send(request) }
  }
}
