/// A service for tests: each call is answered by a closure that the test sets, and requests are recorded.
struct FakeEmitter {
  let file: Schema.File
  let options: SwiftOptions

  func emit(into text: inout SwiftText) {
    let access = options.prefix
    text.imports(["HoldfastRPC"] + options.imports, hidden: ["HoldfastWire"], options: options)
    for service in file.services {
      text.line(
        "/// A `\(service.name)` service for tests: calls are answered by the closures that are set, and recorded.")
      text.line("/// A call without a closure fails as unimplemented.")
      text.block("\(access)final class Fake\(service.name): Sendable") { text in
        state(service, into: &text)
        text.blank()
        text.line("\(access)init() {}")
        for call in service.calls {
          text.blank()
          self.call(call, into: &text)
        }
        text.blank()
        client(service, into: &text)
      }
      text.blank()
    }
  }

  private func state(_ service: Service, into text: inout SwiftText) {
    text.block("private struct State") { text in
      for call in service.calls {
        text.line("var \(Names.camel(call.name))Answer: \(handlerType(call))?")
        text.line(
          call.takesOneRequest
            ? "var \(Names.camel(call.name))Requests: [\(call.request.swiftName)] = []"
            : "var \(Names.camel(call.name))Calls = 0")
      }
    }
    text.blank()
    text.line("private let state = Lock(State())")
  }

  private func handlerType(_ call: Call) -> String {
    let kind =
      switch call.shape {
      case .unary: "Unary"
      case .serverStream: "ServerStream"
      case .clientStream: "ClientStream"
      case .bidirectional: "Bidirectional"
      }
    return "\(kind)Handler<\(call.request.swiftName), \(call.reply.swiftName)>"
  }

  private func call(_ call: Call, into text: inout SwiftText) {
    let access = options.prefix
    let name = Names.camel(call.name)
    text.line("/// Sets what answers `\(name)`.")
    text.function(
      "\(access)func on\(Names.pascal(call.name))", ["_ answer: @escaping \(handlerType(call))"], "",
      body: "state.withLock { $0.\(name)Answer = answer }")
    text.blank()
    if call.takesOneRequest {
      text.line("/// The requests of `\(name)` so far, in the order in which they came.")
      text.line(
        "\(access)var \(name)Requests: [\(call.request.swiftName)] { state.withLock { $0.\(name)Requests } }")
    } else {
      text.line("/// How often `\(name)` was called.")
      text.line("\(access)var \(name)Calls: Int { state.withLock { $0.\(name)Calls } }")
    }
  }

  private func client(_ service: Service, into text: inout SwiftText) {
    let access = options.prefix
    text.line("/// A client whose calls this fake answers, without a network.")
    text.block("\(access)func client() -> \(service.name)Client") { text in
      text.line("var dispatcher = Dispatcher()")
      text.line("register(on: &dispatcher)")
      text.line("return \(service.name)Client(RPCClient.inProcess(dispatcher))")
    }
    text.blank()
    text.line("/// Lets `dispatcher` answer the service's calls with this fake.")
    text.block("\(access)func register(on dispatcher: inout Dispatcher)") { text in
      text.line("dispatcher.describe(\(service.swiftMethods).descriptor)")
      for call in service.calls { registration(call, of: service, into: &text) }
    }
  }

  private func registration(_ call: Call, of service: Service, into text: inout SwiftText) {
    let name = Names.camel(call.name)
    let input = call.takesOneRequest ? "request" : "requests"
    let streams = call.shape == .serverStream || call.shape == .bidirectional
    let parameters = streams ? "\(input), replies, context" : "\(input), context"
    let escaped = Names.swift(call.name)
    text.block(
      "dispatcher.\(call.shape.rawValue)(\(service.swiftMethods).\(escaped)) { [state] \(parameters) in", opening: false
    ) {
      text in
      text.line("let answer = state.withLock { state in")
      text.indented { text in
        text.line(call.takesOneRequest ? "state.\(name)Requests.append(request)" : "state.\(name)Calls += 1")
        text.line("return state.\(name)Answer")
      }
      text.line("}")
      text.line("guard let answer else {")
      text.indented {
        $0.line(
          "throw CallError<Never>(.unimplemented, \"Fake\(service.name) has no answer: call on\(Names.pascal(call.name))\")"
        )
      }
      text.line("}")
      text.line("return try await answer(\(parameters))")
    }
  }
}

extension Call {
  fileprivate var takesOneRequest: Bool { shape == .unary || shape == .serverStream }
}
