import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Command {
  static let analyze = Command(
    name: "analyze",
    summary: "Analyses text columns of a CSV file on a hub, and prints what comes of each text.",
    details: """
      Uploads the file, profiles it, tells what the analysis will take and cost, runs it and prints the items as they
      are made. Without --columns it takes the three columns that are most worth it. Interrupted, it leaves the run
      going on the hub; `analyze --run` follows it from any item on.
      """,
    positionals: [
      Positional(name: "FILE", summary: "The file; not needed with --run.", isOptional: true)
    ],
    options: [
      .value("--columns", "NAMES", "Which columns, separated by commas."),
      .value("--chain", "CHAIN", "What is done to each text: sentiment, keywords, language, …", standard: "sentiment"),
      .value("--price", "AMOUNT", "What 1,000 tokens cost, such as 0.10."),
      .value("--tokens", "RULE", "The rule by which tokens are counted.", standard: "bytes/4"),
      .value("--format", "FORMAT", "How items are printed: table, csv or jsonl. With --json, jsonl.", standard: "table"),
      .flag("--estimate", "Only tell what it would take and cost."),
      .value("--run", "RUN", "Follow a run that has begun."),
      .value("--after", "N", "With --run: begin after this item."),
      .space,
    ],
    connection: HubLocation.options,
    examples: [
      "holdfast analyze reviews.csv --chain sentiment --data ./hub",
      "holdfast analyze reviews.csv --columns title,text --format csv --data ./hub",
    ],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let format = try ItemFormat(arguments, console)
      if let text = arguments["--run"] {
        guard let run = UUID(uuidString: text) else { throw UsageError(message: "\"\(text)\" is no run") }
        let after = try arguments.count("--after", in: 0...Int.max) ?? 0
        return try await AnalysisFollower(hub, arguments.space, console, format).follow(run, after: UInt64(after))
      }
      guard let file = arguments.positional("FILE") else {
        throw UsageError(message: "which file?", hint: "Name one, or a run with --run.")
      }
      return try await AnalysisWorkflow(hub, arguments, console, format).run(file)
    })
}

/// From a file to what comes of its texts.
struct AnalysisWorkflow {
  private let hub: Hub
  private let space: String
  private let console: Console
  private let format: ItemFormat
  private let isEstimate: Bool
  private var options: RunOptions

  init(_ hub: Hub, _ arguments: Arguments, _ console: Console, _ format: ItemFormat) throws {
    self.hub = hub
    space = arguments.space
    self.console = console
    self.format = format
    isEstimate = arguments.has("--estimate")
    options = RunOptions(
      columns: (arguments["--columns"] ?? "").split(separator: ",").map(String.init),
      chain: arguments["--chain"] ?? "sentiment", price: arguments["--price"] ?? "",
      tokens: arguments["--tokens"] ?? "")
  }

  func run(_ path: String) async throws -> ExitCode {
    let bar = ProgressBar("upload", on: console)
    let file: FileStatus
    do {
      defer { bar.end() }
      file = try await hub.analysis.upload(path: path, to: space) { bar.update(done: $0, of: $1) }
    }
    var options = options
    if options.columns.isEmpty { options.columns = try await candidates(of: file) }
    let estimate = try await hub.analysis.estimate(
      EstimateRequest(space: space, file: file.file, options: options))
    tell(estimate, options)
    if isEstimate { return .done }
    let run = try await hub.analysis.start(StartRequest(space: space, file: file.file, options: options)).run
    console.note("run \(run), columns \(options.columns.joined(separator: ", "))")
    return try await AnalysisFollower(hub, space, console, format).follow(run, after: 0)
  }

  /// The columns that are most worth an analysis.
  private func candidates(of file: FileStatus) async throws -> [String] {
    for try await profile in hub.analysis.profile(ProfileRequest(space: space, file: file.file)) {
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

  private func tell(_ estimate: RunEstimate, _ options: RunOptions) {
    let text =
      "\(estimate.rows) rows × \(options.columns.count) columns: \(seconds(estimate.seconds)) "
      + "(\(seconds(estimate.lower)) to \(seconds(estimate.upper)), in \(Int(estimate.coverage * 100)) of 100 runs), "
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
}

/// Prints a run's items as they come, and how far it is.
struct AnalysisFollower {
  private let hub: Hub
  private let space: String
  private let console: Console
  private let format: ItemFormat

  init(_ hub: Hub, _ space: String, _ console: Console, _ format: ItemFormat) {
    (self.hub, self.space, self.console, self.format) = (hub, space, console, format)
  }

  func follow(_ run: UUID, after: UInt64) async throws -> ExitCode {
    let bar = ProgressBar("analysis", on: console) { "\($0)" }
    defer { bar.end() }
    var printer = ItemPrinter(format, console)
    var last: RunStatus?
    for try await event in hub.analysis.follow(ResultsRequest(space: space, run: run, after: after)) {
      switch event.value {
      case .items(let block): printer.print(block)
      case .progress(let status):
        last = status
        bar.update(done: Int(clamping: status.done), of: Int(clamping: status.total))
      case nil: break
      }
    }
    bar.end()
    guard let last else { throw CommandFailure(.failed, "the hub told nothing of the run \(run)") }
    return try end(last)
  }

  private func end(_ status: RunStatus) throws -> ExitCode {
    for column in status.columns {
      console.note("\(column.column): \(column.done) items, \(column.errors) errors; \(describe(column.summary))")
    }
    switch status.state {
    case .done: return .done
    case .cancelled: throw CommandFailure(.conflict, "the run was cancelled")
    default: throw CommandFailure(.failed, "the run failed: \(status.failure)")
    }
  }
}

/// A time for a person.
func seconds(_ seconds: Double) -> String {
  seconds < 10 ? "\((seconds * 10).rounded() / 10) s" : "\(Int(seconds.rounded())) s"
}
