import HoldfastContract
import HoldfastCrypto
import HoldfastSDK
import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How entities, fields and operations of a replica are shown.
extension FieldValue {
  /// As people read it.
  var text: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): JSON.string(value).text
    case .bytes(let value): "0x\(hex(value))"
    case .uuid(let value): value.uuidString.lowercased()
    }
  }

  var json: JSON {
    switch self {
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(Int(value))
    case .unsigned(let value): .unsigned(value)
    case .number(let value): .number(value)
    case .text(let value): .string(value)
    case .bytes(let value): .string(hex(value))
    case .uuid(let value): .string(value.uuidString.lowercased())
    }
  }
}

extension [FieldValue] {
  func text(isMany: Bool) -> String {
    isMany ? "[" + map(\.text).joined(separator: ", ") + "]" : first?.text ?? "none"
  }

  func json(isMany: Bool) -> JSON { isMany ? .array(map(\.json)) : first?.json ?? .null }
}

/// An entity's key as people know it: an identity, a text, or else its bytes.
func keyText(_ key: [UInt8]) -> String {
  let isPlain = key.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  if isPlain, let text = String(validating: key, as: UTF8.self) { return text }
  guard key.count == 16 else { return "0x" + hex(key) }
  let digits = Array(hex(key))
  return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
}

extension NamedChange {
  var text: String {
    switch kind {
    case .increment: "\(name) \(amount < 0 ? "-" : "+")\(amount.magnitude)"
    case .insert: "\(name) + \(after.text(isMany: true))"
    case .remove: "\(name) - \(after.text(isMany: true))"
    case .append: "\(name) … \(after.text(isMany: true))"
    default: "\(name) = \(after.text(isMany: isMany))"
    }
  }

  var json: JSON {
    var members: [(String, JSON)] = [("field", .string(name)), ("kind", .string("\(kind)"))]
    switch kind {
    case .increment: members.append(("amount", .integer(Int(amount))))
    case .insert, .remove, .append: members.append(("elements", after.json(isMany: true)))
    default: members += [("before", before.json(isMany: isMany)), ("after", after.json(isMany: isMany))]
    }
    return .object(members)
  }
}

extension SyncOutcome {
  /// "rejected", and why; of others their name alone.
  var words: (name: String, reason: String) {
    switch self {
    case .applied: ("applied", "")
    case .superseded: ("superseded", "")
    case .gone: ("gone", "")
    case .nothingToDo: ("nothing_to_do", "")
    case .conflict: ("conflict", "")
    case .rejected(let status, let reason): ("rejected", reason.isEmpty ? "\(status)" : "\(status): \(reason)")
    }
  }
}

extension QueuedOperation {
  /// One line: what it does to what, and how it stands.
  var line: String {
    let changed = changes.map(\.text).joined(separator: ", ")
    var words = ["\(id.rawValue)", "\(kind)", type, keyText(key), changed, state.rawValue]
    if let (name, reason) = outcome?.words {
      let fields = contested.isEmpty ? "" : " in " + contested.joined(separator: ", ")
      words.append(name + fields + (reason.isEmpty ? "" : " (\(reason))"))
    }
    return words.joined(separator: "\t")
  }

  var members: [(String, JSON)] {
    var members: [(String, JSON)] = [
      ("id", .unsigned(id.rawValue)), ("kind", .string("\(kind)")), ("type", .string(type)),
      ("key", .string(keyText(key))), ("key_bytes", .string(hex(key))), ("changes", .array(changes.map(\.json))),
      ("state", .string(state.rawValue)), ("priority", .string(priority)),
      ("group", group.map { .unsigned($0.rawValue) } ?? .null),
      ("made", .string(Timestamp(microseconds: made).text)), ("attempts", .integer(attempts)),
    ]
    if let (name, reason) = outcome?.words {
      members += [("outcome", .string(name)), ("reason", .string(reason))]
      members.append(("contested", .array(contested.map { .string($0) })))
    }
    return members
  }
}

extension Timestamp {
  /// A time in microseconds since 1970.
  init(microseconds: Int64) {
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000)
  }
}
