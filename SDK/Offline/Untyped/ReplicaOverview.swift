package import HoldfastContract
import HoldfastStore
import HoldfastSync

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// How a replica's file stands, whichever process works with it.
package struct ReplicaOverview: Sendable, Hashable {
  /// The entities of one type that are seen here.
  package struct TypeCount: Sendable, Hashable {
    package var type: String
    package var entities: Int
    /// Of these, the ones that operations wait on.
    package var changed: Int
  }

  package var space: String
  package var device: UUID
  package var incarnation: UUID
  /// Whether it has ever reached its hub.
  package var hasJoined: Bool
  /// Up to this change it has what the hub has.
  package var pulledTo: UInt64
  /// Whether all of that is there, and not only the beginning.
  package var isWhole: Bool
  package var filters: [EntityFilter]
  package var types: [TypeCount]
  /// Operations without an outcome; of these, the ones that were sent, and the ones that wait for a decision.
  package var pending: Int
  package var sent: Int
  package var parked: Int
  /// Whether a process keeps it in step with its hub at present.
  package var isTended: Bool
  /// What went wrong last for whoever synced it, and has not gone well since.
  package var lastError: ReplicaFailure?
}

extension Replica {
  /// How the file stands.
  package func overview() async throws -> ReplicaOverview {
    let isTended = try await isTended()
    return try await core.read { book, transaction in
      let head = try transaction.storedHead()
      let (pending, parked) = try book.counts(in: transaction)
      let sent = try transaction.first(
        "SELECT COUNT(*) FROM operation WHERE state = $1", [.integer(StoredOperation.State.sent.rawValue)]
      ) { Int($0.integer(0)) }
      let types = try transaction.all(
        """
        SELECT type, COUNT(CASE WHEN pending > 0 THEN local ELSE server END), SUM(pending > 0) FROM entity
        GROUP BY type ORDER BY type
        """
      ) { ReplicaOverview.TypeCount(type: $0.text(0), entities: Int($0.integer(1)), changed: Int($0.integer(2))) }
      return ReplicaOverview(
        space: head.space, device: head.device, incarnation: head.incarnation, hasJoined: !head.epoch.isEmpty,
        pulledTo: head.pulledTo, isWhole: !head.isPassing, filters: head.filters, types: types, pending: pending,
        sent: sent ?? 0, parked: parked, isTended: isTended,
        lastError: try transaction.storedFailure())
    }
  }

  /// How the file stands now, and whenever another process or this one has changed it; ends with the task.
  package func overviews(_ show: @Sendable (ReplicaOverview) -> Void) async throws {
    let watch = core.watchers.watch(.queue)
    var last: ReplicaOverview?
    while !Task.isCancelled {
      let overview = try await overview()
      if overview != last { show(overview) }
      last = overview
      await watch.bell.wait()
    }
  }

  /// Whether a process has the right to sync the file. It is tried and given back at once: who waits for it, tries again.
  func isTended() async throws(ReplicaError) -> Bool {
    do {
      return try ReplicaLock.take(core.file) == nil
    } catch {
      throw ReplicaError(error)
    }
  }
}
