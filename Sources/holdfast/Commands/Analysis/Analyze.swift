import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire

extension Command {
  static let analyze = Command(
    name: "analyze",
    summary: "Analyses text columns of a CSV file on a hub, and prints what comes of each text.",
    details: """
      Uploads the file, profiles it, tells what the analysis will take and cost, runs it and prints the items as they
      are made. Without --columns it takes the three columns that are most worth it. Interrupted, it leaves the run
      going on the hub, and says how to go on: an upload goes on where it was when the same is typed again, and
      `run follow` reads on after the last item that was printed. What was analysed in the same way before is there
      at once, unless --fresh is given.
      """,
    positionals: [Positional(name: "FILE", summary: "The file: separated text in UTF-8, UTF-16 or Latin-1.")],
    options: [
      .value("--columns", "NAMES", "Which columns, separated by commas."),
      .value("--chain", "CHAIN", "What is done to each text: sentiment, keywords, language, …", standard: "sentiment"),
      .value("--price", "AMOUNT", "What 1,000 tokens cost, such as 0.10."),
      .value("--tokens", "RULE", "The rule by which tokens are counted.", standard: "bytes/4"),
      .flag("--fresh", "Work out everything anew, even what was analysed before."),
      .itemFormat,
      .flag("--estimate", "Only tell what it would take and cost."),
      .flag("--detach", "Only start the run, and print which one it is."),
      .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast analyze reviews.csv --chain sentiment --data ./hub",
      "holdfast analyze reviews.csv --columns title,text --format csv --data ./hub",
    ],
    run: { arguments, console in
      let format = try ItemFormat(arguments, console)
      if arguments.has("--estimate"), arguments.has("--detach") {
        throw UsageError(message: "--estimate starts no run that --detach could leave alone")
      }
      let workflow = AnalysisWorkflow(arguments, console, format)
      let stage = AnalysisStage()
      let hub = try await Client.connect(arguments)
      let code = try await Interruption.stoppable { try await workflow.run(on: hub, stage) }
      if let code { return code }
      throw stage.interruption
    })
}

/// From a file to what comes of its texts.
private struct AnalysisWorkflow: Sendable {
  private let path: String
  private let space: String
  private let console: Console
  private let format: ItemFormat
  private let isEstimate: Bool
  private let isDetached: Bool
  private let options: RunOptions
  /// What it does is one trace.
  private let trace = CallOptions.traced()

  init(_ arguments: Arguments, _ console: Console, _ format: ItemFormat) {
    path = arguments.positional("FILE") ?? ""
    space = arguments.space
    self.console = console
    self.format = format
    isEstimate = arguments.has("--estimate")
    isDetached = arguments.has("--detach")
    options = RunOptions(
      columns: (arguments["--columns"] ?? "").split(separator: ",").map(String.init),
      chain: arguments["--chain"] ?? "sentiment", price: arguments["--price"] ?? "",
      tokens: arguments["--tokens"] ?? "", fresh: arguments.has("--fresh"))
  }

  func run(on hub: Hub, _ stage: AnalysisStage) async throws -> ExitCode {
    let bar = ProgressBar("upload", on: console)
    let file: FileStatus
    do {
      defer { bar.end() }
      file = try await hub.analysis.upload(path: path, to: space, options: trace) { bar.update(done: $0, of: $1) }
    }
    stage.note(.uploaded)
    var options = options
    if options.columns.isEmpty { options.columns = try await candidates(of: file, hub) }
    try await estimate(file, options, hub)
    if isEstimate { return .done }
    let run = try await hub.analysis.start(
      StartRequest(space: space, file: file.file, options: options), options: trace
    ).run
    if isDetached {
      console.result("\(run)", json: ["run": .string("\(run)")])
      return .done
    }
    console.note("run \(run), columns \(options.columns.joined(separator: ", "))")
    return try await RunFollower(hub, space, console, format).follow(run, telling: stage)
  }

  /// The columns that are most worth an analysis.
  private func candidates(of file: FileStatus, _ hub: Hub) async throws -> [String] {
    for try await profile in hub.analysis.profile(
      ProfileRequest(space: space, file: file.file), options: trace)
    {
      let names = profile.candidates.prefix(3).compactMap { number in
        profile.columns.first { $0.number == number }?.name
      }
      guard !names.isEmpty else {
        throw CommandFailure(
          .failed, "no column of \(file.name) looks like text", hint: "Name those that you want with --columns.")
      }
      return names
    }
    throw CommandFailure(.failed, "the hub gave no profile of \(file.name)")
  }

  private func estimate(_ file: FileStatus, _ options: RunOptions, _ hub: Hub) async throws {
    do {
      let request = EstimateRequest(space: space, file: file.file, options: options)
      tell(try await hub.analysis.estimate(request, options: trace), options)
    } catch {
      // A chain that only its workers have tells nothing before its first run.
      guard error.status == .failedPrecondition, error.declared == nil, !isEstimate else { throw error }
      console.note("no estimate: \(error.message)")
    }
  }

  private func tell(_ estimate: RunEstimate, _ options: RunOptions) {
    let text =
      "\(estimate.rows) rows × \(options.columns.count) columns: \(Self.time(estimate)), "
      + "\(estimate.tokens) tokens by \(estimate.rule), cost \(estimate.cost)"
    let json: JSON = [
      "estimate": [
        "rows": .unsigned(estimate.rows), "columns": .array(options.columns.map(JSON.string)),
        "seconds": .number(estimate.seconds), "lower": .number(estimate.lower), "upper": .number(estimate.upper),
        "coverage": .number(estimate.coverage), "tokens": .unsigned(estimate.tokens), "rule": .string(estimate.rule),
        "cost": .string(estimate.cost),
      ]
    ]
    if isEstimate { console.result(text, json: json) } else { console.note(text) }
  }

  private static func time(_ estimate: RunEstimate) -> String {
    "\(Quantity.describe(seconds: estimate.seconds)) (\(Quantity.describe(seconds: estimate.lower)) to "
      + "\(Quantity.describe(seconds: estimate.upper)), in \(Int((estimate.coverage * 100).rounded())) of 100 runs)"
  }
}
