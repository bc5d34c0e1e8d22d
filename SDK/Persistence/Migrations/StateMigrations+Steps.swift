/// The pieces of which a step is made. Each is one transaction with the note of how far it has come.
extension StateMigrations {
  /// Bytes from which on a piece takes no more values.
  private static var pieceBytes: Int { 4 << 20 }

  /// Looks whether all values can be changed, and only then begins.
  func begin(
    _ step: StateMigration, _ place: inout Place, _ report: @Sendable (MigrationProgress) -> Void
  ) async throws(StorageError) {
    do throws(StorageError) {
      let total = try await check(step, report)
      place.record.step = MigrationRecord.Step(version: step.version, phase: .changing, total: total)
    } catch {
      // A value that cannot be changed may be one that another process has changed already.
      guard error.code == .migrationFailed, try await self.place().version != place.version else { throw error }
      throw StorageError(.conflict, "another process migrates", cause: error)
    }
    try await save(&place)
  }

  /// How many values there are, all of which can be changed.
  private func check(
    _ step: StateMigration, _ report: @Sendable (MigrationProgress) -> Void
  ) async throws(StorageError) -> Int {
    guard let prefix = step.prefix else { return 0 }
    var total = 0
    for try await key in persistence.keys(prefix: prefix) where !key.hasBytePrefix(MigrationRecord.reserved) {
      guard let stored = try await adapter.read(key) else { continue }
      let changed = try change(step, key, stored.bytes)
      if !changed.key.utf8.elementsEqual(key.utf8), try await adapter.version(changed.key) != nil {
        throw failure(step, "there is a value under “\(changed.key)” already", key)
      }
      total += 1
      if total % pieceValues == 0 { report(progress(step, .checking, total, 0)) }
    }
    report(progress(step, .checking, total, total))
    return total
  }

  /// Does the next piece of the step that is under way; false when none is.
  func advance(
    _ place: inout Place, _ report: @Sendable (MigrationProgress) -> Void
  ) async throws(StorageError) -> Bool {
    guard let under = place.record.step else { return false }
    let step = try step(to: under.version)
    switch under.phase {
    case .changing:
      do throws(StorageError) {
        try await changePiece(step, &place)
      } catch {
        guard error.code == .migrationFailed else { throw error }
        try await beginUndoing(&place, error)
      }
    case .validating:
      do {
        try await step.validate(persistence)
      } catch {
        try await beginUndoing(&place, failure(step, "what it made is not valid", nil, error))
        return true
      }
      place.record.version = step.version
      place.record.restorable = step.version - 1
      place.record.step = nil
      try await save(&place)
      report(progress(step, .done, under.done, under.total))
      return true
    case .undoing: try await undoPiece(step, &place)
    }
    if let now = place.record.step {
      report(progress(step, .init(rawValue: now.phase.rawValue) ?? .changing, now.done, now.total))
    }
    return true
  }

  // MARK: Changing

  private func changePiece(_ step: StateMigration, _ place: inout Place) async throws(StorageError) {
    guard var under = place.record.step else { return }
    var next = place
    var changes: [StorageChange] = []
    if case .together(let body) = step.work {
      changes = try await together(step, body)
      under.phase = .validating
      (under.done, under.total) = (changes.count / 2, changes.count / 2)
    } else {
      let keys = try await adapter.keys(prefix: step.prefix ?? "", after: under.last, limit: pieceValues)
      if keys.isEmpty { under.phase = .validating }
      var bytes = 0
      for key in keys where bytes < Self.pieceBytes {
        under.last = key
        guard !key.hasBytePrefix(MigrationRecord.reserved), let stored = try await adapter.read(key) else { continue }
        let changed = try change(step, key, stored.bytes)
        changes.append(.write(MigrationRecord.kept(stored.bytes), for: MigrationRecord.before(step.version) + key))
        if changed.key.utf8.elementsEqual(key.utf8) {
          changes.append(.write(changed.bytes, for: key, expected: stored.version))
        } else {
          changes.append(.delete(key, expected: stored.version))
          changes.append(.write(changed.bytes, for: changed.key, expected: 0))
          changes.append(
            .write(MigrationRecord.kept(nil), for: MigrationRecord.before(step.version) + changed.key))
        }
        under.done += 1
        bytes += stored.bytes.count + changed.bytes.count
      }
    }
    next.record.step = under
    try await save(&next, with: changes)
    place = next
  }

  /// The changes of a step that makes all at once, each with what was there before.
  private func together(
    _ step: StateMigration, _ body: @Sendable (PersistenceTransaction) async throws -> Void
  ) async throws(StorageError) -> [StorageChange] {
    let transaction = PersistenceTransaction(persistence)
    do {
      try await body(transaction)
    } catch let error as StorageError where ![.undecodable, .unencodable].contains(error.code) {
      throw error
    } catch {
      throw failure(step, "it cannot be made", nil, error)
    }
    var changes: [StorageChange] = []
    for var change in transaction.changes() {
      if change.kind != .check {
        let stored = try await adapter.read(change.key)
        if change.expected == nil { change.expected = stored?.version ?? 0 }
        changes.append(
          .write(MigrationRecord.kept(stored?.bytes), for: MigrationRecord.before(step.version) + change.key))
      }
      changes.append(change)
    }
    return changes
  }

  private func change(
    _ step: StateMigration, _ key: String, _ bytes: [UInt8]
  ) throws(StorageError) -> (key: String, bytes: [UInt8]) {
    do {
      return try step.changed(key, bytes, persistence) ?? (key, bytes)
    } catch {
      throw failure(step, "a value cannot be changed", key, error)
    }
  }

  // MARK: Undoing

  private func beginUndoing(_ place: inout Place, _ error: StorageError) async throws(StorageError) {
    place.record.step?.phase = .undoing
    place.record.step?.done = 0
    place.record.step?.reason = error.description
    place.cause = error
    try await save(&place)
  }

  private func undoPiece(_ step: StateMigration, _ place: inout Place) async throws(StorageError) {
    let prefix = MigrationRecord.before(step.version)
    var changes: [StorageChange] = []
    for kept in try await adapter.keys(prefix: prefix, after: nil, limit: pieceValues) {
      guard let stored = try await adapter.read(kept) else { continue }
      let key = String(decoding: Array(kept.utf8.dropFirst(prefix.utf8.count)), as: UTF8.self)
      switch stored.bytes.first {
      case 1: changes.append(.write(Array(stored.bytes.dropFirst()), for: key))
      case 0: changes.append(.delete(key))
      default: throw StorageError(.damaged, "what was before the migration cannot be read", key: kept)
      }
      changes.append(.delete(kept))
    }
    var next = place
    next.record.step?.done += changes.count / 2
    if changes.isEmpty {
      next.record.version = step.version - 1
      next.record.restorable = min(next.record.restorable, step.version - 1)
      next.record.step = nil
    }
    let reason = place.record.step?.reason
    try await save(&next, with: changes)
    (place, next.cause) = (next, place.cause)
    guard changes.isEmpty, let reason else { return }
    throw place.cause as? StorageError ?? failure(step, reason, nil)
  }

  /// Lets go of what was before the steps that can no longer be undone.
  func forget() async throws(StorageError) {
    let restorable = try await place().record.restorable
    var gone: [String] = []
    for try await key in persistence.keys(prefix: MigrationRecord.before) {
      let rest = key.utf8.dropFirst(MigrationRecord.before.utf8.count).prefix { $0 != UInt8(ascii: "/") }
      if let version = Int(String(decoding: Array(rest), as: UTF8.self)), version <= restorable { gone.append(key) }
    }
    while !gone.isEmpty {
      try await adapter.apply(gone.prefix(PersistenceLimits.page).map { .delete($0) })
      gone.removeFirst(min(gone.count, PersistenceLimits.page))
    }
  }

  // MARK: Words

  private func progress(
    _ step: StateMigration, _ phase: MigrationProgress.Phase, _ done: Int, _ total: Int
  ) -> MigrationProgress {
    MigrationProgress(version: step.version, name: step.name, phase: phase, done: done, total: total)
  }

  private func failure(
    _ step: StateMigration, _ what: String, _ key: String?, _ cause: (any Error)? = nil
  ) -> StorageError {
    StorageError(
      .migrationFailed, "the step to version \(step.version) (\(step.name)) was not made: \(what)", key: key,
      cause: cause)
  }
}
