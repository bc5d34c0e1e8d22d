/// What the jobs of one group share in memory, so that a row which each of them changes is read and written once.
///
/// Made when the group's first job asks for it, written to the database before the group commits, and then forgotten
/// unless it says otherwise. Belongs to the writer's thread.
public protocol GroupState: AnyObject {
  init()
  /// A job has ended: what it did is kept, or undone as if it had not run.
  func jobEnded(kept: Bool)
  /// Writes what has changed. Throwing fails the whole group; but where a constraint was broken, its jobs run again,
  /// each writing its rows itself (`isCareful`).
  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError)
  /// The group has been committed.
  /// - Returns: whether this goes on with the next group. It is right only for what the database holds as well.
  func outlivesCommit() -> Bool
}

extension GroupState {
  public func outlivesCommit() -> Bool { false }
}

/// What the open group holds in memory: notices of what it will have committed, and shared state.
///
/// Invariant: between two jobs it holds exactly what the transaction holds.
///
/// `@exclusivity(unchecked)`, here and in what else one thread has for itself: no access to one of these happens within
/// another, and asking the runtime about each costs three per cent of a write.
final class GroupMemory {
  @exclusivity(unchecked) private var notices: [CommitNotice] = []
  /// How many notices are of jobs that were kept.
  private var keptNotices = 0
  /// One of each type; there are a few at most.
  @exclusivity(unchecked) private var states: [any GroupState] = []
  /// Whether jobs run behind savepoints, and write their rows themselves.
  var isCareful = false

  func append(_ notice: CommitNotice) { notices.append(notice) }

  func state<State: GroupState>(_ type: State.Type) -> State {
    for known in states where Swift.type(of: known) == type { return unsafeDowncast(known, to: State.self) }
    let state = State()
    states.append(state)
    return state
  }

  func jobEnded(kept: Bool) {
    if kept { keptNotices = notices.count } else { notices.removeLast(notices.count - keptNotices) }
    for state in states { state.jobEnded(kept: kept) }
  }

  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    for state in states { try state.flush(transaction) }
  }

  /// Forgets everything: the transaction was undone.
  func clear() {
    forgetNotices()
    states.removeAll(keepingCapacity: true)
  }

  private func forgetNotices() {
    notices.removeAll(keepingCapacity: true)
    keptNotices = 0
  }

  /// The transaction was committed.
  /// - Returns: for each space the highest sequence, in order of first appearance.
  func committed() -> [CommitNotice] {
    states.removeAll { !$0.outlivesCommit() }
    defer { forgetNotices() }
    guard notices.count > 1 else { return notices }
    var merged: [CommitNotice] = []
    var places: [Int64: Int] = [:]
    for notice in notices {
      if let place = places[notice.space] {
        merged[place].sequence = max(merged[place].sequence, notice.sequence)
      } else {
        places[notice.space] = merged.count
        merged.append(notice)
      }
    }
    return merged
  }
}
