import HoldfastContract
import HoldfastCrypto
import HoldfastWire

/// What the commands for context share.
extension Option {
  static func scope(_ standard: String) -> Option {
    .value("--scope", "SCOPE", "Where: global, space, user or device; \(standard) unless given.")
  }
  static let user = value("--user", "ID", "Somebody else than the token stands for; for administrators.")
  static let device = value("--device", "NAME", "The device.")
}

extension Positional {
  static let contextName = Positional(name: "NAME", summary: "What the value is called.")
  static let contextPrefix = Positional(
    name: "PREFIX", summary: "How the names begin; all names unless given.", isOptional: true)
}

extension Arguments {
  /// The scope that `--scope` names.
  func scope() throws(UsageError) -> ContextScope? {
    guard let text = self["--scope"] else { return nil }
    let scopes: [ContextScope] = [.global, .space, .user, .device]
    guard let scope = scopes.first(where: { $0.description == text }) else {
      throw UsageError(message: "--scope takes global, space, user or device, not \"\(text)\"")
    }
    return scope
  }

  /// Where a value is set.
  func place() throws(UsageError) -> ContextPlace {
    let scope = try scope() ?? .space
    for (option, of) in [("--user", ContextScope.user), ("--device", .device)] where scope != of && self[option] != nil
    {
      throw UsageError(message: "\(command.name): \(option) goes with --scope \(of)")
    }
    if scope == .device, self["--device"] == nil {
      throw UsageError(message: "\(command.name): which device?", hint: "Give --device NAME.")
    }
    return ContextPlace(
      scope: scope, space: scope == .global ? givenSpace ?? "" : space, user: self["--user"] ?? "",
      device: self["--device"] ?? "")
  }

  /// What concerns who asks: all scopes, or the one that is named.
  func view() throws(UsageError) -> ContextView {
    let scope = try scope()
    if let scope {
      // An option that the scope has no use for is a mistake.
      _ = try place()
      return ContextView(
        space: scope == .global ? givenSpace ?? "" : space, user: self["--user"] ?? "",
        device: self["--device"] ?? "", scopes: [scope])
    }
    return ContextView(space: space, user: self["--user"] ?? "", device: self["--device"] ?? "")
  }

  private var givenSpace: String? { self["--space"] ?? Program.environment("HOLDFAST_SPACE") }

  var contextName: String { positional("NAME") ?? "" }
}

extension JSON {
  /// A value of context as JSON: the content as text where it is text, otherwise in Base64.
  init(_ entry: ContextEntry, withContent: Bool = true) {
    var members: [(String, JSON)] = [
      ("name", .string(entry.name)), ("scope", .string(entry.scope.description)), ("version", .unsigned(entry.version)),
    ]
    if !entry.type.isEmpty { members.append(("type", .string(entry.type))) }
    members.append(("written", .string(entry.written.text)))
    if let expires = entry.expires { members.append(("expires", .string(expires.text))) }
    members.append(("by", .string(entry.by)))
    if withContent { members.append(Self.content(entry.content)) }
    self = .object(members)
  }

  /// A change of context, with its cursor where it has one.
  init(_ change: ContextChange, withContent: Bool) {
    var members: [(String, JSON)] = [
      ("change", .string(change.kind.description)), ("name", .string(change.name)),
      ("scope", .string(change.scope.description)), ("version", .unsigned(change.version)),
      ("at", .string(change.at.text)), ("by", .string(change.by)),
    ]
    if !change.cursor.isEmpty { members.append(("cursor", .string(base64URL(change.cursor)))) }
    if withContent, let entry = change.entry { members.append(Self.content(entry.content)) }
    self = .object(members)
  }
}

extension ContextChange {
  /// A line that tells of it.
  var line: String { "\(version)\t\(at.text)\t\(kind)\t\(scope)\t\(name)\tby \(by)" }
}
