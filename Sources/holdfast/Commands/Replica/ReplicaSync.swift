import HoldfastSDK
import HoldfastSync

extension Command {
  static let replicaPush = visit(
    "replica push", .push, "Sends the hub what waits in a replica, and pulls nothing.",
    examples: ["holdfast replica push --replica notes.replica --data ./hub"])

  static let replicaPull = visit(
    "replica pull", .pull, "Brings a replica what is new on the hub, and sends nothing.",
    examples: ["holdfast replica pull --replica copy.replica --space notes --data ./hub"])

  static let replicaSync = visit(
    "replica sync", .both, "Pushes what waits in a replica, and pulls what is new on the hub.",
    examples: ["holdfast replica sync --replica notes.replica --data ./hub"])

  private static func visit(
    _ name: String, _ direction: SyncDirection, _ summary: String, examples: [String]
  ) -> Command {
    let makesFile = direction != .push
    let wait = """
      Where another process syncs the replica, its work is waited for. Ends with exit code 4 when operations are left
      that somebody has to decide about. A terminal shows how far it is.
      """
    return Command(
      name: name, summary: summary,
      details: wait + (makesFile ? "\n\nWith --space a replica of that space is made if there is no file." : ""),
      options: [
        .replica,
        .value("--timeout", "TIME", "Give up when nothing has gone forward for this long. Default: 30s."),
      ] + (makesFile ? [.value("--space", "NAME", "The space of a replica that is to be made.")] : []),
      connection: HubLocation.options, examples: examples,
      run: { arguments, console in
        let patience = try arguments.duration("--timeout", in: .milliseconds(1)...Duration.seconds(86_400))
        let file = try arguments.replicaFile()
        let space = makesFile ? arguments["--space"] : nil
        let replica =
          if let space { try await Replica.open(file: file, space: space) } else {
            try await Replica.open(existing: file)
          }
        return try await replica.closing { replica in
          let hub = try await Client.connect(arguments)
          let line = LiveLine(on: console)
          defer { line.end() }
          let progress = try await replica.visit(hub, direction, patience: patience ?? .seconds(30)) { progress in
            line.update(progress.line)
            if console.isJSON { console.result("", json: progress.json("progress", [])) }
          }
          line.end()
          return try await finish(progress, replica, direction, console)
        }
      })
  }
}

/// Tells what came of it.
private func finish(
  _ progress: SyncProgress, _ replica: Replica, _ direction: SyncDirection, _ console: Console
) async throws -> ExitCode {
  let overview = try await replica.overview()
  var words: [String] = []
  if direction != .pull { words.append("pushed \(progress.pushed)") }
  if direction != .push { words.append("has the hub's changes up to \(overview.pulledTo)") }
  words.append("\(overview.pending) operations wait")
  if overview.parked > 0 { words.append("\(overview.parked) of them to be decided") }
  let counts: [(String, JSON)] = [
    ("pending", .integer(overview.pending)), ("parked", .integer(overview.parked)),
  ]
  console.result(words.joined(separator: ", "), json: progress.json("done", counts))
  guard overview.parked > 0, direction != .pull else { return .done }
  console.note("See `holdfast replica conflicts` and `holdfast replica parked`.")
  return .conflict
}

extension SyncProgress {
  /// One line of a terminal.
  var line: String {
    var words: [String] = []
    if isElsewhere { words.append("another process syncs") }
    if toPush > 0 { words.append("pushed \(pushed) of \(toPush)") }
    if refused > 0 { words.append("\(refused) not taken") }
    if let current { words.append("\(current.kind) \(current.type)") }
    if metrics.pushes > 1 { words.append("\(milliseconds(metrics.meanPushTime)) ms a push") }
    words.append("change \(pulledTo) of \(max(pulledTo, hubSequence))")
    if let lastError { words.append("last error: \(lastError)") }
    return words.joined(separator: "  ")
  }

  func json(_ event: String, _ more: [(String, JSON)]) -> JSON {
    .object(
      [
        ("event", .string(event)), ("pushed", .integer(pushed)), ("total", .integer(toPush)),
        ("refused", .integer(refused)), ("pulled_to", .unsigned(pulledTo)), ("hub", .unsigned(hubSequence)),
        ("current", current.map { .string("\($0.kind) \($0.type)") } ?? .null),
        ("last_error", lastError?.json ?? .null), ("elsewhere", .bool(isElsewhere)),
        ("pushes", .integer(metrics.pushes)), ("mean_push_ms", .number(milliseconds(metrics.meanPushTime))),
        ("bytes_sent", .integer(metrics.bytesSent)), ("bytes_received", .integer(metrics.bytesReceived)),
      ] + more)
  }

  /// To a hundredth.
  private func milliseconds(_ time: Duration) -> Double { (time / .milliseconds(1) * 100).rounded() / 100 }
}
