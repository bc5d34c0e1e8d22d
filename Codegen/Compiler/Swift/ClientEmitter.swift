/// The client of each service: a struct with one function for each call.
struct ClientEmitter {
  let file: Schema.File
  let options: SwiftOptions

  func emit(into text: inout SwiftText) {
    let access = options.prefix
    // A call that throws nothing of its own shows that `Never` is a declared failure, which HoldfastWire says.
    let showsWire = file.services.contains { $0.calls.contains { $0.errors.isEmpty } }
    text.imports(
      ["HoldfastRPC"] + (showsWire ? ["HoldfastWire"] : []) + options.imports,
      hidden: showsWire ? [] : ["HoldfastWire"], options: options)
    for service in file.services {
      text.annotations(service.annotations, attribute: false)
      text.block("\(access)struct \(service.name)Client: Sendable") { text in
        text.line("\(access)let client: RPCClient")
        text.blank()
        text.line("\(access)init(_ client: RPCClient) { self.client = client }")
        for call in service.calls {
          text.blank()
          text.annotations(call.annotations)
          function(call, of: service, into: &text)
        }
      }
      text.blank()
    }
  }

  private func function(_ call: Call, of service: Service, into text: inout SwiftText) {
    let access = options.prefix
    let name = Names.swift(call.name)
    let descriptor = "\(service.swiftMethods).\(name)"
    let failure = call.swiftFailure(qualified: service.swiftMethods)
    let request = call.request.swiftName
    let reply = call.reply.swiftName
    let parameters = ["_ request: \(request)", "options: CallOptions = .default"]
    switch call.shape {
    case .unary:
      text.function(
        "\(access)nonisolated(nonsending) func \(name)", parameters,
        " async throws(CallError<\(failure)>) -> \(reply)",
        body: "try await client.unary(\(descriptor), request, options)")
    case .serverStream:
      text.function(
        "\(access)func \(name)", parameters, " -> ReplyStream<\(reply), \(failure)>",
        body: "client.serverStream(\(descriptor), request, options)")
    case .clientStream:
      text.function(
        "\(access)func \(name)", ["options: CallOptions = .default"],
        " -> UploadCall<\(request), \(reply), \(failure)>", body: "client.clientStream(\(descriptor), options)")
    case .bidirectional:
      text.function(
        "\(access)func \(name)", ["options: CallOptions = .default"],
        " -> StreamCall<\(request), \(reply), \(failure)>", body: "client.bidirectional(\(descriptor), options)")
    }
  }
}
