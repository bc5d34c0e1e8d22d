/// How far the hub has come with sealing what it has by the keys in force (`SealSweep`).
struct SealProgress: Sendable {
  var isRunning = false
  /// Rows that were looked at, and those that there were in the beginning.
  var looked: Int64 = 0
  var total: Int64 = 0
  var sealed = 0
}

extension KeyRing {
  func began(total: Int64) { change { $0 = SealProgress(isRunning: true, total: total) } }

  func advanced(by rows: Int, sealed: Int) {
    change {
      $0.looked += Int64(rows)
      $0.total = max($0.total, $0.looked)
      $0.sealed += sealed
    }
  }

  func ended() { change { $0.isRunning = false } }
}
