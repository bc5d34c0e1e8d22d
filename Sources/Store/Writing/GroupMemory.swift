/// What the jobs of one group share in memory, so that a row which each of them changes is read and written once.
///
/// Made when the group's first job asks for it, written to the database before the group commits, and then forgotten.
/// Belongs to the writer's thread.
public protocol GroupState: AnyObject {
  init()
  /// A job has ended: what it did is kept, or undone as if it had not run.
  func jobEnded(kept: Bool)
  /// Writes what has changed. Throwing fails the whole group.
  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError)
}

/// What the open group holds in memory: notices of what it will have committed, and shared state.
///
/// Invariant: between two jobs it holds exactly what the transaction holds.
final class GroupMemory {
  private var notices: [CommitNotice] = []
  /// How many notices are of jobs that were kept.
  private var keptNotices = 0
  private var states: [ObjectIdentifier: any GroupState] = [:]

  func append(_ notice: CommitNotice) { notices.append(notice) }

  func state<State: GroupState>(_ type: State.Type) -> State {
    if let known = states[ObjectIdentifier(type)] as? State { return known }
    let state = State()
    states[ObjectIdentifier(type)] = state
    return state
  }

  func jobEnded(kept: Bool) {
    if kept { keptNotices = notices.count } else { notices.removeLast(notices.count - keptNotices) }
    for state in states.values { state.jobEnded(kept: kept) }
  }

  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    for state in states.values { try state.flush(transaction) }
  }

  /// Forgets everything: the transaction is over.
  func clear() {
    notices.removeAll(keepingCapacity: true)
    keptNotices = 0
    states.removeAll(keepingCapacity: true)
  }

  /// For each space the highest sequence, in order of first appearance. Then everything is forgotten.
  func takeNotices() -> [CommitNotice] {
    defer { clear() }
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
