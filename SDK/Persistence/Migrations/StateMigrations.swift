/// Brings what a place holds from the version that an earlier release of a program stored to the newest one.
///
///     let migrations = try StateMigrations(Persistence(adapter), steps)
///     for try await progress in migrations.progress() { print(progress.name, progress.done, progress.total) }
///
/// A step first looks whether every value can be changed, and then changes them, many at a time: with each change what was
/// before is kept, and how far the step has come is noted, in one transaction. Whatever stops it, the next call goes on from
/// there, in this process or another. A step that fails puts back what was before. What the newest step has changed stays
/// kept after it, so that it can be undone.
///
/// No program should use the values meanwhile: `MigratingAdapter` sees to that for its own.
public final class StateMigrations: Sendable {
  /// Finds out which version a place is of that says nothing of it, and is not empty.
  public typealias Detection = @Sendable (Persistence) async throws -> Int

  /// What a place says, and the version under which it says so; 0 when it says nothing.
  struct Place: Sendable {
    var record: MigrationRecord
    var version: UInt64
    /// Why the step is being undone.
    var cause: (any Error)?
  }

  public let persistence: Persistence
  let steps: [StateMigration]
  /// Values that are changed in one piece.
  let pieceValues: Int
  private let detection: Detection?

  /// - Parameters:
  ///   - steps: in order, each to the next version.
  ///   - detection: nil takes a place that says nothing of its version for the one before the first step.
  /// - Throws: when the steps are in no order, or one could not end.
  public convenience init(
    _ persistence: Persistence, _ steps: [StateMigration], detection: Detection? = nil
  ) throws(StorageError) {
    try self.init(persistence, steps, pieceValues: 64, detection)
  }

  init(
    _ persistence: Persistence, _ steps: [StateMigration], pieceValues: Int, _ detection: Detection? = nil
  ) throws(StorageError) {
    guard let first = steps.first, zip(steps, first.version...).allSatisfy({ $0.version == $1 }) else {
      throw StorageError(.failed, "migrations lead from version to version, one by one: \(steps.map(\.version)) do not")
    }
    for step in steps {
      guard case .rename(let from, let other) = step.work else { continue }
      guard !from.hasBytePrefix(other), !other.hasBytePrefix(from) else {
        throw StorageError(.failed, "“\(from)” cannot be renamed to “\(other)”: one begins with the other")
      }
    }
    (self.persistence, self.steps, self.detection) = (persistence, steps, detection)
    self.pieceValues = pieceValues
  }

  var adapter: any StorageAdapter { persistence.adapter }

  /// The version that the last step leads to.
  public var newest: Int { steps.last.map(\.version) ?? 0 }
  /// The version that the first step begins with.
  public var oldest: Int { (steps.first.map(\.version) ?? 0) - 1 }

  /// The version that the place is of. An empty place is of the newest.
  ///
  /// - Throws: `newerVersion` when this program is older than what is stored.
  public func storedVersion() async throws(StorageError) -> Int { try await place().record.version }

  // MARK: Migrating

  /// Goes on to a version, or to the newest. Goes on with a step that was interrupted, and undoes one that was being undone.
  ///
  /// - Parameter report: told after each piece of work; also the first of a later call tells how far it had come.
  /// - Throws: `migrationFailed` when a step cannot be made: then what was before it is there again. Anything else leaves the
  ///   step where it is, to be gone on with. When the task is cancelled, it stops in this way between two pieces.
  public func migrate(
    to version: Int? = nil, report: @Sendable (MigrationProgress) -> Void = { _ in }
  ) async throws(StorageError) {
    let target = version ?? newest
    guard (oldest...newest).contains(target) else {
      throw StorageError(.failed, "there is no version \(target), only \(oldest) to \(newest)")
    }
    try await work { (place) throws(StorageError) in
      if place.record.step == nil, place.record.version < target {
        try await self.begin(self.step(to: place.record.version + 1), &place, report)
        return true
      }
      return try await self.advance(&place, report)
    }
    try await forget()
  }

  /// How far it has come, piece by piece, of `migrate(to:report:)`. It ends when the version is reached; who stops iterating
  /// stops it between two pieces.
  public func progress(to version: Int? = nil) -> AsyncThrowingStream<MigrationProgress, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await self.migrate(to: version) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Puts back what was before the last step. What was saved under the same keys since is lost, and what was saved under
  /// others stays as it is.
  ///
  /// - Throws: `failed` when what was before that version is no longer kept.
  public func undo(
    to version: Int, report: @Sendable (MigrationProgress) -> Void = { _ in }
  ) async throws(StorageError) {
    try await work { (place) throws(StorageError) in
      if place.record.step == nil, place.record.version > version {
        guard version >= place.record.restorable else {
          throw StorageError(
            .failed, "what was before version \(place.record.restorable) is no longer kept, so \(version) is gone")
        }
        place.record.step = MigrationRecord.Step(version: place.record.version, phase: .undoing)
        try await self.save(&place)
        return true
      }
      return try await self.advance(&place, report)
    }
  }

  /// Does one piece after the other until there is none. Where another process was faster, it begins with what that has left.
  private func work(
    _ piece: (inout Place) async throws(StorageError) -> Bool
  ) async throws(StorageError) {
    var place = try await place()
    var attempts = 0
    while true {
      if Task.isCancelled { throw StorageError(.cancelled, "the migration goes on when it is asked to") }
      do throws(StorageError) {
        guard try await piece(&place) else { break }
        attempts = 0
      } catch {
        guard error.code == .conflict else { throw error }
        let now = try await self.place()
        // Where another has come further, there is no end to how often that may be.
        attempts = now.version == place.version ? attempts + 1 : 0
        guard attempts < PersistenceLimits.transactionAttempts else { throw error }
        place = now
      }
    }
    do throws(StorageError) {
      if place.version == 0 { try await save(&place) }
    } catch {
      // Another has noted the version of an empty place.
      guard error.code == .conflict else { throw error }
    }
  }

  // MARK: The place

  func step(to version: Int) throws(StorageError) -> StateMigration {
    guard let step = steps.first(where: { $0.version == version }) else {
      throw StorageError(.newerVersion, "a step to version \(version) was begun, and this program has none")
    }
    return step
  }

  func place() async throws(StorageError) -> Place {
    if let stored = try await adapter.read(MigrationRecord.key) {
      do {
        let record = try JSONValueCoder().decode(MigrationRecord.self, from: stored.bytes)
        return try checked(Place(record: record, version: stored.version))
      } catch let error as DecodingError {
        throw StorageError(
          .damaged, "the place no longer says of which version it is", key: MigrationRecord.key, cause: error)
      } catch {
        throw StorageError(error, "the version of what is stored cannot be told")
      }
    }
    for try await key in persistence.keys() where !key.hasBytePrefix(MigrationRecord.reserved) {
      return try checked(Place(record: MigrationRecord(version: try await detected()), version: 0))
    }
    return Place(record: MigrationRecord(version: newest), version: 0)
  }

  private func detected() async throws(StorageError) -> Int {
    guard let detection else { return oldest }
    do {
      return try await detection(persistence)
    } catch {
      throw StorageError(error, "the version of what is stored cannot be told")
    }
  }

  private func checked(_ place: Place) throws(StorageError) -> Place {
    let version = place.record.version
    guard version <= newest else {
      throw StorageError(
        .newerVersion, "what is stored is of version \(version), and this program knows up to \(newest): update it")
    }
    guard version >= oldest else {
      throw StorageError(.failed, "what is stored is of version \(version), and steps begin with \(oldest)")
    }
    return place
  }

  /// The change that notes what the place says of itself, unless somebody else has changed that.
  func change(to place: Place) throws(StorageError) -> StorageChange {
    .write(
      try Persistence(adapter).encode(place.record, MigrationRecord.key), for: MigrationRecord.key,
      expected: place.version)
  }

  /// Makes changes together with noting how far it has come.
  func save(_ place: inout Place, with changes: [StorageChange] = []) async throws(StorageError) {
    let outcomes = try await adapter.apply(changes + [try change(to: place)])
    guard let outcome = outcomes.last else { throw StorageError(.failed, "the adapter gave no outcome") }
    place.version = outcome.version
  }
}
