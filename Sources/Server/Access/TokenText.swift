internal import HoldfastCrypto

/// The text of a token: `hf_` and 256 random bits in base64url. It says nothing by itself; the hub keeps its hash.
package struct TokenText: Sendable, Hashable {
  package static let prefix = "hf_"
  /// Letters of every token.
  package static let length = 46

  package let text: String

  /// Takes a text for a token, if it looks like one.
  package init?(_ text: String) {
    guard text.utf8.count == Self.length, text.hasPrefix(Self.prefix),
      bytes(base64URL: text.dropFirst(Self.prefix.count)) != nil
    else { return nil }
    self.text = text
  }

  /// Makes a token of 32 random bytes.
  init(random bytes: [UInt8]) {
    precondition(bytes.count == 32, "a token is made of 32 bytes")
    text = Self.prefix + base64URL(bytes)
  }

  /// What the hub keeps of it. A fast hash is enough: nobody can guess 256 random bits.
  package var hash: [UInt8] { SHA256.hash(Array(text.utf8)) }
}

extension TokenText: CustomStringConvertible, CustomReflectable {
  /// The beginning only: a token never shows in a log.
  package var description: String { String(text.prefix(7)) + "…" }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
