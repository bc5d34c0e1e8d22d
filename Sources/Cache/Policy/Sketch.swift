/// How often keys were asked for lately, roughly: a count-min sketch of four-bit counters that are halved now and then.
///
/// A key has four counters in one block of 64 bytes. The estimate is the least of them; it may be too high where keys share
/// counters, never too low but for the halving. The table grows with the number of entries, at 16 to 32 bytes for each,
/// and twice that while it is small: with less, rare keys are told from each other too badly to choose among those that were
/// seen once or twice.
struct Sketch {
  private var words: [UInt64]
  /// Increments since the last halving, less what that took away.
  private var additions = 0

  private static let wordsInBlock = 8

  init() {
    words = Array(repeating: 0, count: Limits.restingWords)
  }

  /// How often the key was seen, up to `Limits.frequency`.
  func frequency(of hash: UInt64) -> Int {
    let start = blockStart(of: hash)
    var places = Self.places(of: hash)
    var least = Limits.frequency
    for pair in 0..<4 {
      let count = words[start + pair * 2 + Int(places & 1)] >> ((places >> 1 & 15) << 2) & 15
      least = min(least, Int(count))
      places >>= 8
    }
    return least
  }

  /// Counts the key once more. `residents` is how many entries the cache has.
  mutating func increment(_ hash: UInt64, residents: Int) {
    if residents * (words.count < Limits.generousWords ? 4 : 2) > words.count { grow() }
    let start = blockStart(of: hash)
    var places = Self.places(of: hash)
    var isAdded = false
    for pair in 0..<4 {
      let word = start + pair * 2 + Int(places & 1)
      let shift = (places >> 1 & 15) << 2
      if words[word] >> shift & 15 < Limits.frequency {
        words[word] += 1 << shift
        isAdded = true
      }
      places >>= 8
    }
    guard isAdded else { return }
    additions += 1
    if additions >= Limits.agingPeriod * max(residents, Self.wordsInBlock) { age() }
  }

  private func blockStart(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (words.count - 1) & ~(Self.wordsInBlock - 1)
  }

  /// A byte for each counter: which word of its pair, and which of the word's sixteen counters.
  private static func places(of hash: UInt64) -> UInt64 {
    let mixed = (hash ^ hash >> 32) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ mixed >> 32
  }

  /// Twice as large; each key finds in its new block what its old block said.
  private mutating func grow() {
    words += words
  }

  /// Halves every counter, so that what was popular once makes room.
  private mutating func age() {
    var odd = 0
    for index in words.indices {
      odd += (words[index] & 0x1111_1111_1111_1111).nonzeroBitCount
      words[index] = words[index] >> 1 & 0x7777_7777_7777_7777
    }
    additions = (additions - odd / 4) / 2
  }
}
