internal import HoldfastContract
internal import HoldfastSync

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The device as which a test changes entities: it always sees what the hub has, so none of its changes meets another.
struct OtherDevice {
  static let name = "another device"

  let identity = ReplicaIdentity(device: UUID(), incarnation: UUID())
  private var clock = HybridClock()
  private var number: UInt64 = 0

  /// What its next operation is called.
  struct Stamp: Sendable {
    let identity: ReplicaIdentity
    let number: UInt64
    let clock: ClockReading
  }

  mutating func stamp(at now: Int64) -> Stamp {
    number += 1
    return Stamp(identity: identity, number: number, clock: clock.tick(at: now))
  }
}
