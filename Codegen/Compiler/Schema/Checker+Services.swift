extension Checker {
  /// Checks a service and its calls.
  mutating func service(_ syntax: DeclarationSyntax, in file: Int) -> Service {
    let package = files[file].package
    var annotations = Annotations(documentation: syntax.documentation)
    var members = MemberNames(taken: Names.callMembers, numbers: Limits.callNumbers)
    for case .reserved(let reserved) in syntax.members { reserve(reserved, in: &members, file: file) }
    var calls: [Call] = []
    var names: Set<String> = []
    var generated: Set<String> = []
    for member in syntax.members {
      switch member {
      case .call(let call):
        checkMember(call.number, call.name, what: "call", &members, file: file)
        let pascal = Names.pascal(call.name.text)
        let camel = Names.camel(call.name.text)
        // Of a call that there is already, all of this would be said once more.
        let isNew = names.insert(call.name.text).inserted
        for name in [camel, "on\(pascal)", "\(camel)Requests", "\(camel)Calls", "\(pascal)Failure"]
        where isNew && !generated.insert(name).inserted {
          error("duplicate-name", "generated Swift would have `\(name)` twice", in: file, at: call.name.range)
        }
        if declared.values.contains(where: { $0.swiftName == "\(pascal)Failure" }) {
          error(
            "duplicate-name", "the call's generated `\(pascal)Failure` clashes with the declaration of that name",
            in: file, at: call.name.range)
        }
        if let built = self.call(call, in: file) { calls.append(built) }
      case .deprecated(let option): annotations.deprecation = option.value?.text ?? ""
      case .field, .value, .declaration, .reserved, .key, .lane, .subject, .collection, .upgrade: break
      }
    }
    return Service(
      name: syntax.name.text, number: syntax.number?.value ?? 0,
      qualifiedName: package.isEmpty ? syntax.name.text : "\(package).\(syntax.name.text)", annotations: annotations,
      calls: calls, reservedNumbers: members.reservedNumbers.map(\.numbers),
      reservedNames: members.reservedNames.sorted())
  }

  private mutating func call(_ syntax: CallSyntax, in file: Int) -> Call? {
    let request = message(syntax.request.type, in: file)
    let reply = message(syntax.reply.type, in: file)
    var errors: [TypeReference] = []
    for name in syntax.errors {
      guard let (reference, found) = resolve(name, scope: [files[file].package], in: file) else { continue }
      if found.syntax.kind != .error {
        error(
          "throws", "a call throws errors, and `\(name.text)` is \(found.syntax.kind.withArticle)", in: file,
          at: name.range)
      } else if errors.contains(where: { $0.qualifiedName == reference.qualifiedName }) {
        error("throws", "`\(name.text)` stands here twice", in: file, at: name.range)
      } else {
        errors.append(reference)
      }
    }
    let options = callOptions(syntax, in: file)
    guard let request, let reply else { return nil }
    let shape: Call.Shape =
      switch (syntax.request.isStream, syntax.reply.isStream) {
      case (false, false): .unary
      case (false, true): .serverStream
      case (true, false): .clientStream
      case (true, true): .bidirectional
      }
    return Call(
      name: syntax.name.text, number: syntax.number.value, shape: shape, request: request, reply: reply,
      errors: errors, annotations: options.annotations, isIdempotent: options.isIdempotent, isKeyed: options.isKeyed,
      deadlineMilliseconds: options.deadline, priority: options.priority, requestLimit: options.requestLimit,
      replyLimit: options.replyLimit)
  }

  private mutating func message(_ name: Name, in file: Int) -> TypeReference? {
    if Scalar(rawValue: name.text) != nil {
      error("call-type", "a call takes and returns messages, not `\(name.text)`", in: file, at: name.range)
      return nil
    }
    guard let (reference, found) = resolve(name, scope: [files[file].package], in: file) else { return nil }
    guard found.syntax.kind == .message || found.syntax.kind == .union else {
      error(
        "call-type", "a call takes and returns messages, and `\(name.text)` is \(found.syntax.kind.withArticle)",
        in: file, at: name.range)
      return nil
    }
    return reference
  }

  private struct CallOptions {
    var annotations: Annotations
    var isIdempotent = false
    var isKeyed = false
    var deadline: Int?
    var priority: String?
    var requestLimit: Int?
    var replyLimit: Int?
  }

  private mutating func callOptions(_ syntax: CallSyntax, in file: Int) -> CallOptions {
    var result = CallOptions(annotations: Annotations(documentation: syntax.documentation))
    var seen: Set<String> = []
    for option in syntax.options {
      if !seen.insert(option.name.text).inserted {
        error("option", "`\(option.name.text)` stands here twice", in: file, at: option.range)
        continue
      }
      let text = option.value?.text ?? ""
      switch option.name.text {
      case "deprecated": result.annotations.deprecation = text
      case "idempotent": result.isIdempotent = true
      case "keyed": result.isKeyed = true
      case "deadline":
        result.deadline = Units.milliseconds(text)
        if result.deadline == nil {
          error(
            "option", "a deadline is a time above zero and up to a day, such as 500ms, 2s or 5min", in: file,
            at: option.range)
        }
      case "priority":
        result.priority = text
        if !["high", "normal", "low"].contains(text) {
          error("option", "the priorities are high, normal and low", in: file, at: option.range)
        }
      case "request limit", "reply limit":
        let bytes = Units.bytes(text)
        if bytes == nil {
          error("option", "a limit is a size from 1B to 1GiB, such as 64KiB or 16MiB", in: file, at: option.range)
        }
        if option.name.text == "request limit" { result.requestLimit = bytes } else { result.replyLimit = bytes }
      case let name: error("option", "`\(name)` is no option of calls", in: file, at: option.name.range)
      }
    }
    return result
  }
}

extension DeclarationSyntax.Kind {
  var withArticle: String {
    switch self {
    case .message, .union, .service: "a \(rawValue)"
    case .enumeration, .error, .entity: "an \(rawValue)"
    }
  }
}

/// Numbers with a unit.
enum Units {
  /// `500ms`, `2s`, `5min`, `1h` in milliseconds, above zero and up to a day.
  static func milliseconds(_ text: String) -> Int? {
    scaled(text, ["ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000], within: 1...86_400_000)
  }

  /// `100B`, `64KiB`, `16MiB`, `1GiB` in bytes.
  static func bytes(_ text: String) -> Int? {
    scaled(text, ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30], within: Limits.messageBytes)
  }

  /// The shortest way to write a number of milliseconds.
  static func time(milliseconds: Int) -> String {
    for (unit, size) in [("h", 3_600_000), ("min", 60_000), ("s", 1_000)] where milliseconds % size == 0 {
      return "\(milliseconds / size) \(unit)"
    }
    return "\(milliseconds) ms"
  }

  /// The shortest way to write a number of bytes.
  static func size(bytes: Int) -> String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes % size == 0 {
      return "\(bytes / size) \(unit)"
    }
    return "\(bytes) B"
  }

  private static func scaled(_ text: String, _ units: [String: Int], within bounds: ClosedRange<Int>) -> Int? {
    let digits = text.prefix { $0.isNumber }
    guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
    let (value, overflow) = number.multipliedReportingOverflow(by: unit)
    return !overflow && bounds.contains(value) ? value : nil
  }
}
