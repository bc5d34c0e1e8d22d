package import HoldfastStore

/// The history of the hub's tables. Steps are added at the end and never changed.
package enum Schema {
  package static let migrations: [Migration] = [
    Migration(1, "tokens", TokenTable.create),
    Migration(2, "spaces, values and changes", PersistenceTables.create),
    Migration(3, "limits and certificates of tokens", TokenTable.addLimits),
    Migration(4, "ends of logs", revert: PersistenceTables.removeLogEnds, PersistenceTables.addLogEnds),
    Migration(5, "entities", revert: SyncTables.remove, SyncTables.create),
    Migration(6, "runs of the hub", revert: RunTable.remove, RunTable.create),
    Migration(7, "openings of replicas", revert: SyncTables.removeOpenings, SyncTables.addOpenings),
    Migration(8, "context", revert: ContextTables.remove, ContextTables.create),
    Migration(9, "sealed values", revert: PersistenceTables.removeSeals, PersistenceTables.addSeals),
    Migration(10, "erasures", revert: PersistenceTables.removeErasures, PersistenceTables.addErasures),
    Migration(
      11, "entities of erasures", revert: PersistenceTables.removeErasedEntities,
      PersistenceTables.addErasedEntities),
    Migration(12, "sealed context", revert: ContextTables.removeSeals, ContextTables.addSeals),
    Migration(13, "sealed entities", revert: SyncTables.removeSeals, SyncTables.addSeals),
    Migration(14, "sealed conflicts and outcomes", revert: SyncTables.removeMoreSeals, SyncTables.addMoreSeals),
    Migration(15, "files for analysis", revert: FileTables.remove, FileTables.create),
    Migration(16, "analyses of a column", revert: AnalysisRunTables.remove, AnalysisRunTables.create),
    Migration(17, "analyses of several columns", revert: AnalysisRunTables.narrow, AnalysisRunTables.widen),
    Migration(18, "traces of analyses", revert: RunTrace.remove, RunTrace.add),
    Migration(
      19, "analyses of removed files", revert: AnalysisRunTables.removeEmptying, AnalysisRunTables.addEmptying),
    Migration(20, "sealed files", revert: FileTables.removeSeals, FileTables.addSeals),
    Migration(21, "sealed analyses", revert: AnalysisRunTables.removeSeals, AnalysisRunTables.addSeals),
    Migration(22, "results that are used again", revert: ResultTables.remove, ResultTables.create),
  ]
}
