internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// The outcome of a call that has read contents, as the log keeps it for a while in case the call is sent again.
///
/// What it has read may be about anybody. So these outcomes have a key of their own in each space, which is destroyed
/// whenever somebody is erased there.
///
/// | bytes | what |
/// |---|---|
/// | 1 | 0, with which no message begins |
/// | 8 | the key, little-endian |
/// | … | the sealed reply |
enum SealedOutcome {
  /// Whose the key is. No subject has a name with this character.
  static let subject = "\u{0}outcomes"
  /// What is stored in the place of an outcome that is gone.
  static let erased: [UInt8] = [0]
  private static let headBytes = 9

  /// Whether an outcome that is not sealed has contents which the call has read.
  static func holdsContents(_ stored: [UInt8]) -> Bool {
    guard stored.first != 0 else { return false }
    // What is the reply of another call may be read as one of a batch: then more is emptied than needs be.
    return (try? BatchReply(decoding: stored))?.outcomes.contains { $0.value != nil } ?? false
  }

  /// The reply as the log is to have it.
  static func stored(
    _ reply: some Message, of operation: OperationIdentity, _ seal: SpaceSeal?
  ) throws -> [UInt8] {
    guard let seal, let batch = reply as? BatchReply, batch.outcomes.contains(where: { $0.value != nil }) else {
      return reply.encoded()
    }
    let sealed = try seal.seal(batch.encoded(), of: .outcome(key: operation.key), subject: subject)
    var bytes: [UInt8] = [0]
    bytes.append(number: sealed.key)
    return bytes + sealed.bytes
  }

  /// The reply that was stored.
  static func reply<Reply: Message>(
    _ stored: [UInt8], of operation: OperationIdentity, _ seal: SpaceSeal?
  ) throws -> Reply {
    guard stored.first == 0 else { return try Reply(decoding: stored) }
    guard stored.count > headBytes else { throw isErased }
    guard let seal else { throw StoreError(.corrupt, "an outcome is sealed, and the hub has no keys") }
    let key = stored[1..<headBytes].reversed().reduce(0) { $0 << 8 | Int64($1) }
    guard let bytes = try seal.open(Array(stored[headBytes...]), by: key, of: .outcome(key: operation.key)) else {
      throw isErased
    }
    return try Reply(decoding: bytes)
  }

  private static let isErased = CallError<Never>(
    .failedPrecondition, "the call was done before; what it was answered has been erased since")
}
