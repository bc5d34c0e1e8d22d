package import HoldfastContract
import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What a field holds, for those who know an entity by its description alone. A plain field has one of these or none, a
/// list any number.
package enum FieldValue: Hashable, Sendable {
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case uuid(UUID)
}

extension FieldDescription {
  /// What the field's part of an entity's message holds; none when it is zero, empty or absent. Of a kind that is not
  /// known here, the bytes themselves.
  package func values(in bytes: [UInt8]) throws(SyncError) -> [FieldValue] {
    guard !bytes.isEmpty else { return [] }
    guard let elements = kind.elements else { return [.bytes(bytes)] }
    do {
      let values = try elements.values(in: bytes, of: number, many: many)
      return kind == .string ? values.map(\.asText) : values
    } catch {
      throw SyncError(.malformed, "the field \(name) is malformed", cause: error)
    }
  }

  /// The field's part of an entity's message, from what a person has written down: an element each. Bytes are written in
  /// hexadecimal digits.
  ///
  /// A plain field that is zero or empty has no bytes, as in canonical form.
  /// - Throws: `malformed` when it says nothing that the field could hold.
  package func bytes(written texts: [String]) throws(SyncError) -> [UInt8] {
    guard let elements = kind.elements, kind != .message else {
      throw SyncError(.malformed, "the field \(name) holds what cannot be written as text")
    }
    guard many || texts.count <= 1 else { throw SyncError(.malformed, "the field \(name) holds one value") }
    var values: [FieldValue] = []
    for text in texts {
      guard let value = kind.value(written: text) else {
        throw SyncError(.malformed, "the field \(name) holds no \"\(text)\": it is of the kind \(kind)")
      }
      if many || !value.isZero { values.append(value) }
    }
    guard let bytes = elements.bytes(of: values, in: number, many: many) else {
      throw SyncError(.malformed, "the field \(name) is of the kind \(kind), which does not reach that far")
    }
    guard policy == .set else { return bytes }
    do {
      return try elements.union(bytes, [], of: number)
    } catch {
      throw SyncError(.malformed, "the field \(name) is malformed", cause: error)
    }
  }
}

extension FieldKind {
  fileprivate func value(written text: String) -> FieldValue? {
    switch self {
    case .bool: Bool(text).map { .bool($0) }
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64, .enumeration: Int64(text).map { .integer($0) }
    case .uint32, .uint64, .fixed32, .fixed64: UInt64(text).map { .unsigned($0) }
    case .float, .double: Double(text).map { .number($0) }
    case .string: .text(text)
    case .bytes: Self.bytes(hex: text).map { .bytes($0) }
    case .uuid: UUID(uuidString: text).map { .uuid($0) }
    default: nil
    }
  }

  private static func bytes(hex text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[start], let low = digits[start + 1] else { return nil }
      bytes.append(UInt8(high * 16 + low))
    }
    return bytes
  }
}

extension FieldValue {
  fileprivate var asText: FieldValue {
    if case .bytes(let bytes) = self, let text = String(validating: bytes, as: UTF8.self) { .text(text) } else { self }
  }

  fileprivate var isZero: Bool {
    switch self {
    case .bool(let value): !value
    case .integer(let value): value == 0
    case .unsigned(let value): value == 0
    // Minus zero is another value.
    case .number(let value): value.bitPattern == 0
    case .text(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .uuid: false
    }
  }
}

/// A type that elements of fields have.
protocol FieldElement: Sendable, Hashable {
  var fieldValue: FieldValue { get }
  /// nil when the value is of another kind or too large.
  init?(_ value: FieldValue)
}

extension Elements {
  static func values(in bytes: [UInt8], of field: UInt32, many: Bool) throws(MessageDecodingError) -> [FieldValue] {
    try List(bytes, of: field, many: many).values.map(\.fieldValue)
  }

  static func bytes(of values: [FieldValue], in field: UInt32, many: Bool) -> [UInt8]? {
    var list = List(of: field, many: many)
    list.values = values.compactMap { Coding.Value($0) }
    return list.values.count == values.count ? list.encoded() : nil
  }
}

extension Bool: FieldElement {
  var fieldValue: FieldValue { .bool(self) }

  init?(_ value: FieldValue) {
    guard case .bool(let value) = value else { return nil }
    self = value
  }
}

extension FieldElement where Self: FixedWidthInteger {
  var fieldValue: FieldValue {
    Self.isSigned ? .integer(Int64(truncatingIfNeeded: self)) : .unsigned(UInt64(truncatingIfNeeded: self))
  }

  init?(_ value: FieldValue) {
    switch value {
    case .integer(let number): self.init(exactly: number)
    case .unsigned(let number): self.init(exactly: number)
    case .bool, .number, .text, .bytes, .uuid: return nil
    }
  }
}

extension Int32: FieldElement {}
extension Int64: FieldElement {}
extension UInt32: FieldElement {}
extension UInt64: FieldElement {}

extension FieldElement where Self: BinaryFloatingPoint {
  var fieldValue: FieldValue { .number(Double(self)) }

  init?(_ value: FieldValue) {
    guard case .number(let number) = value else { return nil }
    self.init(number)
  }
}

extension Float: FieldElement {}
extension Double: FieldElement {}

extension UUID: FieldElement {
  var fieldValue: FieldValue { .uuid(self) }

  init?(_ value: FieldValue) {
    guard case .uuid(let value) = value else { return nil }
    self = value
  }
}

extension [UInt8]: FieldElement {
  var fieldValue: FieldValue { .bytes(self) }

  init?(_ value: FieldValue) {
    switch value {
    case .bytes(let bytes): self = bytes
    case .text(let text): self = Array(text.utf8)
    case .bool, .integer, .unsigned, .number, .uuid: return nil
    }
  }
}
