/// How far the hub has come with sealing what it has by the keys in force (`SealSweep`).
struct SealProgress: Sendable {
  var isRunning = false
  /// The last row that was looked at, and the last that there was in the beginning.
  var last: Int64 = 0
  var total: Int64 = 0
  var sealed = 0
}

extension KeyRing {
  func began(total: Int64) { change { $0 = SealProgress(isRunning: true, total: total) } }

  func advanced(to last: Int64, sealed: Int) {
    change {
      $0.last = last
      $0.total = max($0.total, last)
      $0.sealed += sealed
    }
  }

  func ended() { change { $0.isRunning = false } }
}
