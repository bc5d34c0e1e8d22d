internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// An analysis as its row has it.
struct AnalysisRun: Sendable {
  /// The hub's number for it.
  var id: Int64
  var run: UUID
  var space: Int64
  var file: UUID
  var options: RunOptions
  var state: RunState
  /// Records of the file; 0 until they have been counted.
  var rowCount: Int64
  /// Items of all columns.
  var done: Int64
  var tokens: Int64
  var began: Moment
  var ended: Moment?
  var who: String
  var failure: String
  /// Whether its file was removed, and its items with it.
  var isEmptied: Bool
  /// That of its chain; nil where its results are used for no other.
  var version: String?
  /// Empty when there is no such space.
  var spaceName: String

  /// Reads `id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied, version`,
  /// and the name of the space.
  init(_ row: borrowing HoldfastStore.Row) throws(StoreError) {
    guard let run = UUID(bytes: row.bytes(1)), let file = UUID(bytes: row.bytes(3)) else {
      throw StoreError(.corrupt, "the row \(row.integer(0)) of an analysis cannot be read")
    }
    do {
      options = try RunOptions(decoding: row.bytes(4))
    } catch {
      throw StoreError(.corrupt, "the options of the analysis \(run) cannot be read", cause: error)
    }
    id = row.integer(0)
    self.run = run
    space = row.integer(2)
    self.file = file
    state = RunState(rawValue: Int32(truncatingIfNeeded: row.integer(5)))
    rowCount = row.integer(6)
    done = row.integer(7)
    tokens = row.integer(8)
    began = Moment(microseconds: row.integer(9))
    ended = row.isNull(10) ? nil : Moment(microseconds: row.integer(10))
    who = row.text(11)
    failure = row.text(12)
    isEmptied = row.integer(13) != 0
    version = row.isNull(14) ? nil : row.text(14)
    spaceName = row.text(15)
  }
}

/// A column of an analysis, with its checkpoint.
struct AnalysisColumn: Sendable {
  /// The hub's number for it.
  var id: Int64
  var name: String
  /// The newest lease's number.
  var fence: Int64
  /// Rows that have their items, from the first on.
  var rowsDone: Int64
  var errors: Int64
  var isDone: Bool
  /// What the chain knows of these rows; read for who goes on from there.
  var summary: [UInt8] = []
  var found: [NamedFinding]
  /// Tokens of its items; nil where an older hub did not count them.
  var tokens: Int64?
  /// What its results depend on (`ResultKey`); nil where they are used for no other.
  var result: [UInt8]?
  /// Whether its items are another's.
  var isReused: Bool

  /// Reads `id, name, fence, rows_done, errors, is_done, found, seal, tokens, result, source`, and whose the checkpoint is.
  init(_ row: borrowing HoldfastStore.Row, opening seal: SpaceSeal?) throws(StoreError) {
    id = row.integer(0)
    name = row.text(1)
    fence = row.integer(2)
    rowsDone = row.integer(3)
    errors = row.integer(4)
    isDone = row.integer(5) != 0
    let content = try seal.lastingContent(row, 6, sealedBy: row.optionalInteger(7), of: .found(column: row.integer(11)))
    tokens = row.optionalInteger(8)
    result = row.isNull(9) ? nil : row.bytes(9)
    isReused = !row.isNull(10)
    do {
      found = try FoundRecord(decoding: content).findings
    } catch {
      throw StoreError(.corrupt, "the findings of the column \(row.integer(0)) cannot be read", cause: error)
    }
  }
}
