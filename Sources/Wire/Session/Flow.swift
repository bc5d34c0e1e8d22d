/// Credit for stream items, in both directions, of one stream or of a whole connection.
///
/// An item may start while credit is above zero and may take it below zero by that one item. Both sides count alike:
/// each ITEM frame costs the bytes of its body and a fixed amount. A receiver grants anew what its consumer has taken,
/// half a window at a time.
struct Flow {
  /// What this side may still send.
  private(set) var outgoing: Int
  /// What the peer may still send.
  private(set) var incoming: Int
  /// What the consumer has taken and the peer has not been granted anew.
  private(set) var taken = 0
  let window: Int

  init(outgoing: Int, incoming: Int) {
    self.outgoing = outgoing
    self.incoming = incoming
    window = incoming
  }

  /// What a frame with this much of an item costs.
  static func cost(ofFrame bytes: Int) -> Int { bytes + Limits.itemFrameCredit }

  /// What an item of this size costs, in as many frames as this side makes of it.
  static func cost(ofItem bytes: Int) -> Int {
    let frames = bytes <= Limits.frameBodyBytes ? 1 : (bytes + Limits.frameBodyBytes - 1) / Limits.frameBodyBytes
    return bytes + frames * Limits.itemFrameCredit
  }

  var maySend: Bool { outgoing > 0 }

  mutating func sent(_ cost: Int) { outgoing -= cost }

  mutating func granted(_ credit: UInt64) throws(SessionError) {
    guard credit > 0, credit <= UInt64(Limits.largestCredit), outgoing + Int(credit) <= Limits.largestCredit else {
      throw SessionError(.flowControl, "a credit of \(credit) beside \(outgoing)")
    }
    outgoing += Int(credit)
  }

  /// What a welcome grants beyond what the client had assumed, or frames have cost that never leave.
  mutating func raise(by credit: Int) { outgoing += credit }

  /// Counts a frame of an item; `isFirst` when the item begins with it.
  mutating func received(_ cost: Int, isFirst: Bool) throws(SessionError) {
    guard !isFirst || incoming > 0 else {
      throw SessionError(.flowControl, "an item began without credit")
    }
    incoming -= cost
  }

  /// How much to grant, after the consumer has taken what `cost` stands for: zero until half of the window is free.
  mutating func consumed(_ cost: Int) -> Int {
    taken += cost
    guard taken >= window / 2 else { return 0 }
    defer { taken = 0 }
    incoming += taken
    return taken
  }
}
