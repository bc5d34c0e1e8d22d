/// Every bound of this module, with its unit in its name or beside it.
@usableFromInline
enum Limits {
  // MARK: Table

  /// Locks of readers: so many for each shard as there are lanes of processors. One bit for each in the mask of those that
  /// have reads to tell of.
  @usableFromInline static let readers = 64

  /// The most lanes: where there are more processors, some of them share one.
  static let lanes = 8

  /// Where locks begin: processors fetch lines of 64 bytes, many of them in pairs.
  static let lineBytes = 128

  /// Reads behind one lock that wait to be told to the policy; when they are so many, the reader tells it.
  @usableFromInline static let waitingReads = 64

  /// Where readers fill one list after the other before any writer comes, one read in so many is noted in the end.
  @usableFromInline static let sparseReads = 8

  /// Slots of a shard's table that has nothing in it yet, and the share of slots that may be taken, in quarters.
  @usableFromInline static let restingSlots = 8
  @usableFromInline static let takenQuarters = 3

  // MARK: Policy

  /// The window's share of the capacity: one in so many.
  static let windowShare = 100

  /// The share of the main part that is protected, in percent.
  static let protectedPercent = 80

  /// Entries that go from a window that has become too large to the main part with each thing that happens.
  static let settlingEntries = 16

  /// Entries that one candidate may be weighed against together.
  static let victims = 16

  /// What a counter of the sketch can say, and the frequency from which on a candidate that loses is let in by chance.
  static let frequency = 15
  static let warmFrequency = 6

  /// Of those that lose but are warm, one in so many is let in, so that no pattern of keys keeps all others out for ever.
  static let chance: UInt64 = 128

  /// Words of a sketch that knows nothing yet: 16 KiB. Where a small one grows, keys that shared counters go on doing so.
  static let restingWords = 2_048

  /// Words of a sketch up to which it is twice as large as later, for its entries.
  static let generousWords = 8_192

  /// The counters are halved after so many increments for each entry.
  static let agingPeriod = 10

  // MARK: Trial of the two policies

  /// Entries that a simulated cache may have before it looks at half as many keys.
  static let simulatedEntries = 1_024

  /// By how many hits of a request an order has to be ahead to be taken.
  static let recencyLead = 0.002
  static let frequencyLead = 0.01

  /// What is left of a lead after each judgement, of which there are four for each time that all entries could be asked for.
  static let fading = 0.95

  // MARK: Expiry

  /// Ended entries that are removed in one go, while writers wait.
  @usableFromInline static let endedAtOnce = 64

  /// Slots of one wheel, a power of two, and wheels.
  static let wheelBits = 6
  static let wheels = 5

  /// The first wheel's step is two to this power, in nanoseconds: about a second.
  static let stepBits = 30

  // MARK: Backed caches

  /// How often what has ended is let go where nothing else is done by the clock.
  static let sweepInterval = Duration.seconds(60)

  // MARK: Compression

  /// Slots of the compressor's table, as a power of two: 32 KiB on the stack.
  static let matchBits = 13

  /// After two to this power of places without a match, one more is passed over each time.
  static let patienceBits = 6
}
