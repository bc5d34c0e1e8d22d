internal import HoldfastStore

/// The histories that the hub's own has grown out of.
enum Ancestry {
  /// Up to which sequence of a space the history that `earlier` names is that of now.
  static func shared<Reading: Transaction & ~Copyable>(
    with earlier: [UInt8], now epoch: [UInt8], space: Int64, sequence: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> UInt64 {
    if earlier == epoch { return UInt64(clamping: sequence) }
    let shared = try transaction.first(
      "SELECT sequence FROM ancestor WHERE epoch = $1 AND space = $2", [.bytes(earlier), .integer(space)]
    ) { $0.integer(0) }
    return UInt64(clamping: shared ?? 0)
  }
}
