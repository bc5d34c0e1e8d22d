import HoldfastCrypto

/// The file that tells of changes which belong together: the letters `HFJ1`, SHA-256 of all that follows, and for each
/// step a byte (1: write, 0: delete), then the key's length and the key, and for a write the version, the content's length
/// and the content. Numbers are u64, little-endian.
enum ChangeJournal {
  private static let mark: [UInt8] = Array("HFJ1".utf8)

  static func bytes(_ steps: [ValueFolder.Step]) -> [UInt8] {
    var body: [UInt8] = []
    func append(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { body += $0 } }
    func append(_ bytes: some Collection<UInt8>) {
      append(UInt64(bytes.count))
      body += bytes
    }
    for step in steps {
      body.append(step.value == nil ? 0 : 1)
      append(Array(step.key.utf8))
      guard let value = step.value else { continue }
      append(value.version)
      append(value.bytes)
    }
    return mark + SHA256.hash(body) + body
  }

  /// Nil when it is not what was written.
  static func steps(_ bytes: [UInt8]) -> [ValueFolder.Step]? {
    let start = mark.count + SHA256.size
    guard bytes.count >= start, bytes.starts(with: mark) else { return nil }
    var rest = bytes[start...]
    guard Array(bytes[mark.count..<start]) == SHA256.hash(Array(rest)) else { return nil }
    func number() -> UInt64? {
      guard rest.count >= 8 else { return nil }
      defer { rest = rest.dropFirst(8) }
      return rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    func piece() -> [UInt8]? {
      guard let count = number(), count <= UInt64(rest.count) else { return nil }
      defer { rest = rest.dropFirst(Int(count)) }
      return Array(rest.prefix(Int(count)))
    }
    var steps: [ValueFolder.Step] = []
    while let kind = rest.popFirst() {
      guard let key = piece() else { return nil }
      var value: StoredValue?
      if kind == 1 {
        guard let version = number(), let content = piece() else { return nil }
        value = StoredValue(content, version: version)
      }
      steps.append(ValueFolder.Step(key: String(decoding: key, as: UTF8.self), value: value))
    }
    return steps
  }
}
