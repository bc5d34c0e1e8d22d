/// What simulated worlds have gone through, counted. A run that leaves something uncovered has not tested it.
public struct SimulationCoverage: Sendable, Hashable {
  /// Everything that has to come up.
  public enum Event: String, CaseIterable, Sendable {
    // Faults
    case requestLost, replyLost, requestDoubled, messagesReordered, partition, flapping, hintLost, wakeUpMissed
    case hubCrash, hubEnded, hubKilled, hubPowerCut, hubDiskFull, hubRestoredFromBackup
    case deviceCrash, deviceKilled, devicePowerCut, deviceDiskFull, deviceRestoredFromBackup, replicaCopied
    case logCut, tombstoneCut, rowDamaged, neighbourOpened, neighbourWorked
    case clockAhead, clockBehind, clockJump, credentialRevoked, accessRevoked, programUpgraded, programDowngraded
    // What users do
    case created, updated, deleted, grouped, coalesced, undone, pruned, filtersChanged, erased
    case decidedMine, decidedServer, decidedByEdit, decidedByRetry, decidedByResolver, decidedAtHub, discarded
    // Outcomes
    case applied, superseded, conflict, rejected, retry, blocked, gone, replay
    // Policies whose fields were changed by an operation that was judged
    case manual, server, client, timestamp, counter, set, append, custom
    // Recoveries
    case passFromStart, newHistory, newIncarnation, olderIncarnationIntroduced, cursorKept, leftFilter, tombstone
    case deadlinePassed, operationUpgraded, timestampTie
    case numberTaken, forgotten, partlyDone
    case tombstoneMissed, damageFound, checksumEqual, neighbourTookOver
  }

  private var counts: [Event: Int] = [:]

  public init() {}

  public subscript(event: Event) -> Int { counts[event] ?? 0 }

  /// What has not come up, in the order of declaration.
  public var missing: [Event] { Event.allCases.filter { self[$0] == 0 } }

  mutating func count(_ event: Event) { counts[event, default: 0] += 1 }

  public mutating func add(_ other: SimulationCoverage) {
    for event in Event.allCases where other[event] > 0 { counts[event, default: 0] += other[event] }
  }
}
