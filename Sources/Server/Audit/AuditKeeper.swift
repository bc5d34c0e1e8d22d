internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastWire

/// Signs how far the logs have come, at intervals and when the hub stops, and keeps that beside the database.
///
/// A hub that finds less in its database than it has signed notes that for ever, or until somebody removes the note: its
/// data come from a backup, or the log has been cut.
struct AuditKeeper {
  private let files: AuditFiles
  private let key: SigningKey
  private var heads: [String: AuditHead] = [:]

  /// Keeps on until the task is cancelled, and once more then. Errors go to `report`, and the work goes on.
  static nonisolated(nonsending) func run(
    _ store: Store, _ directory: HubDirectory, every interval: Duration, report: (String) -> Void
  ) async {
    var keeper: AuditKeeper?
    while true {
      let isLast = Task.isCancelled
      do {
        if keeper == nil { keeper = try await AuditKeeper(store, directory, report: report) }
        try await keeper?.keep(store)
      } catch {
        report("the log could not be signed: \(error)")
      }
      if isLast { return }
      try? await Task.sleep(for: interval)
    }
  }

  /// Begins where the last run ended, and looks whether all that was signed is still there.
  nonisolated(nonsending) init(_ store: Store, _ directory: HubDirectory, report: (String) -> Void) async throws {
    files = AuditFiles(directory)
    let hasSigned = try files.hasKey
    key = try files.signingKey()
    // The file is there from the first start on, so that it shows when somebody takes it away.
    guard let (_, signed) = try files.readHeads() else {
      if hasSigned {
        report("\(files.heads) was taken away; `holdfast audit verify` tells of it.")
        try files.add(breaks: ["\(Timestamp.wallClock().seconds) heads 0"])
      }
      try files.write([], signedBy: key)
      return
    }
    var breaks: [String] = []
    for head in signed {
      let link = try await store.scan { transaction in try AuditLink.find(head, transaction) }
      if case .broken(let found) = link {
        breaks.append("\(Timestamp.wallClock().seconds) \(head.line) \(found)")
        report(
          "the log of the space \(head.space) is not what was signed up to change \(head.sequence): it ends at \(found), or "
            + "was changed. Was a backup put back? `holdfast audit verify` tells more.")
      } else {
        heads[head.space] = head
      }
    }
    if !breaks.isEmpty { try files.add(breaks: breaks) }
  }

  /// Signs the logs that have grown.
  nonisolated(nonsending) mutating func keep(_ store: Store) async throws {
    var last: Int64 = 0
    // Taken on when it is written, so that what could not be is tried again.
    var next = heads
    let now = Moment(.wallClock())
    while true {
      let page = try await store.scan { [last] transaction in try AuditSpace.page(after: last, transaction) }
      for space in page where space.sequence > 0 && space.sequence != next[space.name]?.sequence {
        next[space.name] = try AuditHead(
          of: space.name, sequence: space.sequence, digest: space.digest.bytes, at: now, by: key)
      }
      guard let end = page.last else { break }
      last = end.id
    }
    guard next != heads else { return }
    try files.write(next.values.sorted { $0.space < $1.space }, signedBy: key)
    heads = next
  }
}
