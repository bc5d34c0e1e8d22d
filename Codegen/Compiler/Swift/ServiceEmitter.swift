/// The namespace of a service: its descriptor, its calls' descriptors and their errors. It stands with the messages.
struct ServiceEmitter {
  let service: Service
  let options: SwiftOptions
  private var access: String { options.prefix }

  func emit(into text: inout SwiftText) {
    text.annotations(service.annotations, attribute: false)
    text.block("\(access)enum \(service.swiftMethods)") { text in
      descriptor(into: &text)
      for call in service.calls {
        text.blank()
        text.documentation(call.annotations.documentation)
        method(call, into: &text)
      }
      for call in service.calls where !call.errors.isEmpty {
        text.blank()
        failure(call, into: &text)
      }
    }
  }

  private func descriptor(into text: inout SwiftText) {
    text.line("\(access)static let descriptor = ServiceDescriptor(")
    text.indented { text in
      text.line("number: \(SwiftLiteral.number(service.number)), name: \(SwiftLiteral.string(service.qualifiedName)),")
      if service.calls.isEmpty {
        text.line("methods: [])")
        return
      }
      text.line("methods: [")
      text.indented { text in
        for call in service.calls {
          text.list(
            "MethodSummary",
            [
              "number: \(call.number)", "name: \(SwiftLiteral.string(call.name))", "shape: .\(call.shape.rawValue)",
              "isIdempotent: \(call.isIdempotent)",
            ], ",")
        }
      }
      text.line("])")
    }
  }

  private func method(_ call: Call, into text: inout SwiftText) {
    var arguments = [
      "service: \(SwiftLiteral.number(service.number))", "method: \(call.number)",
      "name: \(SwiftLiteral.string("\(service.qualifiedName)/\(call.name)"))",
    ]
    if call.shape != .unary { arguments.append("shape: .\(call.shape.rawValue)") }
    if call.isIdempotent { arguments.append("isIdempotent: true") }
    if call.isKeyed { arguments.append("isKeyed: true") }
    if let deadline = call.deadlineMilliseconds {
      let value =
        deadline % 1_000 == 0
        ? ".seconds(\(SwiftLiteral.number(deadline / 1_000)))" : ".milliseconds(\(SwiftLiteral.number(deadline)))"
      arguments.append("timeout: \(value)")
    }
    if let priority = call.priority { arguments.append("priority: .\(priority)") }
    if let limit = call.requestLimit { arguments.append("requestLimit: \(SwiftLiteral.number(limit))") }
    if let limit = call.replyLimit { arguments.append("replyLimit: \(SwiftLiteral.number(limit))") }
    let types = "\(call.request.swiftName), \(call.reply.swiftName), \(call.swiftFailure(qualified: nil))"
    text.list("\(access)static let \(Names.swift(call.name)) = MethodDescriptor<\(types)>", arguments)
  }

  private func failure(_ call: Call, into text: inout SwiftText) {
    text.line("/// What `\(Names.camel(call.name))` throws.")
    text.block("\(access)enum \(call.swiftFailure(qualified: nil)): DeclaredFailure") { text in
      for error in call.errors { text.line("case \(caseName(error))(\(error.swiftName))") }
      text.blank()
      let parameters = ["package: String", "number: UInt32", "payload: UnsafeRawBufferPointer"]
      text.list("\(access)init?", parameters, " throws(MessageDecodingError) {")
      text.indented { text in
        text.line("switch (package, number) {")
        for error in call.errors {
          let name = error.swiftName
          text.switchCase(
            "case (\(name).package, \(name).number)", "self = .\(caseName(error))", ["try \(name)(decoding: payload)"])
        }
        text.line("default: return nil")
        text.line("}")
      }
      text.line("}")
      text.blank()
      text.block("\(access)var error: any DeclaredError") { text in
        text.line("switch self {")
        for error in call.errors { text.switchCase("case .\(caseName(error))(let error)", "error") }
        text.line("}")
      }
    }
  }

  private func caseName(_ error: TypeReference) -> String { Names.swift(Names.uncapitalised(error.swiftName)) }
}

extension Call {
  /// The type of the call's declared errors: `SaveFailure`, `Notes.SaveFailure` or `Never`.
  func swiftFailure(qualified service: String?) -> String {
    guard !errors.isEmpty else { return "Never" }
    return (service.map { $0 + "." } ?? "") + Names.pascal(name) + "Failure"
  }
}

extension Service {
  /// The namespace of the descriptors of its calls. Not the service's own name, which is free for what programs build on
  /// the service.
  var swiftMethods: String { "\(name)Methods" }
}
