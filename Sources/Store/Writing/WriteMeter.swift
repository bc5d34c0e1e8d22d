import Synchronization

/// What the writer has done so far. Only its thread counts; anybody may read.
final class WriteMeter: @unchecked Sendable {  // the cells are atomic, and nothing else changes
  private let groups = Atomic<UInt64>(0)
  private let writes = Atomic<UInt64>(0)
  private let nanoseconds = Atomic<UInt64>(0)
  /// Groups of up to as many writes as the bound of the same place.
  private let sizes: UnsafeMutablePointer<Atomic<UInt64>>

  init() {
    sizes = .allocate(capacity: StoreFigures.groupBounds.count)
    for place in StoreFigures.groupBounds.indices { (sizes + place).initialize(to: Atomic(0)) }
  }

  deinit {
    sizes.deinitialize(count: StoreFigures.groupBounds.count)
    sizes.deallocate()
  }

  /// A group has ended, durable or not.
  func groupEnded(writes count: Int, nanoseconds time: Int64) {
    Self.add(1, to: groups)
    Self.add(UInt64(clamping: count), to: writes)
    Self.add(UInt64(clamping: time), to: nanoseconds)
    let place = StoreFigures.groupBounds.firstIndex { count <= $0 } ?? StoreFigures.groupBounds.count - 1
    Self.add(1, to: sizes[place])
  }

  private static func add(_ amount: UInt64, to cell: borrowing Atomic<UInt64>) {
    cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }

  func figures(waiting: Int) -> StoreFigures {
    StoreFigures(
      waiting: waiting, groups: groups.load(ordering: .relaxed), writes: writes.load(ordering: .relaxed),
      groupSizes: StoreFigures.groupBounds.indices.map { sizes[$0].load(ordering: .relaxed) },
      groupTime: .nanoseconds(Int64(clamping: nanoseconds.load(ordering: .relaxed))))
  }
}

/// What a store has to do and has done since it was opened. Counted while others go on: the figures are of no one moment.
public struct StoreFigures: Sendable {
  /// The bounds of `groupSizes`; the last is the largest group that there can be.
  public static let groupBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, Limits.groupJobs]

  /// Writes that wait for the writer.
  public let waiting: Int
  /// Groups that have ended, and their writes.
  public let groups: UInt64
  public let writes: UInt64
  /// How many groups had up to as many writes as the bound of the same place, and more than the one before it.
  public let groupSizes: [UInt64]
  /// How long all groups took together, from their first write to the end of their commit.
  public let groupTime: Duration
}
