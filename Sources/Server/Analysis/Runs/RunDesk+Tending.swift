internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What is done when files go.
extension RunDesk {
  /// A file was removed, and columns with it on which somebody may still be at work.
  func forget(_ removed: RemovedFile) {
    // What was at hand of its results is looked up again; another file of the same content may have them, too.
    results.invalidate(space: removed.space)
    drop(removed.columns)
    for run in Set(removed.columns.map(\.run)) { signals.announce(run) }
    expected.removeAll { $0.file == removed.record.file }
  }

  /// Drops what analyses have left whose files were removed.
  nonisolated(nonsending) func tend() async throws {
    while !Task.isCancelled, let run = try await store.scan({ try AnalysisRunTable.emptied($0) }) {
      try await store.write { try AnalysisRunTable.empty(run, limit: Limits.droppedRows, $0) }
    }
  }
}
