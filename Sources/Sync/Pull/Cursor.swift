/// How far a device has come in the history of a space, in bytes that mean nothing to it.
///
///     format 1 · epoch's length · epoch · sequence 8 · since 8 · start 8 · filters 8     (numbers: lowest byte first)
package struct Cursor: Hashable, Sendable {
  /// The name of the history.
  package var epoch: [UInt8]
  /// Everything up to here has been told.
  package var sequence: UInt64
  /// Where everything had been told when the pass that is under way began. In between, entities have moved on to later
  /// sequences, and what they have been through has not been told.
  package var since: UInt64
  /// While a pass from the start is under way: where the history ended when it began; otherwise 0.
  package var start: UInt64
  /// The hash of the filters that it was told through.
  package var filters: UInt64

  /// - Parameter since: nil when no pass is under way.
  package init(
    epoch: [UInt8], sequence: UInt64 = 0, since: UInt64? = nil, start: UInt64 = 0, filters: UInt64
  ) {
    self.epoch = epoch
    self.sequence = sequence
    self.since = since ?? sequence
    self.start = start
    self.filters = filters
  }

  private static let format: UInt8 = 1

  /// The cursor that the bytes stand for; nil if they stand for none.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 2, bytes[0] == Self.format else { return nil }
    let length = Int(bytes[1])
    guard length <= Limits.epochBytes, bytes.count == 2 + length + 32 else { return nil }
    let number = { (index: Int) in
      bytes[(2 + length + 8 * index)...].prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    epoch = Array(bytes[2..<(2 + length)])
    sequence = number(0)
    since = number(1)
    start = number(2)
    filters = number(3)
  }

  /// An epoch beyond `Limits.epochBytes` is cut, and no longer that of any history.
  package var bytes: [UInt8] {
    let epoch = epoch.prefix(Limits.epochBytes)
    return [Self.format, UInt8(epoch.count)] + epoch
      + [sequence, since, start, filters].flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
      }
  }

  /// The latest sequence that anything in it is of.
  package var end: UInt64 { max(sequence, since, start) }

  /// Whether the hub can go on from here: the history is the same, so are the filters, and no tombstone that the device
  /// has not heard of has been forgotten.
  ///
  /// `floor` is the sequence of the last forgotten tombstone, `last` the newest of all. A pass from the start goes
  /// through old sequences and needs only the tombstones of what was deleted while it lasted.
  package func isValid(epoch: [UInt8], filters: UInt64, floor: UInt64, last: UInt64) -> Bool {
    self.epoch == epoch && self.filters == filters && sequence <= last && max(sequence, start) >= floor
  }
}
