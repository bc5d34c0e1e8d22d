/// What a server implements: a protocol for each service, and how it is registered.
struct ServerEmitter {
  let file: Schema.File
  let options: SwiftOptions

  func emit(into text: inout SwiftText) {
    let access = options.prefix
    text.imports(["HoldfastRPC"] + options.imports, hidden: ["HoldfastWire"], options: options)
    for service in file.services {
      text.annotations(service.annotations, attribute: false)
      text.block("\(access)protocol \(service.name)Service: Sendable") { text in
        for call in service.calls {
          text.blank()
          text.annotations(call.annotations, attribute: false)
          requirement(call, into: &text)
        }
      }
      text.blank()
      text.block("extension \(service.name)Service") { text in
        text.line("/// Lets `dispatcher` answer the service's calls with this implementation.")
        text.block("\(access)func register(on dispatcher: inout Dispatcher)") { text in
          text.line("dispatcher.describe(\(service.swiftMethods).descriptor)")
          for call in service.calls { registration(call, of: service, into: &text) }
        }
      }
      text.blank()
    }
  }

  private func requirement(_ call: Call, into text: inout SwiftText) {
    let result = call.shape == .unary || call.shape == .clientStream ? " -> \(call.reply.swiftName)" : ""
    let request = call.request.swiftName
    let input =
      call.shape == .unary || call.shape == .serverStream
      ? "_ request: \(request)" : "_ requests: RequestStream<\(request)>"
    let replies =
      call.shape == .serverStream || call.shape == .bidirectional
      ? ["replies: ReplyWriter<\(call.reply.swiftName)>"] : []
    text.list(
      "nonisolated(nonsending) func \(Names.swift(call.name))", [input] + replies + ["context: CallContext"],
      " async throws\(result)")
  }

  private func registration(_ call: Call, of service: Service, into text: inout SwiftText) {
    let name = Names.swift(call.name)
    let input = call.shape == .unary || call.shape == .serverStream ? "request" : "requests"
    let streams = call.shape == .serverStream || call.shape == .bidirectional
    let parameters = streams ? "\(input), replies, context" : "\(input), context"
    let arguments = streams ? "\(input), replies: replies, context: context" : "\(input), context: context"
    text.block("dispatcher.\(call.shape.rawValue)(\(service.swiftMethods).\(name)) { \(parameters) in", opening: false)
    {
      text in
      text.line("try await self.\(name)(\(arguments))")
    }
  }
}
