internal import HoldfastCache

/// What the hub keeps in memory because it is asked for again.
struct CacheMetrics: MetricSource {
  /// Each with its name.
  let caches: [(name: String, counters: @Sendable () -> CacheCounters)]

  func write(to text: inout MetricText) {
    let found = caches.map { (labels: [(name: "cache", value: $0.name)], counters: $0.counters()) }
    text.metric("holdfast_cache_hits_total", .counter, "Reads that found a value.")
    for cache in found { text.sample(cache.labels, UInt64(clamping: cache.counters.hits)) }
    text.metric("holdfast_cache_misses_total", .counter, "Reads that found none.")
    for cache in found { text.sample(cache.labels, UInt64(clamping: cache.counters.misses)) }
    text.metric("holdfast_cache_evictions_total", .counter, "Values that left because others needed the room.")
    for cache in found { text.sample(cache.labels, UInt64(clamping: cache.counters.evictions)) }
    text.metric("holdfast_cache_entries", .gauge, "Values that are there.")
    for cache in found { text.sample(cache.labels, UInt64(clamping: cache.counters.entries)) }
    text.metric("holdfast_cache_size_bytes", .gauge, "What they take of memory, about.")
    for cache in found { text.sample(cache.labels, UInt64(clamping: cache.counters.weight)) }
  }
}
