/// What the readers of one shard on some of the processors share: how many they were, and the reads that the policy has
/// not heard of. Its lock is theirs: who has it may look at the shard's table.
@usableFromInline
struct Readers: ~Copyable, @unchecked Sendable {
  @usableFromInline var hits = 0
  @usableFromInline var misses = 0
  /// How many reads pass until one is noted.
  @usableFromInline var unnoted = 0
  @usableFromInline var readCount = 0
  /// One read in so many is noted.
  @usableFromInline var stride = 1
  @usableFromInline var reads: UnsafeMutablePointer<Mark>
  /// With the lock before it, so that no two of them share a line, nor a pair of lines that processors fetch together.
  @usableFromInline let padding = (0, 0, 0, 0, 0, 0, 0, 0, 0)

  @inlinable
  init() {
    reads = .allocate(capacity: Limits.waitingReads)
  }

  @inlinable
  deinit { reads.deallocate() }

  /// Notes that an entry was read; true when the list was empty before.
  ///
  /// Where the list is full, and where a reader had to empty it since no writer came, some reads go by unnoted: those that
  /// are noted tell the same, as there are hundreds for each write.
  @inlinable @inline(__always)
  mutating func noteRead(of mark: Mark) -> Bool {
    guard unnoted == 0 else {
      unnoted -= 1
      return false
    }
    guard readCount < Limits.waitingReads else { return false }
    unnoted = stride - 1
    reads[readCount] = mark
    readCount += 1
    return readCount == 1
  }

  @inlinable var isFull: Bool { readCount == Limits.waitingReads }

  /// Takes the list of reads for an empty one, and returns how many there are in it.
  @inlinable
  mutating func exchangeReads(for list: inout UnsafeMutablePointer<Mark>, byWriter: Bool) -> Int {
    swap(&reads, &list)
    stride = byWriter ? 1 : min(stride * 2, Limits.sparseReads)
    unnoted = 0
    defer { readCount = 0 }
    return readCount
  }
}
