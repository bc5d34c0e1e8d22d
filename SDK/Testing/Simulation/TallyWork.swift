internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastSync

/// The entities by which a simulation keeps account: each change appends a word that no other change has, so that it
/// shows whether the change was done, how often, and in which order. They are never deleted.
enum TallyWork {
  static let type = "tally"
  static let words: UInt32 = 1
  static let sum: UInt32 = 2
  static let stamp: UInt32 = 3
  static let keys = ["a", "b"]

  static let description = EntityDescription(
    type: type, version: 1,
    fields: [
      FieldDescription(number: words, name: "words", kind: .string, many: true, policy: .append),
      FieldDescription(number: sum, name: "sum", kind: .int64, policy: .counter),
      FieldDescription(number: stamp, name: "stamp", kind: .string, policy: .timestamp),
    ], policy: .client)

  static let entity = SimulatedEntity(
    versions: [EntityType(description)], keys: keys, isDeletable: false,
    change: { _, state, _, _ in state ?? [] })

  /// The state with one word more, and another stamp.
  static func state(_ old: [UInt8]?, adding word: Word, stamp text: String) throws -> [UInt8] {
    var fields = try EntityFields(old ?? [])
    fields[words] += FieldBytes.text(words, word.text)
    fields[sum] = FieldBytes.number(sum, FieldBytes.number(in: fields[sum]) + 1)
    fields[stamp] = FieldBytes.text(stamp, text)
    return fields.message
  }

  static func words(in state: [UInt8]) throws -> [Word] {
    try FieldBytes.texts(in: EntityFields(state)[words]).compactMap { Word($0) }
  }

  static func sum(in state: [UInt8]) throws -> UInt64 { FieldBytes.number(in: try EntityFields(state)[sum]) }

  /// A word: who appended it, and the how manieth of theirs it is.
  struct Word: Hashable, CustomStringConvertible {
    var device: Int
    var count: Int

    init(device: Int, count: Int) { (self.device, self.count) = (device, count) }

    init?(_ text: String) {
      let parts = text.split(separator: ".").compactMap { Int($0) }
      guard parts.count == 2 else { return nil }
      (device, count) = (parts[0], parts[1])
    }

    var text: String { "\(device).\(count)" }
    var description: String { text }
  }
}
