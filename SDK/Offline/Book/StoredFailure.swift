import HoldfastStore
import HoldfastWire

/// What went wrong last, in the replica's file, for the processes that do not sync themselves.
///
/// `failure` has one row for each error of the chain, in the order in which they are told; `depth` is 0 for those that
/// came first, and one more for what an error came of. `activity`, `remedy`, `status` and `since` are the whole's.
extension WriteTransaction {
  /// Writes down what went wrong, or that nothing does any longer.
  func store(_ failure: ReplicaFailure?) throws(StoreError) {
    try execute("DELETE FROM failure")
    guard let failure else { return }
    var place: Int64 = 0
    for cause in failure.causes { try store(cause, of: failure, depth: 0, at: &place) }
  }

  private func store(
    _ cause: ReplicaFailure.Cause, of failure: ReplicaFailure, depth: Int64, at place: inout Int64
  ) throws(StoreError) {
    place += 1
    try execute(
      """
      INSERT INTO failure(place, depth, type, kind, message, activity, remedy, status, since)
      VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """,
      [
        .integer(place), .integer(depth), .text(cause.type), .text(cause.kind), .text(cause.message),
        .text(failure.activity.description), .text(failure.remedy.name),
        failure.status.map { .integer(Int64($0.rawValue)) } ?? .null, .integer(failure.since),
      ])
    for cause in cause.causes { try store(cause, of: failure, depth: depth + 1, at: &place) }
  }
}

extension Transaction where Self: ~Copyable {
  /// What went wrong last, and has not gone well since.
  func storedFailure() throws(StoreError) -> ReplicaFailure? {
    let lines = try all(
      "SELECT depth, type, kind, message, activity, remedy, status, since FROM failure ORDER BY place"
    ) { row in
      FailureLine(
        depth: row.integer(0),
        cause: ReplicaFailure.Cause(type: row.text(1), kind: row.text(2), message: row.text(3), causes: []),
        whole: ReplicaFailure(
          ReplicaFailure.Activity(row.text(4)), [],
          status: row.optionalInteger(6).map { Status(rawValue: UInt32(truncatingIfNeeded: $0)) },
          remedy: Remedy(named: row.text(5)), since: row.integer(7)))
    }
    // From the last to the first: what an error came of is known before it.
    var open: [Int64: [ReplicaFailure.Cause]] = [:]
    for line in lines.reversed() {
      var cause = line.cause
      cause.causes = (open.removeValue(forKey: line.depth + 1) ?? []).reversed()
      open[line.depth, default: []].append(cause)
    }
    guard let whole = lines.first?.whole, let causes = open[0] else { return nil }
    return ReplicaFailure(
      whole.activity, causes.reversed(), status: whole.status, remedy: whole.remedy, since: whole.since)
  }
}

/// A row: one error of the chain, and what the whole is beside its errors.
private struct FailureLine {
  var depth: Int64
  var cause: ReplicaFailure.Cause
  var whole: ReplicaFailure
}
