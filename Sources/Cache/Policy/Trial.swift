/// Decides by which order entries leave: two small simulated caches are asked what the real one is asked, and the order that
/// had more hits lately wins.
///
/// W-TinyLFU keeps what is popular, whatever is read once on the way; but where popularity changes faster than it can count,
/// or each thing is wanted a few times and then never more, it falls far behind the least-recently-used order. Climbing by
/// the cache's own hit ratio finds this out slowly, and stops on local peaks; the simulations know both answers at all times.
/// A cache of many entries is simulated by a sample of its keys, in proportion; so it costs little memory and time.
struct Trial {
  private var byFrequency: SimulatedCache
  private var byRecency: SimulatedCache
  private var sketch = Sketch()
  private let capacity: Int
  /// One key in two to this power is looked at.
  private var thinning = 0
  /// Hits by recency less hits by frequency, and keys looked at; both fade.
  private var lead = 0.0
  private var looks = 0.0
  /// Keys looked at since the last judgement.
  private var unjudged = 0

  private(set) var order: Queues.Order = .frequency

  init(capacity: Int) {
    self.capacity = capacity
    byFrequency = SimulatedCache(capacity: capacity, order: .frequency)
    byRecency = SimulatedCache(capacity: capacity, order: .recency)
  }

  /// Somebody asked for the key, and it weighs so much.
  mutating func ask(for hash: UInt64, weight: Int) {
    guard isSampled(hash) else { return }
    sketch.increment(hash, residents: byRecency.count)
    let isKeptByFrequency = byFrequency.ask(for: hash, weight: weight, sketch)
    let isKeptByRecency = byRecency.ask(for: hash, weight: weight, sketch)
    if isKeptByRecency != isKeptByFrequency { lead += isKeptByRecency ? 1 : -1 }
    looks += 1
    unjudged += 1
    if unjudged >= max(byRecency.count / 4, 8) { judge() }
    if max(byRecency.count, byFrequency.count) > Limits.simulatedEntries { thin() }
  }

  /// Changes the order where the other is ahead: least recently used soon, since what it would have kept is lost for good
  /// while one waits, and back when that is clear.
  private mutating func judge() {
    if lead > Limits.recencyLead * looks { order = .recency }
    if lead < -Limits.frequencyLead * looks { order = .frequency }
    lead *= Limits.fading
    looks *= Limits.fading
    unjudged = 0
  }

  private mutating func thin() {
    thinning += 1
    let mask = sampleMask
    let share = max(1, capacity >> thinning)
    byFrequency.thin(toCapacity: share, sketch) { $0 & mask == 0 }
    byRecency.thin(toCapacity: share, sketch) { $0 & mask == 0 }
  }

  /// Bits that neither the table nor the sketch of a cache of this size looks at.
  private var sampleMask: UInt64 { ((1 << UInt64(thinning)) - 1) << 32 }

  private func isSampled(_ hash: UInt64) -> Bool { hash & sampleMask == 0 }
}
