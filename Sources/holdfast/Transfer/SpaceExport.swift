import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore

/// Writes the values of a space to a file, as they are when it ends.
///
/// The space goes on being written to meanwhile. So the export first takes a cursor of the space's changes, then lists
/// the values, and at the end adds what has changed since that cursor.
struct SpaceExport {
  let hub: Hub
  let space: String
  let prefix: String
  let file: String
  let console: Console

  struct Result {
    var values: Int
    var bytes: Int
    /// How many of them an earlier, interrupted export had written.
    var resumed: Int
  }

  func run() async throws -> Result {
    if try LocalFile.status(of: file) != nil {
      throw CommandFailure(.conflict, "\(file) exists", hint: "Remove it, or name another file.")
    }
    return try await run(ExportFile(file + ".part"))
  }

  private func run(_ part: consuming ExportFile) async throws -> Result {
    var file = part
    let resumed = file.progress.values
    if let head = file.progress.head {
      guard head.space == space, head.prefix == prefix else {
        throw CommandFailure(
          .conflict, "\(self.file).part is a part of another export, of \(head.prefix)… in \(head.space)",
          hint: "Remove it, or name another file.")
      }
    } else {
      try await file.begin(TransferHead(space: space, prefix: prefix, cursor: cursor()))
    }
    let total = try await total()
    let progress = ProgressBar(space, on: console, describe: { "\($0)" })
    let line = LiveLine(on: console)
    defer {
      progress.end()
      line.end()
    }
    let tell = { (values: Int, bytes: Int) in
      if let total {
        progress.update(done: min(values, total), of: total)
      } else {
        line.update("\(values) values, \(Quantity.describe(bytes: bytes))")
      }
    }
    if !file.progress.isListed {
      try await list(&file, tell)
      try file.endList()
    }
    try await catchUp(&file)
    let result = Result(values: file.progress.values, bytes: file.bytes, resumed: resumed)
    try file.finish(as: self.file)
    return result
  }

  /// How many values the space has, for those who may know.
  private func total() async throws -> Int? {
    guard prefix.isEmpty else { return nil }
    do {
      let spaces = try await hub.administration.listSpaces(ListSpacesRequest()).spaces
      return spaces.first { $0.space == space }.map { Int(clamping: $0.values) }
    } catch {
      guard case .notAllowed = error.declared else { throw error }
      return nil
    }
  }

  /// The cursor of all changes so far.
  private func cursor() async throws -> [UInt8] {
    // A watch of a space that has never been would wait until it is.
    let first = try await hub.persistence.list(ListRequest(space: space, prefix: prefix, limit: 1, bare: true))
    guard !first.values.isEmpty else {
      throw CommandFailure(.notFound, "there are no such values in the space \(space)", hint: "See `holdfast list`.")
    }
    for try await change in hub.persistence.changes(WatchRequest(space: space, prefix: prefix, bare: true))
    where change.kind == .caughtUp { return change.cursor }
    throw CommandFailure(.failed, "the hub ended the watch of \(space)")
  }

  private func list(_ file: inout ExportFile, _ tell: (_ values: Int, _ bytes: Int) -> Void) async throws {
    var request = ListRequest(
      space: space, prefix: prefix, after: file.progress.lastKey ?? "", limit: Limits.pageValues)
    while true {
      let page = try await hub.persistence.list(request)
      for value in page.values {
        // A content that no page can hold was left out.
        if !value.content.isEmpty { try file.add(value) } else { try await add(value.key, to: &file) }
      }
      try file.sync()
      tell(file.progress.values, file.bytes)
      guard page.more, let last = page.values.last else { return }
      request.after = last.key
    }
  }

  /// Adds a value as it is now. One that is gone has a change that says so.
  private func add(_ key: String, to file: inout ExportFile) async throws {
    let found = try await hub.persistence.load(GetRequest(space: space, key: key))
    if let found { try file.add(found) }
  }

  private func catchUp(_ file: inout ExportFile) async throws {
    let cursor = file.progress.head?.cursor ?? []
    do {
      for try await change in hub.persistence.changes(
        WatchRequest(space: space, prefix: prefix, cursor: cursor, bare: true))
      {
        switch change.kind {
        case .put: try await add(change.key, to: &file)
        case .caughtUp: return
        default: try file.add(deletedKey: change.key)
        }
      }
    } catch let error as CallError<PersistenceMethods.WatchFailure> {
      guard case .cursorExpired = error.declared else { throw error }
      throw CommandFailure(
        .conflict, "the hub no longer knows what has changed since the export began",
        hint: "Remove \(self.file).part, and export anew.")
    }
  }
}
