import HoldfastContract
import HoldfastCrypto
import HoldfastServer
import HoldfastStore
import HoldfastWire

/// What the commands for values share.
extension Option {
  static let space = value("--space", "NAME", "The space; \"default\" unless given. Environment: HOLDFAST_SPACE.")
  static let content = value("--file", "FILE", "Take the content from a file.")
  static let type = value("--type", "TYPE", "A media type or another note, kept beside the value.")
  static let expiresIn = value("--expires-in", "TIME", "Forget the value after this: 90s, 12h, 7d.")
  static let expected = value(
    "--expect", "VERSION", "Only if the value has this version now; 0: only if there is none.")
}

extension Positional {
  static let value = Positional(
    name: "VALUE", summary: "The content; - reads it from standard input.", isOptional: true)
  static let key = Positional(name: "KEY", summary: "The value's key.")
}

extension Arguments {
  var space: String { self["--space"] ?? Program.environment("HOLDFAST_SPACE") ?? "default" }

  var key: String { positional("KEY") ?? "" }

  /// Whether contents are asked for, which have no place in a line of text.
  func wantsContent(_ console: Console) throws(UsageError) -> Bool {
    guard has("--content") else { return false }
    guard console.isJSON else {
      throw UsageError(
        message: "\(command.name): --content goes with --json", hint: "Add --json, or read one by `get`.")
    }
    return true
  }

  /// The content that is given as `VALUE`, by `--file` or on standard input.
  func content() throws -> [UInt8] {
    let value = positional("VALUE")
    if let file = self["--file"] {
      guard value == nil else { throw UsageError(message: "\(command.name): give VALUE or --file, not both") }
      return try Self.contents(of: file)
    }
    guard let value else {
      throw UsageError(message: "\(command.name): VALUE is missing", hint: "Give it, or - or --file FILE.")
    }
    return value == "-" ? try Self.contents(of: "/dev/stdin") : Array(value.utf8)
  }

  private static func contents(of file: String) throws(CommandFailure) -> [UInt8] {
    do {
      return try LocalFile.read(file, limit: Limits.valueBytes)
    } catch {
      throw CommandFailure(.usage, error.description)
    }
  }

  /// The cursor that `--cursor` gives; none where it is not there.
  func cursor() throws(UsageError) -> [UInt8] {
    guard let text = self["--cursor"] else { return [] }
    guard let cursor = HoldfastCrypto.bytes(base64URL: text) else {
      throw UsageError(
        message: "\(command.name): \"\(text)\" is no cursor", hint: "Take one that --json printed.")
    }
    return cursor
  }

  /// The version that `--expect` names.
  func expectedVersion() throws(UsageError) -> UInt64? {
    guard let text = self["--expect"] else { return nil }
    guard let version = UInt64(text) else {
      throw UsageError(message: "--expect takes a version, not \"\(text)\"")
    }
    return version
  }
}

extension JSON {
  /// A value as JSON: the content as text where it is text, otherwise in Base64.
  init(_ value: HoldfastContract.Value, withContent: Bool = true) {
    self = .object(Self.members(of: value, withContent: withContent))
  }

  static func members(of value: HoldfastContract.Value, withContent: Bool) -> [(String, JSON)] {
    var members: [(String, JSON)] = [("key", .string(value.key)), ("version", .unsigned(value.version))]
    if !value.type.isEmpty { members.append(("type", .string(value.type))) }
    if !value.subject.isEmpty { members.append(("subject", .string(value.subject))) }
    members.append(("updated", .string(value.updated.text)))
    if let expires = value.expires { members.append(("expires", .string(expires.text))) }
    if withContent { members.append(content(value.content)) }
    return members
  }

  /// A member for bytes: `content` if they are text, else `content_base64`.
  static func content(_ bytes: [UInt8]) -> (String, JSON) {
    if let text = String(validating: bytes, as: UTF8.self) { return ("content", .string(text)) }
    return ("content_base64", .string(base64(bytes)))
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place > group.count ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * place)) & 63])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
