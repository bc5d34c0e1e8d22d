import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire

extension Command {
  /// One of the demo's editors: adds one, so many times, to a number in a table that others edit too.
  static let demoEdit = Command(
    name: "demo-edit",
    summary: "Counts in a column of a table, each time on top of what is there.",
    positionals: [.key],
    options: [
      .value("--column", "NAME", "The column that it counts in."),
      .value("--times", "N", "How often."), .space,
    ],
    connection: HubLocation.options,
    isHidden: true,
    run: { arguments, console in
      let editor = Editor(
        hub: try await Client.connect(arguments), space: arguments.space, key: arguments.key,
        column: arguments["--column"] ?? "", times: try arguments.count("--times", in: 1...1_000_000) ?? 1)
      let outcome = try await editor.run()
      console.result(
        "\(editor.times) edits, \(outcome.conflicts) conflicts, \(outcome.interruptions) interruptions",
        json: [
          "edits": .integer(editor.times), "conflicts": .integer(outcome.conflicts),
          "interruptions": .integer(outcome.interruptions),
        ])
      return .done
    })
}

private struct Editor {
  struct Outcome {
    /// Writes that came too late, since the other editor had written in between.
    var conflicts = 0
    /// Calls that failed because the hub was away.
    var interruptions = 0
  }

  let hub: Hub
  let space: String
  let key: String
  let column: String
  let times: Int

  /// Gives up when the hub has been away this long.
  private static let patience = Duration.seconds(60)

  func run() async throws -> Outcome {
    var outcome = Outcome()
    var done = 0
    var awaySince: MonotonicTime?
    while done < times {
      do {
        done = try await edit(after: done)
        awaySince = nil
      } catch let error as CallError<PersistenceMethods.PutFailure> {
        if case .conflict = error.declared {
          outcome.conflicts += 1
          continue
        }
        try await pause(&awaySince, error.status, error)
        outcome.interruptions += 1
      } catch let error as CallError<PersistenceMethods.GetFailure> {
        try await pause(&awaySince, error.status, error)
        outcome.interruptions += 1
      }
    }
    return outcome
  }

  /// Makes the next edit and returns how many there are now.
  private func edit(after done: Int) async throws -> Int {
    guard let value = try await hub.persistence.get(GetRequest(space: space, key: key)).value else {
      throw CommandFailure(.notFound, "there is no value \(key)")
    }
    var table = DemoTable(value.content)
    guard let sum = table.sum(of: column), table.count > 0 else {
      throw CommandFailure(.failed, "\(key) has no column \(column) of numbers")
    }
    // Nobody else counts in this column: an edit whose reply was lost shows here, and is not made again.
    if sum > done { return sum }
    guard sum == done else { throw CommandFailure(.failed, "\(done - sum) acknowledged edits are lost") }
    table.increment(row: done % table.count, column: column)
    _ = try await hub.persistence.put(
      PutRequest(space: space, key: key, content: table.content, type: value.type, expected: value.version))
    return done + 1
  }

  /// Waits a little for a hub that is away; throws when it is not, or for too long.
  private func pause(_ awaySince: inout MonotonicTime?, _ status: Status, _ error: any Error) async throws {
    let since = awaySince ?? MonotonicTime.now()
    awaySince = since
    guard status == .unavailable, MonotonicTime.now() - since < Self.patience else { throw error }
    try await Task.sleep(for: .milliseconds(20))
  }
}
