internal import HoldfastCrypto

/// Where a watch goes on: opaque to clients.
///
/// | bytes | what |
/// |---|---|
/// | 1 | form: 1 |
/// | 8 | epoch of the hub's history |
/// | 8 | the start of the hash of the space's name: a cursor is good for its own space only |
/// | 8 | sequence of the last change that was sent, little-endian |
struct WatchCursor: Equatable {
  private static let form: UInt8 = 1
  private static let count = 25

  let epoch: [UInt8]
  let space: [UInt8]
  let sequence: Int64

  init(epoch: [UInt8], space: String, sequence: Int64) {
    self.epoch = epoch
    self.space = Self.mark(of: space)
    self.sequence = sequence
  }

  /// Nil when the bytes are no cursor.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.count, bytes[0] == Self.form else { return nil }
    epoch = Array(bytes[1..<9])
    space = Array(bytes[9..<17])
    let number = bytes[17..<25].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let sequence = Int64(exactly: number), sequence <= ChangeID.lastSequence else { return nil }
    self.sequence = sequence
  }

  func isFor(space name: String) -> Bool { space == Self.mark(of: name) }

  func at(_ sequence: Int64) -> [UInt8] {
    var bytes = [Self.form] + epoch + space
    bytes.append(number: sequence)
    return bytes
  }

  static func mark(of space: String) -> [UInt8] { Array(SHA256.hash(Array(space.utf8)).prefix(8)) }
}
