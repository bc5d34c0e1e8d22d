import HoldfastCrypto

/// How a value lies in a file: head, key, content.
///
/// The head, 56 bytes, numbers little-endian: the letters `HFV1`; the key's bytes, u32; the version, u64; the content's
/// bytes, u64; SHA-256 of the three numbers, the key and the content.
struct ValueFile {
  static let headBytes = 56
  private static let mark: [UInt8] = Array("HFV1".utf8)

  var key: String
  var value: StoredValue

  var bytes: [UInt8] {
    let (key, content) = (key.utf8, value.bytes)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headBytes + key.count + content.count)
    func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
    bytes += Self.mark
    append(UInt32(key.count))
    append(value.version)
    append(UInt64(content.count))
    bytes += [UInt8](repeating: 0, count: SHA256.size)
    bytes += key
    bytes += content
    bytes.replaceSubrange(24..<Self.headBytes, with: Self.hash(bytes))
    return bytes
  }

  /// Reads a whole file. Nil when it is not what was written.
  init?(_ bytes: [UInt8]) {
    guard let head = Head(bytes), bytes.count == head.fileBytes,
      Array(bytes[24..<Self.headBytes]) == Self.hash(bytes)
    else { return nil }
    let content = Self.headBytes + head.keyBytes
    key = String(decoding: bytes[Self.headBytes..<content], as: UTF8.self)
    value = StoredValue(Array(bytes[content...]), version: head.version)
  }

  init(_ key: String, _ value: StoredValue) {
    self.key = key
    self.value = value
  }

  /// What the head says, unproven.
  struct Head {
    let keyBytes: Int
    let version: UInt64
    let contentBytes: Int

    /// Bytes that the whole file has if it is what was written.
    var fileBytes: Int { ValueFile.headBytes + keyBytes + contentBytes }

    init?(_ bytes: [UInt8]) {
      guard bytes.count >= ValueFile.headBytes, Array(bytes[..<4]) == ValueFile.mark else { return nil }
      let content = ValueFile.number(bytes[16..<24])
      keyBytes = Int(ValueFile.number(bytes[4..<8]))
      version = ValueFile.number(bytes[8..<16])
      guard keyBytes <= PersistenceLimits.keyBytes, content <= UInt64(PersistenceLimits.fileBytes) else { return nil }
      contentBytes = Int(content)
    }
  }

  /// The name of the file of a key: its hash, so that no key can be more than a name, and no two share one.
  static func name(of key: String) -> String { hex(SHA256.hash(Array(key.utf8))) + ".value" }

  private static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var message = Array(bytes[4..<24])
    message += bytes[headBytes...]
    return SHA256.hash(message)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
