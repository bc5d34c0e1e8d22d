#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a preferences file holds. It is JSON that people can read and change:
///
///     {
///       "holdfast": 1,
///       "values": {
///         "theme": "dark",
///         "window": {"height":600,"width":800},
///         "icon": {"$base64":"AAEC"}
///       },
///       "versions": {
///         "theme": 1764000000000000,
///     …
///
/// A value that is JSON stands there byte for byte; other bytes stand as base64. A value without a version was added by hand.
struct PreferencesFile {
  private static let format: UInt64 = 1
  private static let packed = "$base64"

  private(set) var values: [String.UTF8Bytes: StoredValue] = [:]

  init() {}

  subscript(key: String) -> StoredValue? {
    get { values[String.UTF8Bytes(key)] }
    set { values[String.UTF8Bytes(key)] = newValue }
  }

  // MARK: Reading

  init(_ bytes: [UInt8]) throws(JSONScanner.Fault) {
    var scanner = JSONScanner(bytes)
    guard String(validating: bytes, as: UTF8.self) != nil else { throw scanner.fault("it is no UTF-8") }
    var (format, found, versions): (UInt64?, [String.UTF8Bytes: [UInt8]], [String.UTF8Bytes: UInt64]) = (nil, [:], [:])
    scanner.skipSpace()
    try scanner.object { (name, scanner) throws(JSONScanner.Fault) in
      switch name {
      case "holdfast": format = try scanner.integer()
      case "values":
        try scanner.object { (key, scanner) throws(JSONScanner.Fault) in
          guard let content = Self.unpacked(try scanner.value(depth: PersistenceLimits.preferencesDepth)) else {
            throw scanner.fault("“\(Self.packed)” is no base64")
          }
          guard found.updateValue(content, forKey: String.UTF8Bytes(key)) == nil else {
            throw scanner.fault("the key “\(key)” is there twice")
          }
        }
      case "versions":
        try scanner.object { (key, scanner) throws(JSONScanner.Fault) in
          versions[String.UTF8Bytes(key)] = try scanner.integer()
        }
      // Written by a later release of the same format.
      default: _ = try scanner.value(depth: PersistenceLimits.preferencesDepth)
      }
    }
    scanner.skipSpace()
    guard scanner.place == bytes.count else { throw scanner.fault("something follows the end") }
    guard format == Self.format else {
      throw JSONScanner.Fault(place: 0, message: "“holdfast” is not \(Self.format), so its format is another one")
    }
    for (key, bytes) in found { values[key] = StoredValue(bytes, version: max(1, versions[key] ?? 1)) }
  }

  /// The bytes that a value stands for; nil when it is packed, and not as it should be.
  private static func unpacked(_ raw: [UInt8]) -> [UInt8]? {
    guard raw.first == UInt8(ascii: "{") else { return raw }
    var scanner = JSONScanner(raw)
    var (members, isPacked, text): (Int, Bool, String?) = (0, false, nil)
    do throws(JSONScanner.Fault) {
      try scanner.object { (name, scanner) throws(JSONScanner.Fault) in
        members += 1
        isPacked = name == packed
        let value = try scanner.value(depth: PersistenceLimits.preferencesDepth)
        guard isPacked, value.first == UInt8(ascii: "\"") else { return }
        var inside = JSONScanner(value)
        text = try inside.string()
      }
    } catch {
      return nil
    }
    guard members == 1, isPacked else { return raw }
    return text.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
  }

  // MARK: Writing

  var bytes: [UInt8] {
    let sorted = values.sorted { $0.key < $1.key }
    var bytes = Array("{\n  \"holdfast\": \(Self.format),\n".utf8)
    Self.append("values", sorted.map { ($0.key.text, Self.shown($0.value.bytes)) }, to: &bytes)
    bytes += Array(",\n".utf8)
    Self.append("versions", sorted.map { ($0.key.text, Array("\($0.value.version)".utf8)) }, to: &bytes)
    bytes += Array("\n}\n".utf8)
    return bytes
  }

  private static func append(_ name: String, _ members: [(key: String, value: [UInt8])], to bytes: inout [UInt8]) {
    bytes += Array("  \"\(name)\": {".utf8)
    for (place, member) in members.enumerated() {
      bytes += Array(place == 0 ? "\n    ".utf8 : ",\n    ".utf8)
      bytes += quoted(member.key)
      bytes += Array(": ".utf8)
      bytes += member.value
    }
    bytes += Array(members.isEmpty ? "}".utf8 : "\n  }".utf8)
  }

  /// As it stands in the file: itself, where that can be told apart from what is packed.
  private static func shown(_ content: [UInt8]) -> [UInt8] {
    if JSONScanner.isValue(content, depth: PersistenceLimits.preferencesDepth), unpacked(content) == content {
      return content
    }
    return Array("{\"\(packed)\":\"\(Data(content).base64EncodedString())\"}".utf8)
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var bytes = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes += Array(("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
      default: bytes.append(byte)
      }
    }
    return bytes + [UInt8(ascii: "\"")]
  }
}
