/// Which entry a slot of a table has: its number in the policy, and half of its key's hash, so that few keys are compared
/// and an entry that took over a number is told from the one before it. Zero marks an empty slot.
@usableFromInline
struct Mark: Equatable, Sendable {
  @usableFromInline var bits: UInt64

  @inlinable
  init(id: NodeID, hash: UInt64) {
    bits = UInt64(id) << 32 | UInt64(UInt32(truncatingIfNeeded: hash))
  }

  @inlinable
  init(bits: UInt64) { self.bits = bits }

  @inlinable var id: NodeID { NodeID(truncatingIfNeeded: bits >> 32) }
  @inlinable var half: UInt32 { UInt32(truncatingIfNeeded: bits) }
  @inlinable var isEmpty: Bool { bits == 0 }
}
