internal import CLinux

/// The tables of a cache, which keys are spread over, with the locks of their readers.
///
/// Readers on one processor take other locks than those on the next, so that a lock's line of memory need not go from one
/// to the other for each read. Who changes a table takes all of its locks, in their order.
@usableFromInline
struct Shards<Key: Hashable & Sendable, Value: Sendable>: ~Copyable, @unchecked Sendable {
  /// A power of two each; their product is `Limits.readers`.
  @usableFromInline let count: Int
  @usableFromInline let lanes: Int
  /// Those of one lane beside each other. All are initialized from the first to the last moment, and never written to:
  /// each guards what is in it.
  @usableFromInline let readers: UnsafeMutablePointer<Guarded<Readers>>
  @usableFromInline let tables: UnsafeMutablePointer<Table<Key, Value>>

  @usableFromInline
  init() {
    var lanes = 1
    while lanes < min(Processor.count, Limits.lanes) { lanes *= 2 }
    self.lanes = lanes
    count = Limits.readers / lanes
    readers = UnsafeMutableRawPointer.allocate(
      byteCount: Limits.readers * MemoryLayout<Guarded<Readers>>.stride, alignment: Limits.lineBytes
    ).bindMemory(to: Guarded<Readers>.self, capacity: Limits.readers)
    for number in 0..<Limits.readers { (readers + number).initialize(to: Guarded(Readers())) }
    tables = .allocate(capacity: count)
    for number in 0..<count { (tables + number).initialize(to: Table()) }
  }

  deinit {
    readers.deinitialize(count: Limits.readers)
    readers.deallocate()
    tables.deinitialize(count: count)
    tables.deallocate()
  }

  @inlinable
  func number(of hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash >> 32) & (count - 1)
  }

  /// Which of `readers` is the shard's on this processor.
  @inlinable
  func reader(of shard: Int) -> Int {
    (Processor.current & (lanes - 1)) * count + shard
  }

  /// Lets `body` look at a table, and note what it read, while nobody changes it.
  @inlinable @inline(__always)
  func read<Result: Sendable>(_ reader: Int, _ body: (inout Readers, borrowing Table<Key, Value>) -> Result) -> Result {
    readers[reader].withLock { readers in body(&readers, tables[reader & (count - 1)]) }
  }

  /// Lets `body` change a table while nobody looks at it. Under the policy's lock, so that there is one who does.
  @inlinable
  func change<Result: Sendable>(_ shard: Int, _ body: (inout Table<Key, Value>) -> Result) -> Result {
    change(shard, from: 0, body)
  }

  @inlinable
  func change<Result: Sendable>(_ shard: Int, from lane: Int, _ body: (inout Table<Key, Value>) -> Result) -> Result {
    // Not by subscript: ThreadSanitizer would take a change of any table for one of the first.
    guard lane < lanes else { return body(&(tables + shard).pointee) }
    return readers[lane * count + shard].withLock { _ in change(shard, from: lane + 1, body) }
  }
}

/// What the system says of processors.
@usableFromInline
enum Processor {
  /// The one that the caller runs on, if it does so still.
  @usableFromInline static var current: Int {
    #if os(Linux)
      max(0, Int(sched_getcpu()))
    #else
      0
    #endif
  }

  static var count: Int {
    #if os(Linux)
      Int(get_nprocs())
    #else
      1
    #endif
  }
}
