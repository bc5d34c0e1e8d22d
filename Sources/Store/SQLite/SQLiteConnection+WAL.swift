internal import CSQLite

extension SQLiteConnection {
  enum CheckpointMode {
    case waitForNobody
    /// Waits for readers and other checkpoints, within `Limits.restartMilliseconds`, so that the WAL begins anew.
    case waitForReaders
    /// Waits for readers and writers, so that the WAL is emptied.
    case empty
  }

  /// Looks after the WAL's length after each commit of this connection.
  func watchWAL() {
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().committed(walPages: Int(pages))
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func committed(walPages: Int) {
    guard checkpoints.grew(to: walPages) else { return }
    switch checkpoints.step(checkpointer?.progress() ?? .nobody) {
    case .nothing: break
    case .beside: checkpointer?.begin()
    case .here: checkpoint(.waitForNobody)
    case .restart: checkpoint(.waitForReaders)
    }
  }

  /// Moves pages of the WAL into the database. One that fails leaves them where they are, durable; a later one goes on.
  /// - Returns: how many pages from the WAL's start on are in the database now; nil when that is not known.
  @discardableResult
  func checkpoint(_ mode: CheckpointMode) -> Int? {
    var moved: Int32 = -1
    switch mode {
    case .waitForNobody:
      sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, nil, &moved)
    case .waitForReaders:
      sqlite3_busy_timeout(handle, Int32(Limits.restartMilliseconds))
      sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_RESTART, nil, &moved)
      sqlite3_busy_timeout(handle, Int32(Limits.busyMilliseconds))
    case .empty:
      guard sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, &moved) == SQLITE_OK else {
        return nil
      }
    }
    return moved >= 0 ? Int(moved) : nil
  }
}
