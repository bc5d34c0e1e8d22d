/// What a cache has done so far, and what is in it.
public struct CacheCounters: Sendable, Equatable {
  /// Reads that found a value, and that did not.
  public var hits = 0
  public var misses = 0
  /// Entries that left because others needed the room.
  public var evictions = 0
  /// Entries that left because they had ended.
  public var expirations = 0
  /// Entries that are there now, those included that have ended and were not swept yet.
  public var entries = 0
  /// What they weigh together.
  public var weight = 0

  /// The share of reads that found a value; nil before the first.
  public var hitRatio: Double? {
    hits + misses > 0 ? Double(hits) / Double(hits + misses) : nil
  }
}

extension Cache {
  /// Counted in parts while others go on: the sums are of no one moment.
  public var counters: CacheCounters {
    var counters = CacheCounters()
    policy.withLock { policy in
      counters.evictions = policy.evictions
      counters.expirations = policy.expirations
      counters.entries = policy.count
      counters.weight = policy.weight
    }
    for number in 0..<Limits.readers {
      shards.readers[number].withLock { readers in
        counters.hits += readers.hits
        counters.misses += readers.misses
      }
    }
    return counters
  }
}
