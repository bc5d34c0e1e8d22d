internal import HoldfastCrypto
package import HoldfastStore

/// How far a hub's history had come when somebody looked: what the file `history` in its directory says.
package struct HistoryMark: Hashable, Sendable, CustomStringConvertible {
  /// How often the hub has been started.
  package var run: Int64
  /// The sequences of all spaces, added up.
  package var changes: Int64

  package init(run: Int64, changes: Int64) {
    self.run = run
    self.changes = changes
  }

  /// Nil when the text is none of this.
  package init?(_ text: String) {
    let words = text.split(separator: " ").map { Int64($0) }
    guard words.count == 2, let run = words[0], let changes = words[1] else { return nil }
    self.init(run: run, changes: changes)
  }

  package var description: String { "\(run) \(changes)" }
}

/// Which history a database holds, and whether it is the one that clients know.
///
/// A database that comes out of a backup goes back in time, and gives to its next changes the sequences of those that it
/// has lost. Whoever goes on there with a cursor of before would miss some and never notice. So the hub notes beside the
/// database how far this has come. One that is behind the note, or has run before and has no note, has been restored: its
/// history gets a new epoch, and remembers how much of it is the old one's.
package enum HubHistory {
  /// Begins a run of a hub.
  ///
  /// - Parameter noted: what was noted of the run before; nil when nothing was.
  /// - Returns: what is to be noted once this is committed, and whether the history is a new one.
  package static func begin(
    after noted: HistoryMark?, _ transaction: borrowing WriteTransaction
  ) throws -> (mark: HistoryMark, isNew: Bool) {
    let run = try transaction.first("SELECT run FROM history WHERE id = 1") { $0.integer(0) }
    guard let run else { throw StoreError(.corrupt, "the store does not say which history it holds") }
    let changes = try changes(transaction)
    let isBehind =
      if let noted { noted.run > run || noted.run == run && noted.changes > changes } else { run > 0 }
    if isBehind { try beginEpoch(transaction) }
    let next = max(run, noted?.run ?? 0) + 1
    try transaction.execute("UPDATE history SET run = $1 WHERE id = 1", [.integer(next)])
    return (HistoryMark(run: next, changes: changes), isBehind)
  }

  /// How far the history has come in this run.
  package static func mark<Reading: Transaction & ~Copyable>(
    run: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> HistoryMark {
    HistoryMark(run: run, changes: try changes(transaction))
  }

  private static func changes<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64 {
    try transaction.first("SELECT coalesce(sum(sequence), 0) FROM space") { $0.integer(0) } ?? 0
  }

  private static func beginEpoch(_ transaction: borrowing WriteTransaction) throws {
    let old = try transaction.first("SELECT epoch FROM history WHERE id = 1") { $0.bytes(0) }
    guard let old else { throw StoreError(.corrupt, "the store does not say which history it holds") }
    try transaction.execute(
      "INSERT INTO ancestor (epoch, space, sequence) SELECT $1, id, sequence FROM space", [.bytes(old)])
    try transaction.execute("UPDATE history SET epoch = $1 WHERE id = 1", [.bytes(try Random.bytes(8))])
  }
}

/// Keeps the note of how far a hub's history has come.
struct HistoryKeeper: Sendable {
  private let path: String
  private let run: Int64

  /// Begins a run: compares the store with the note, and writes a new one.
  /// - Parameter log: told when the history is a new one.
  static func open(_ store: Store, _ path: String, log: (String) -> Void) async throws -> HistoryKeeper {
    let noted = try LocalFile.status(of: path) == nil ? nil : HistoryMark(try LocalFile.readText(path))
    let (mark, isNew) = try await store.write { transaction in try HubHistory.begin(after: noted, transaction) }
    try LocalFile.replace(path, with: "\(mark)\n".utf8, mode: 0o600)
    if isNew { log("the database is an older one than the hub had; devices and watches begin anew with it") }
    return HistoryKeeper(path: path, run: mark.run)
  }

  /// Notes how far the history has come, every so often, until the task is cancelled; and once more then.
  func run(_ store: Store, report: (any Error) -> Void) async {
    var noted: HistoryMark?
    while true {
      try? await Task.sleep(for: Limits.historyNotes)
      let isLast = Task.isCancelled
      do {
        // On a thread that may wait for a disk.
        noted = try await store.scan { [noted] transaction in
          let mark = try HubHistory.mark(run: run, transaction)
          if mark != noted { try LocalFile.replace(path, with: "\(mark)\n".utf8, mode: 0o600) }
          return mark
        }
      } catch {
        report(error)
      }
      if isLast { return }
    }
  }
}
