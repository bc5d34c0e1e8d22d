/// What context can be: equal values are told from different ones, and all travel as bytes.
public typealias ContextValue = Codable & Equatable & Sendable

/// The name of a value with its type, and what holds where nobody has set it.
///
///     extension ContextKey<String> { static let theme = ContextKey("editor.theme", default: "light") }
public struct ContextKey<Value: ContextValue>: Sendable {
  /// Any text, told from others by its UTF-8 bytes.
  public let name: String
  /// What holds where there is no value. Not what holds where the value cannot be had: that is an error.
  public let defaultValue: Value?

  public init(_ name: String, default value: Value? = nil) {
    self.name = name
    defaultValue = value
  }

  /// The same without its default.
  public var withoutDefault: ContextKey { ContextKey(name) }

  /// What was found, or else the default.
  public func orDefault(_ found: Resolution<Value>?) -> Resolution<Value>? {
    if let found { return found }
    return defaultValue.map { Resolution($0, source: "default", age: .zero, reason: .default) }
  }

  var id: ContextName { ContextName(text: name) }

  /// What a provider keeps of a value.
  func bytes(of value: Value, by coder: any ValueCoder, _ provider: String) throws(ContextError) -> [UInt8] {
    do {
      return try coder.encode(value)
    } catch {
      throw ContextError(
        .invalidValue, "the value cannot be written", key: name, provider: provider, causes: [error])
    }
  }

  /// Refuses names that no provider takes.
  public func check(_ provider: String) throws(ContextError) {
    guard 1...ContextLimits.keyBytes ~= name.utf8.count else {
      throw ContextError(
        .invalidKey, "a key's name has 1 to \(ContextLimits.keyBytes) bytes, this has \(name.utf8.count)", key: name,
        provider: provider)
    }
  }
}

/// A key's name, told from others by its bytes and not by what its characters mean.
struct ContextName: Hashable, Sendable {
  let text: String

  static func == (left: ContextName, right: ContextName) -> Bool {
    let (left, right) = (left.text.utf8, right.text.utf8)
    guard left.count == right.count else { return false }
    let isSame = left.withContiguousStorageIfAvailable { left in
      right.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
    }
    return (isSame ?? nil) ?? left.elementsEqual(right)
  }

  func hash(into hasher: inout Hasher) {
    let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
    if isHashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
  }
}
