internal import HoldfastContract

/// What is set, with what can be worked out before the writer has its turn.
struct NewContext: Sendable {
  var address: ContextAddress
  var content: [UInt8]
  var contentHash: [UInt8]
  var type: String
  var expires: Moment?
  var expected: UInt64?
}

/// A change's row in the table of context, without its content.
struct ContextRecord: Sendable {
  /// The change's place in the log (`ChangeID`).
  var id: Int64
  var kind: ContextChangeKind
  /// What the quota counts of it: bytes of key and content.
  var bytes: Int64
  var expires: Moment?

  var version: UInt64 { UInt64(id & ChangeID.lastSequence) }

  /// Whether the name has this value at `now`: one that has expired is over, whether it has been purged or not.
  func isInForce(at now: Moment) -> Bool { kind == .set && (expires.map { now < $0 } ?? true) }
}
