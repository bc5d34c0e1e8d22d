import HoldfastSync

/// What goes wrong, for those who look at the status here, and in the file for those who look by another process.
extension SyncEngine {
  /// Something has failed, for one reason, or for that and another that came of it.
  func failed(_ activity: ReplicaFailure.Activity, _ errors: [any Error]) {
    let failure = ReplicaFailure(activity, errors, at: core.clock.wall())
    core.status.change { status in
      status.failed(failure)
      status.metrics.failed += 1
    }
  }

  /// Something has gone well.
  func succeeded(_ activity: ReplicaFailure.Activity) {
    core.status.change { $0.succeeded([activity]) }
  }
}

extension ReplicaCore {
  /// Keeps in the file what the status tells of failures, until the task is cancelled.
  func keepFailures(_ written: ReplicaFailure?) async {
    let follower = Latest<ReplicaStatus>.Follower(status)
    var (written, seen) = (written, nil as ReplicaStatus?)
    repeat {
      seen = await follower.next(after: seen)
      // The end of the task ends the following; what there is then is the last.
      let failure = (seen ?? status.value).lastError
      guard !isAlike(failure, written) else { continue }
      do {
        try await write { _, transaction in (try transaction.store(failure), ReplicaBook.Touched()) }
        written = failure
      } catch {
        status.change { $0.failedToKeep(error) }
      }
    } while seen != nil
  }

  /// Keeps in the file what has failed, or that nothing has.
  func keepFailure(_ failure: ReplicaFailure?) async throws {
    let stored = try await read { try $1.storedFailure() }
    guard !isAlike(failure, stored) else { return }
    try await write { _, transaction in (try transaction.store(failure), ReplicaBook.Touched()) }
  }

  private func isAlike(_ one: ReplicaFailure?, _ other: ReplicaFailure?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return one.isLike(other)
  }
}

extension ReplicaStatus {
  /// Something has failed. What fails in the same way again has failed since the first time.
  mutating func failed(_ failure: ReplicaFailure) {
    var failure = failure
    if let lastError, lastError.isLike(failure) { failure.since = lastError.since }
    lastError = failure
  }

  /// These go well again.
  mutating func succeeded(_ activities: [ReplicaFailure.Activity]) {
    if let lastError, activities.contains(lastError.activity) { self.lastError = nil }
  }

  /// What went wrong cannot be written down either.
  fileprivate mutating func failedToKeep(_ error: any Error) {
    guard let failure = lastError else { return }
    let both = ReplicaFailure(failure.activity, failure.errors + [error], at: failure.since)
    if !failure.causes.contains(where: both.causes.suffix(1).contains) { lastError = both }
  }
}

extension HubRequest {
  var activity: ReplicaFailure.Activity {
    switch self {
    case .join: .joining
    case .push: .pushing
    case .pull: .pulling
    }
  }
}
