internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore

/// One change, before it has its place in the log.
struct LogEntry {
  var kind: ChangeKind
  var key: [UInt8]
  /// The hash of the content that was written; empty for deletions.
  var content: [UInt8]
}

/// A mutation that its caller may send again.
struct OperationIdentity: Sendable {
  /// The idempotency key.
  var key: [UInt8]
  /// The hash of the call and its request.
  var request: [UInt8]
}

/// The log of changes: feed of watches, outcome of calls that are sent twice, and audit trail in one row each.
enum ChangeLog {
  /// The digest of a change: over the one before it and everything that the row says for ever.
  ///
  /// Numbers are little-endian, 8 bytes; texts and bytes have their count before them.
  static func digest(
    after previous: ChainDigest, sequence: Int64, at: Moment, who: String, _ entry: LogEntry
  ) -> ChainDigest {
    let count = SHA256.size + 6 * 8 + who.utf8.count + entry.key.count + entry.content.count
    return withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { message in
      var rest = message[...]
      previous.withUnsafeBytes { rest.fill($0) }
      rest.fill(sequence)
      rest.fill(at.microseconds)
      rest.fill(Int64(entry.kind.rawValue))
      rest.fill(counted: who)
      entry.key.withUnsafeBytes { rest.fill(counted: $0) }
      entry.content.withUnsafeBytes { rest.fill(counted: $0) }
      precondition(rest.isEmpty, "a change's message is as long as its parts")
      return ChainDigest(of: UnsafeRawBufferPointer(message))
    }
  }

  /// Writes the changes of one call behind the last of the space; the last of them carries the call's outcome.
  static func append(
    _ entries: [LogEntry], to account: SpaceAccount, at: Moment, who: String,
    operation: OperationIdentity?, outcome: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    guard account.row.sequence <= ChangeID.lastSequence - Int64(entries.count) else {
      throw StoreError(.tooLarge, "the space has had all the changes that it can have")
    }
    let rows = transaction.shared(ChangeRows.self)
    for (index, entry) in entries.enumerated() {
      account.row.sequence += 1
      account.row.digest = digest(
        after: account.row.digest, sequence: account.row.sequence, at: at, who: who, entry)
      let carried = index == entries.count - 1 ? operation : nil
      try rows.append(
        ChangeID(space: account.id, sequence: account.row.sequence), at: at, who: who, entry,
        digest: account.row.digest, operation: carried, outcome: outcome, transaction)
    }
    transaction.announce(space: account.id, sequence: account.row.sequence)
  }

  /// What became of an operation when it was done before.
  static func earlier(
    _ operation: OperationIdentity, by who: String, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> EarlierOutcome? {
    if let here = transaction.shared(ChangeRows.self).find(operation, by: who) { return here }
    return try transaction.first(
      "SELECT id, at, request, outcome FROM change WHERE operation = $1 AND who = $2",
      [.bytes(operation.key), .text(who)]
    ) { row in
      EarlierOutcome(
        id: row.integer(0), at: Moment(microseconds: row.integer(1)), isSame: row.bytes(2) == operation.request,
        outcome: row.bytes(3))
    }
  }

  /// Empties what serves repeated calls in the row of an operation.
  static func forget(_ earlier: EarlierOutcome, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute(
      "UPDATE change SET operation = NULL, request = NULL, outcome = NULL WHERE id = $1", [.integer(earlier.id)])
  }
}

/// An operation was done before. Thrown so that the job which finds this undoes itself.
struct EarlierOutcome: Error {
  /// Its place in the log.
  var id: Int64
  var at: Moment
  /// Whether it was the same request.
  var isSame: Bool
  /// The reply, encoded.
  var outcome: [UInt8]
}

extension Slice<UnsafeMutableRawBufferPointer> {
  /// Fills the first bytes, and goes on behind them.
  fileprivate mutating func fill(_ bytes: UnsafeRawBufferPointer) {
    UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: bytes)
    self = self.dropFirst(bytes.count)
  }

  fileprivate mutating func fill(_ number: Int64) {
    Swift.withUnsafeBytes(of: number.littleEndian) { fill($0) }
  }

  fileprivate mutating func fill(counted bytes: UnsafeRawBufferPointer) {
    fill(Int64(bytes.count))
    fill(bytes)
  }

  fileprivate mutating func fill(counted text: String) {
    var text = text
    text.withUTF8 { fill(counted: UnsafeRawBufferPointer($0)) }
  }
}

extension [UInt8] {
  mutating func append(number: Int64) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  mutating func append(counted text: String) {
    append(number: Int64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  mutating func append(counted bytes: [UInt8]) {
    append(number: Int64(bytes.count))
    append(contentsOf: bytes)
  }
}
