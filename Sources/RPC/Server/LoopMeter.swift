import HoldfastWire
import Synchronization

/// What one loop has counted. Only the loop adds, so that adding takes a load and a store and no locked instruction;
/// anybody may read.
final class LoopMeter: @unchecked Sendable {  // the cells are atomic, and nothing else changes
  /// Where the loop's own figures stand; behind them, for each call: statuses, times, nanoseconds.
  private enum Place {
    static let connectionsBegun = 0
    static let connectionsEnded = 1
    static let callsBegun = 2
    static let callsEnded = 3
    static let bytesReceived = 4
    static let bytesSent = 5
    static let count = 8
  }

  private static let times = Limits.countedTimes
  private static let width = Limits.countedStatuses + Limits.countedTimes.count + 2

  private let cells: UnsafeMutablePointer<Atomic<UInt64>>
  private let calls: Int

  init(calls: Int) {
    self.calls = calls
    let count = Place.count + calls * Self.width
    cells = .allocate(capacity: count)
    for place in 0..<count { (cells + place).initialize(to: Atomic(0)) }
  }

  deinit {
    cells.deinitialize(count: Place.count + calls * Self.width)
    cells.deallocate()
  }

  private func add(_ amount: UInt64, at place: Int) {
    cells[place].store(cells[place].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }

  // MARK: Counting, on the loop

  func connectionBegan() { add(1, at: Place.connectionsBegun) }
  func connectionEnded() { add(1, at: Place.connectionsEnded) }

  func moved(received: UInt64, sent: UInt64) {
    add(received, at: Place.bytesReceived)
    add(sent, at: Place.bytesSent)
  }

  func callBegan() { add(1, at: Place.callsBegun) }

  /// - Parameters:
  ///   - call: its number in the dispatcher; nil for one that this has not.
  ///   - began: when it arrived.
  func callEnded(_ call: Int?, _ status: Status, began: MonotonicTime) {
    let time = MonotonicTime.now().nanoseconds &- began.nanoseconds
    let base = Place.count + (call ?? calls - 1) * Self.width
    add(1, at: base + Int((status.rawValue < Limits.countedStatuses ? status : .unknown).rawValue))
    add(1, at: base + Limits.countedStatuses + Self.place(of: time))
    add(time, at: base + Self.width - 1)
    add(1, at: Place.callsEnded)
  }

  /// The first bound that the time does not pass.
  private static func place(of time: UInt64) -> Int {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < Int64(clamping: time) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Reading, from any thread

  func add(to figures: inout CallFigures) {
    func value(_ place: Int) -> UInt64 { cells[place].load(ordering: .relaxed) }
    figures.connectionsEnded += value(Place.connectionsEnded)
    figures.connectionsBegun += value(Place.connectionsBegun)
    // What has ended is read before what has begun, so that it is never more.
    figures.callsEnded += value(Place.callsEnded)
    figures.callsBegun += value(Place.callsBegun)
    figures.bytesReceived += value(Place.bytesReceived)
    figures.bytesSent += value(Place.bytesSent)
    for call in 0..<calls {
      let base = Place.count + call * Self.width
      for status in 0..<Limits.countedStatuses { figures.calls[call].statuses[status] += value(base + status) }
      for time in 0...Self.times.count {
        figures.calls[call].times[time] += value(base + Limits.countedStatuses + time)
      }
      figures.calls[call].time += .nanoseconds(Int64(clamping: value(base + Self.width - 1)))
    }
  }
}
