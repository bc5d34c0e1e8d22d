internal import HoldfastCache
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Which columns were analysed before, by what their results depend on (`ResultKey`). The store knows all of them; those that
/// were asked for are kept at hand, each for as long as it may be used, and looked up once however many ask.
final class ResultDesk: Sendable {
  /// How often columns of runs that begin had their results, or not.
  struct Counters: Sendable, Equatable {
    /// Columns that have the items of one which was done.
    var hits = 0
    /// Those that waited for one which was being analysed, and have its items.
    var joined = 0
    /// Those that were worked on.
    var misses = 0
  }

  private let cache: BackedCache<ResultSource>
  private let counted = Lock(Counters())
  private let persistence: PersistenceCalls
  /// How long after it was done a column may be used again.
  private let lifetime: Duration

  init(beside persistence: PersistenceCalls, _ settings: AnalysisSettings) {
    self.persistence = persistence
    lifetime = settings.resultsReused
    cache = BackedCache(
      over: ResultSource(persistence: persistence, lifetime: settings.resultsReused),
      capacity: max(1, settings.resultIndexBytes), clock: { MonotonicTime.now().nanoseconds },
      weigher: { _, _ in Limits.resultEntryBytes })
  }

  var counters: Counters { counted.withLock { $0 } }
  /// Of the index alone.
  var indexCounters: CacheCounters { cache.counters }

  func count(_ change: (inout Counters) -> Void) { counted.withLock { change(&$0) } }

  /// The earliest moment whose results may be used now.
  var since: Moment { persistence.now.subtracting(lifetime) }

  /// A column of that key that is done.
  nonisolated(nonsending) func find(_ key: ResultKey) async throws -> Int64? { try await cache.get(key) }

  /// What is known of the key is no longer so.
  func invalidate(_ key: ResultKey) { cache.invalidate(key) }

  /// A file was removed: what is at hand of its space is looked up again.
  func invalidate(space: Int64) { cache.invalidateAll { $0.space == space } }

  /// Brings the newest to hand.
  nonisolated(nonsending) func warm(_ limit: Int) async throws {
    guard limit > 0 else { return }
    for key in try await persistence.store.scan({ try ResultTable.newest(limit: limit, $0) }) {
      _ = try await find(key)
    }
  }
}

/// Looks columns up in the store.
private struct ResultSource: CacheSource {
  let persistence: PersistenceCalls
  let lifetime: Duration

  func load(_ key: ResultKey) async throws -> CacheContent<Int64>? {
    let since = persistence.now.subtracting(lifetime)
    return try await persistence.store.scan { try ResultTable.find(key, since: since, $0) }.map {
      CacheContent($0, lifetime: lifetime)
    }
  }
}
