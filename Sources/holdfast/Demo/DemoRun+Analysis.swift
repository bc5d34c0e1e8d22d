import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The demo's fourth part: a table whose texts are analysed by processes of their own.
extension DemoRun {
  /// What came of it.
  struct Analysis {
    var texts = 0
    /// Columns that another worker went on with.
    var resumed = 0
  }

  private static let rows = 20_000
  private static let columns = ["review", "advice", "service"]

  /// Runs it; everything that differs is noted.
  func tryAnalysis() throws(CommandFailure) -> Analysis {
    let table = folder + "/reviews.csv"
    step("A table of \(Self.rows) reviews is profiled: what is in its columns, and which are worth reading?")
    try write(Array(DemoReviews.table(rows: Self.rows).utf8), to: table)
    for line in try lines(of: ["profile", table]).drop(while: { !$0.hasPrefix("Worth") }) { say(line) }
    step("What would an analysis of the best \(Self.columns.count) take?")
    let workers = try startWorkers(["ada", "ben", "cy"])
    say(try result(of: ["analyze", table, "--estimate"]))
    step("It begins; a worker is killed with SIGKILL in the middle of its column.")
    let output = folder + "/items"
    let analysis = try ChildProcess(client(["analyze", table, "--json"]), into: output)
    others.append(analysis)
    // Each worker has one of them.
    for column in Self.columns {
      try wait("items of \(column)") { Self.lines(in: output).contains { $0.contains("\"column\":\"\(column)\"") } }
    }
    workers[0].send(SIGKILL)
    workers[0].wait()
    let code = analysis.wait()
    if code != 0 { problem("the analysis ended with \(code)") }
    var outcome = Analysis()
    outcome.texts = check(items: Self.lines(in: output))
    outcome.resumed = try tellLog()
    for worker in workers.dropFirst() {
      worker.send(SIGTERM)
      let code = worker.wait()
      if code != 0 { problem("a worker ended with \(code)") }
    }
    return outcome
  }

  private func startWorkers(_ names: [String]) throws(CommandFailure) -> [ChildProcess] {
    var workers: [ChildProcess] = []
    for name in names {
      let worker = try ChildProcess(client(["worker", "--name", name]), into: folder + "/\(name).output")
      workers.append(worker)
      others.append(worker)
    }
    for _ in 0..<100 {
      if try lines(of: client(["worker", "list"])).count == names.count { return workers }
      usleep(20_000)
    }
    throw CommandFailure(.failed, "waited in vain for \(names.count) workers")
  }

  /// Each text of the three columns has one item, in one sequence.
  /// - Returns: how many items there are.
  private func check(items lines: [String]) -> Int {
    var next: UInt64 = 1
    var seen: Set<String> = []
    for line in lines {
      guard let sequence = WatchedChange.number("sequence", in: line) else { continue }
      if sequence != next { problem("after item \(next - 1) came item \(sequence)") }
      next = sequence + 1
      // The column and the row stand before the outcome.
      let place = line.firstRange(of: "\"column\":").map { line[$0.lowerBound...].prefix { $0 != "{" } } ?? ""
      if !seen.insert(String(place)).inserted { problem("twice: \(place)") }
    }
    let expected = Self.rows * Self.columns.count
    if seen.count != expected { problem("\(seen.count) texts have an item, not \(expected)") }
    say("\(seen.count) texts have one item each, in one sequence without a gap.")
    return seen.count
  }

  /// Says who went on with what another had begun.
  /// - Returns: how many columns that were.
  private func tellLog() throws(CommandFailure) -> Int {
    let newest = try result(of: ["run", "list", "--json"])
    guard let place = newest.firstRange(of: "\"run\":\"") else {
      throw CommandFailure(.failed, "no run in \(newest)")
    }
    let run = String(newest[place.upperBound...].prefix { $0 != "\"" })
    let resumed = try lines(of: client(["run", "logs", run])).filter { $0.contains("goes on after row") }
    for line in resumed { say(line.split(separator: "\t").dropFirst().joined(separator: ": ")) }
    if resumed.isEmpty { problem("nobody went on with the column of the worker that was killed") }
    return resumed.count
  }

  /// What a command prints that has to succeed.
  private func lines(of words: [String]) throws(CommandFailure) -> [String] {
    let process = try ChildProcess(words)
    let output = String(decoding: process.readAll(), as: UTF8.self)
    let code = process.wait()
    guard code == 0 else {
      throw CommandFailure(.failed, "`holdfast \(words.joined(separator: " "))` ended with \(code)")
    }
    return output.split(separator: "\n").map(String.init)
  }
}
