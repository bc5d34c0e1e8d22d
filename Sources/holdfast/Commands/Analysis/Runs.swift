import HoldfastContract
import HoldfastSDK
import HoldfastWire

extension Command {
  static let runList = Command(
    name: "run list",
    summary: "Lists the analyses of a space, the newest first.",
    details: "In text: which run it is, its state, its items, when it began, its chain, its columns.",
    options: [.value("--limit", "N", "Stop after so many."), .space],
    connection: HubLocation.options,
    examples: ["holdfast run list --limit 10 --data ./hub"],
    run: { arguments, console in
      var left = try arguments.count("--limit", in: 1...Int.max) ?? .max
      var request = ListRunsRequest(space: arguments.space)
      let hub = try await Client.connect(arguments)
      while true {
        request.limit = UInt32(clamping: min(left, Int(Limits.pageRuns)))
        let page = try await hub.analysis.listRuns(request)
        for run in page.runs { console.result(RunText.row(run), json: RunText.json(run)) }
        left -= page.runs.count
        guard page.more, left > 0, let last = page.runs.last else { return .done }
        request.before = last.run
      }
    })

  static let runShow = Command(
    name: "run show",
    summary: "Tells how far an analysis is, what it has cost, and what is known of its columns.",
    positionals: [.run],
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast run show 0c7c2c0e-54d8-4a43-9e31-8d1f2b7a6c55 --data ./hub"],
    run: { arguments, console in
      let request = RunRequest(space: arguments.space, run: try arguments.identity("RUN"))
      let hub = try await Client.connect(arguments)
      let status = try await hub.analysis.run(request)
      console.result(RunText.page(status), json: RunText.json(status))
      return .done
    })

  static let runFollow = Command(
    name: "run follow",
    summary: "Prints the items of an analysis as they are made, those that there are first, until it has ended.",
    details: """
      Each item has a number, from 1 without a gap: with --after it goes on exactly behind the one that was seen last.
      Goes on by itself when the hub was away. What prints CSV begins with a line of names each time.
      """,
    positionals: [.run],
    options: [
      .value("--after", "N", "Begin after this item."),
      .value("--column", "NAME", "Only the items of this column."),
      .itemFormat, .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast run follow 0c7c2c0e-54d8-4a43-9e31-8d1f2b7a6c55 --after 1200 --json --data ./hub"],
    run: { arguments, console in
      let format = try ItemFormat(arguments, console)
      let (run, space) = (try arguments.identity("RUN"), arguments.space)
      let after = UInt64(try arguments.count("--after", in: 0...Int.max) ?? 0)
      let column = arguments["--column"] ?? ""
      let stage = AnalysisStage()
      let hub = try await Client.connect(arguments)
      let code = try await Interruption.stoppable {
        try await RunFollower(hub, space, console, format).follow(run, after: after, column: column, telling: stage)
      }
      if let code { return code }
      throw stage.interruption
    })

  static let runLogs = Command(
    name: "run logs",
    summary: "Prints what happened to the columns of an analysis: who began, went on, gave up, ended.",
    positionals: [.run],
    options: [.value("--column", "NAME", "Only of this column."), .space],
    connection: HubLocation.options,
    examples: ["holdfast run logs 0c7c2c0e-54d8-4a43-9e31-8d1f2b7a6c55 --column title --data ./hub"],
    run: { arguments, console in
      var request = LogRequest(
        space: arguments.space, run: try arguments.identity("RUN"), column: arguments["--column"] ?? "",
        limit: Limits.pageEntries)
      let hub = try await Client.connect(arguments)
      while true {
        let page = try await hub.analysis.logs(request)
        for entry in page.entries {
          console.result(
            [entry.at.text, entry.column, entry.worker, entry.text].joined(separator: "\t"),
            json: [
              "number": .unsigned(entry.number), "at": .string(entry.at.text), "column": .string(entry.column),
              "worker": .string(entry.worker), "text": .string(entry.text),
            ])
        }
        guard page.more, let last = page.entries.last else { return .done }
        request.after = last.number
      }
    })

  static let runCancel = Command(
    name: "run cancel",
    summary: "Ends an analysis; the items that there are stay.",
    positionals: [.run],
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast run cancel 0c7c2c0e-54d8-4a43-9e31-8d1f2b7a6c55 --data ./hub"],
    run: { arguments, console in
      let request = RunRequest(space: arguments.space, run: try arguments.identity("RUN"))
      let hub = try await Client.connect(arguments)
      let status = try await hub.analysis.cancel(request)
      guard status.state == .cancelled else {
        throw CommandFailure(.conflict, "the run had ended: it is \(RunText.state(status.state))")
      }
      console.result("cancelled after \(RunText.amount(status))", json: RunText.json(status))
      return .done
    })
}

extension Positional {
  static let run = Positional(name: "RUN", summary: "Which run, as `run list` shows it.")
}
