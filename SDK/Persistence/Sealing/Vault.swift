import HoldfastCrypto

/// The keys of a place, sealed by its master key, as they lie in the place itself.
///
///     1 · cost: rounds u64, block size u32, lanes u32 · salt 16 · number of keys u32 · for each: id u32, sealed key 60
///
/// The numbers are little-endian. What stands before the keys belongs to the context in which they are sealed.
struct Vault {
  static let key = "\0holdfast/vault"
  /// Bytes of a key's number, which stands before what the key has sealed.
  static let idBytes = 4
  private static let saltBytes = 16
  private static let headBytes = 1 + 16 + saltBytes
  private static let entryBytes = 4 + SealingKey.size + SealingKey.overhead

  var cost: KeyDerivation.Cost
  var salt: [UInt8]
  /// Ascending by number. The last seals what is written; the others still open what they have sealed.
  var keys: [(id: UInt32, key: SealingKey)]

  init(cost: KeyDerivation.Cost) throws(CryptoError) {
    self.cost = cost
    salt = try Random.bytes(Self.saltBytes)
    keys = [(1, try SealingKey.random().prepared())]
  }

  /// Opens what `sealed` has made. Nil when it is damaged.
  /// - Throws: `wrongKey` when the master key is not the one that has sealed it.
  init?(_ bytes: [UInt8], _ master: (_ salt: [UInt8], KeyDerivation.Cost) throws(StorageError) -> SealingKey)
    throws(StorageError)
  {
    guard bytes.count > Self.headBytes + 4, bytes[0] == 1 else { return nil }
    func number(_ start: Int, _ count: Int) -> UInt64 {
      bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    cost = KeyDerivation.Cost(
      rounds: number(1, 8), blockSize: UInt32(number(9, 4)), lanes: UInt32(number(13, 4)))
    salt = Array(bytes[17..<Self.headBytes])
    let count = Int(number(Self.headBytes, 4))
    let start = Self.headBytes + 4
    guard count > 0, bytes.count == start + count * Self.entryBytes else { return nil }
    let head = Array(bytes[..<Self.headBytes])
    let unlocking = try master(salt, cost)
    keys = []
    for entry in 0..<count {
      let place = start + entry * Self.entryBytes
      let id = UInt32(number(place, 4))
      do {
        let sealed = Array(bytes[place + 4..<place + Self.entryBytes])
        guard let opened = try unlocking.open(sealed, context: head + Self.encoded(id)) else {
          throw StorageError(
            .wrongKey, "the master key is not the one that these values were sealed with; nothing was changed")
        }
        keys.append((id, try SealingKey(opened).prepared()))
      } catch {
        throw StorageError(error, "the values cannot be unlocked")
      }
    }
  }

  func sealed(by master: SealingKey) throws(CryptoError) -> [UInt8] {
    var head: [UInt8] = [1]
    withUnsafeBytes(of: cost.rounds.littleEndian) { head += $0 }
    head += Self.encoded(cost.blockSize) + Self.encoded(cost.lanes) + salt
    var bytes = head + Self.encoded(UInt32(keys.count))
    for (id, key) in keys {
      let context = head + Self.encoded(id)
      bytes += Self.encoded(id)
      bytes += try key.withBytes { (key) in Result { () throws(CryptoError) in try master.seal(key, context: context) }
      }
      .get()
    }
    return bytes
  }

  /// The number at the start of at least so many bytes.
  static func id(at bytes: [UInt8]) -> UInt32 {
    (0..<idBytes).reduce(0) { $0 | UInt32(bytes[$1]) << (8 * UInt32($1)) }
  }

  static func encoded(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}
