internal import HoldfastCrypto
internal import HoldfastStore

/// Whose a key is: a space's, or that of a subject in it.
struct KeyOwner: Hashable, Sendable {
  var space: String
  /// Empty for the space itself.
  var subject = ""
}

/// A key at hand. One object, however many have it.
final class HubKey: Sendable {
  let id: Int64
  let owner: KeyOwner
  /// Seals contents, and a space's seals the keys of its subjects.
  let sealing: SealingKey
  /// Makes of the hashes by which calls are recognised what only a holder of the key can compare with a guess. A key that
  /// takes the place of another keeps it, so that a call which is sent again is recognised.
  let identity: [UInt8]

  private init(id: Int64, owner: KeyOwner, sealing: SealingKey, identity: [UInt8]) {
    self.id = id
    self.owner = owner
    self.sealing = sealing
    self.identity = identity
  }

  /// Nil when the bytes were not sealed by this key, or are another's.
  convenience init?(_ id: Int64, of owner: KeyOwner, sealed: [UInt8], by sealer: SealingKey) throws(CryptoError) {
    guard let bytes = try sealer.open(sealed, context: Self.context(id, owner)), bytes.count == 2 * SealingKey.size
    else { return nil }
    self.init(
      id: id, owner: owner, sealing: try SealingKey(Array(bytes[..<SealingKey.size])),
      identity: Array(bytes[SealingKey.size...]))
  }
}

extension HubKey {
  /// A new key; `identity` is of the one before it.
  static func make(_ id: Int64, of owner: KeyOwner, identity: [UInt8]? = nil) throws(CryptoError) -> HubKey {
    let identity = if let identity { identity } else { try Random.bytes(SealingKey.size) }
    return HubKey(id: id, owner: owner, sealing: try .random(), identity: identity)
  }

  /// The key as it lies in the file.
  func sealed(by sealer: SealingKey) throws(CryptoError) -> [UInt8] {
    let bytes = sealing.withBytes { $0 } + identity
    return try sealer.seal(bytes, context: Self.context(id, owner))
  }

  private static func context(_ id: Int64, _ owner: KeyOwner) -> [UInt8] {
    var context = Array("holdfast key 1\n".utf8)
    context.append(number: id)
    context.append(counted: owner.space)
    context.append(counted: owner.subject)
    return context
  }
}

/// There is no key yet for something that is to be sealed. Thrown out of a job, whose caller has one made and comes again:
/// a key is on the disk before anything is sealed by it.
struct MissingKey: Error {
  let owner: KeyOwner
}
