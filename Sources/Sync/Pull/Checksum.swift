/// What a set of entities comes to, whatever their order: the sum of their hashes.
///
/// Entities can be added and taken away one by one, so a side that keeps one never has to look at all entities again.
/// Two sides that have the same number of entities and the same sum hold the same, but for one case in 2^128.
package struct Checksum: Hashable, Sendable {
  /// How many entities are in it.
  package private(set) var entities: UInt64 = 0
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  /// Of no entities.
  package init() {}

  /// Goes on with what `entities` and `bytes` were; nil when these are no sum.
  package init?(entities: UInt64, bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.entities = entities
    let words = [bytes[..<8], bytes[8...]].map { $0.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    (low, high) = (words[0], words[1])
  }

  /// Adds an entity; `state` is its message.
  package mutating func add(type: String, key: [UInt8], version: UInt64, state: [UInt8]) {
    let hash = Self.hash(type, key, version, state)
    entities &+= 1
    low &+= hash.0
    high &+= hash.1
  }

  /// Takes away an entity that was added, as it was then.
  package mutating func remove(type: String, key: [UInt8], version: UInt64, state: [UInt8]) {
    let hash = Self.hash(type, key, version, state)
    entities &-= 1
    low &-= hash.0
    high &-= hash.1
  }

  /// What has to be added to another sum to come to this one.
  package func difference(from other: Checksum) -> Checksum {
    var difference = self
    difference.entities &-= other.entities
    difference.low &-= other.low
    difference.high &-= other.high
    return difference
  }

  /// Adds what lies between two sums.
  package mutating func add(_ difference: Checksum) {
    entities &+= difference.entities
    low &+= difference.low
    high &+= difference.high
  }

  /// The sum: sixteen bytes, the lowest first.
  package var bytes: [UInt8] {
    [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
  }

  private static func hash(
    _ type: String, _ key: [UInt8], _ version: UInt64, _ state: [UInt8]
  ) -> (UInt64, UInt64) {
    var hash = SipHash()
    hash.add(counted: Array(type.utf8))
    hash.add(counted: key)
    hash.add(version)
    hash.add(state)
    return hash.digest
  }
}
