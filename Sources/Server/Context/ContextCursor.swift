/// Where a watch of context goes on, in the logs of its space and of the scope `global`: opaque to clients.
///
/// | bytes | what |
/// |---|---|
/// | 1 | form: 2 |
/// | 8 | epoch of the hub's history |
/// | 8 | the start of the hash of the space's name: a cursor is good for its own space only |
/// | 8 | sequence of the last change of the space that was looked at, little-endian |
/// | 8 | the same of the scope `global` |
struct ContextCursor: Equatable {
  private static let form: UInt8 = 2
  private static let count = 33

  let epoch: [UInt8]
  private let mark: [UInt8]
  let position: ContextPosition

  init(epoch: [UInt8], space: String, _ position: ContextPosition) {
    self.epoch = epoch
    mark = WatchCursor.mark(of: space)
    self.position = position
  }

  /// Nil when the bytes are no cursor.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.count, bytes[0] == Self.form else { return nil }
    epoch = Array(bytes[1..<9])
    mark = Array(bytes[9..<17])
    let numbers = [17, 25].map { start in
      bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    guard numbers.allSatisfy({ $0 <= UInt64(ChangeID.lastSequence) }) else { return nil }
    position = ContextPosition(space: Int64(numbers[0]), global: Int64(numbers[1]))
  }

  func isFor(space name: String) -> Bool { mark == WatchCursor.mark(of: name) }

  var bytes: [UInt8] {
    var bytes = [Self.form] + epoch + mark
    bytes.append(number: position.space)
    bytes.append(number: position.global)
    return bytes
  }
}

/// Up to which change each of the two logs has been looked at.
struct ContextPosition: Equatable, Sendable {
  var space: Int64
  var global: Int64

  subscript(isGlobal isGlobal: Bool) -> Int64 {
    get { isGlobal ? global : space }
    set { if isGlobal { global = newValue } else { space = newValue } }
  }
}
