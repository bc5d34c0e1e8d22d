internal import HoldfastStore

/// What the hub does about files by itself.
extension FileDesk {
  /// Removes uploads with which nobody has gone on, and drops the chunks of files that were removed.
  nonisolated(nonsending) func tend() async throws {
    let moment = persistence.now.subtracting(settings.uploadsKept)
    while true {
      let abandoned = try await store.scan { transaction in
        try FileTable.abandoned(since: moment, limit: Limits.tendedFiles, transaction)
      }
      for upload in abandoned {
        try await removeAbandoned(upload.file, in: upload.space, since: moment)
      }
      if abandoned.count < Limits.tendedFiles { break }
    }
    while !Task.isCancelled, let removed = try await store.scan({ try FileTable.removed($0) }) {
      try await store.write { transaction in
        let dropped = try FileTable.dropChunks(of: removed, limit: Limits.droppedChunks, transaction)
        if dropped < Limits.droppedChunks { try FileTable.forget(removed, transaction) }
      }
    }
  }
}
