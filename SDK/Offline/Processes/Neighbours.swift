import HoldfastStore

/// Notices what other processes do to a replica's file, and wakes those that watch it here.
///
/// Every write of theirs goes to the write-ahead log, so its time of change is looked at, which costs next to nothing;
/// whether it was another process that wrote, SQLite knows.
struct Neighbours: Sendable {
  let core: ReplicaCore
  var interval = Duration.milliseconds(200)

  /// Looks until the task is cancelled.
  func watch() async {
    var last: (time: WriteTime?, version: Int64) = (nil, 0)
    var isRecent = true
    while !Task.isCancelled {
      let time = WriteTime(of: core.file + "-wal")
      // What was written then may not be seen yet.
      if time != last.time || isRecent {
        isRecent = time.map { !$0.isOver } ?? false
        last.time = time
        if let version = await version(), version != last.version {
          // At first too: who watches may have looked before this did.
          core.watchers.changedSomehow()
          last.version = version
        }
      }
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  /// Changes with each commit of another connection than the one that writes here; nil when that cannot be told now.
  private func version() async -> Int64? {
    do {
      return try await core.write { _, transaction in
        (try transaction.first("PRAGMA data_version") { $0.integer(0) }, ReplicaBook.Touched())
      }
    } catch {
      let failure = ReplicaFailure(.reading, [error], at: core.clock.wall())
      core.status.change { $0.failed(failure) }
      return nil
    }
  }
}
