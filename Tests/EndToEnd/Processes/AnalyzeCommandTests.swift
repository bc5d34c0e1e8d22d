import Foundation
import HoldfastContract
import HoldfastSDK
import TestSupport
import Testing

struct `Analyses by the command line` {
  private static let file = AnalysedFile(rows: 40)

  private func write(_ text: String = file.csv, in hub: HubProcess, as name: String = "reviews.csv") throws -> String {
    try hub.directory.write(text, to: name)
  }

  private func lines(_ run: ProgramRun) -> [String] {
    #expect(run.exitCode == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test func `items are printed as a table, as CSV and as JSON, each once`() async throws {
    let hub = try await HubProcess()
    let file = try write(in: hub)
    let words = ["--columns", "title,review", "--chain", "sentiment"]

    let table = try await Holdfast.run(["analyze", file, "--data", hub.data] + words)
    #expect(lines(table).map { $0.split(separator: "\t")[0] } == (1...80).map { "\($0)" })
    #expect(lines(table).allSatisfy { $0.contains("label positive") || $0.contains("label negative") })
    #expect(table.errors.contains("40 rows × 2 columns: "))
    #expect(table.errors.contains(" tokens by bytes/4, cost 0"))
    #expect(table.errors.contains("title: 40 items, 0 errors; positive 20"))

    let csv = lines(try await Holdfast.run(["analyze", file, "--format", "csv", "--data", hub.data] + words))
    #expect(csv[0] == "sequence,column,row,error,compound,positive,neutral,negative,label,more")
    #expect(csv.count == 81)
    #expect(csv.dropFirst().allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 10 })

    let json = try await Holdfast.run(["analyze", file, "--json", "--data", hub.data] + words)
    #expect(json.errors.isEmpty)
    let items = try lines(json).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(items.map { $0["sequence"] as? Int } == Array(1...80))
    for column in ["title", "review"] {
      #expect(items.filter { $0["column"] as? String == column }.map { $0["row"] as? Int } == Array(0..<40))
    }
    #expect(items.allSatisfy { ($0["findings"] as? [String: Any])?["label"] is String })
  }

  @Test func `upload, profile and run of one command are one trace`() async throws {
    let hub = try await HubProcess()
    let file = try write(in: hub)
    _ = lines(try await hub.client("analyze", file, "--chain", "statistics"))
    let traces = try await Holdfast.run(["traces", "--data", hub.data])
    #expect(traces.exitCode == 0, "\(traces.errors)")
    for name in ["upload", "profile_columns", "analyze_multi_field"] {
      #expect(traces.output.contains("\"name\":\"\(name)\""), "\(name)")
    }
    let identities = traces.output.split(separator: "\"traceId\":\"").dropFirst().map { $0.prefix(32) }
    #expect(Set(identities).count == 1)
    #expect(identities.count >= 3)
  }

  @Test func `findings that only some texts have stand in the last column of CSV`() async throws {
    let hub = try await HubProcess()
    // What the first block of 32 does not have, later ones may.
    let texts = (0..<40).map { $0 == 3 ? "write to ann@example.com" : $0 == 39 ? "call from 203.0.113.9" : "nothing" }
    let file = try write("text\n" + texts.joined(separator: "\n") + "\n", in: hub)
    let csv = lines(
      try await hub.client("analyze", file, "--columns", "text", "--chain", "personal-data", "--format", "csv"))
    #expect(csv[0].hasPrefix("sequence,column,row,error,count,"))
    #expect(csv[0].hasSuffix(",places,more"))
    #expect(csv[4].contains("a**") || csv[4].contains("*"), "\(csv[4])")
    #expect(csv[4].hasSuffix(","))
    #expect(csv[40].contains("\"\"ip"), "\(csv[40])")
  }

  @Test func `without columns it takes the three that are most worth it`() async throws {
    let hub = try await HubProcess()
    let run = try await hub.client("analyze", try write(in: hub), "--chain", "statistics", "--json")
    let columns = Set(
      try lines(run).map { line in
        let item = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(item?["column"] as? String)
      })
    #expect(columns.count == 3)
    #expect(columns.isSubset(of: AnalysedFile.columns), "\(columns)")
    #expect(lines(run).count == 120)
  }

  @Test func `what it would cost is told without a run`() async throws {
    let hub = try await HubProcess()
    let run = try await hub.client(
      "analyze", try write(in: hub), "--columns", "title", "--price", "0.10", "--estimate", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: [String: Any]], "\(run)")
    let estimate = try #require(report["estimate"])
    #expect(estimate["rows"] as? Int == 40)
    #expect(estimate["rule"] as? String == "bytes/4")
    let (least, seconds, most) = (estimate["lower"], estimate["seconds"], estimate["upper"])
    #expect(try #require(least as? Double) <= #require(seconds as? Double))
    #expect(try #require(seconds as? Double) <= #require(most as? Double))
    #expect(try await hub.client("run", "list").output.isEmpty)
  }

  @Test func `mistakes are said with what to do, and told by the exit code`() async throws {
    let hub = try await HubProcess()
    let file = try write(in: hub)
    let (empty, bare) = (try write("", in: hub, as: "empty.csv"), try write("id,n\n1,2\n3,4\n", in: hub, as: "n.csv"))
    for (words, code, message) in [
      ([file, "--columns", "nope"], 3, "the file has no column \"nope\"\nThere are: id, zip, title, review"),
      ([file, "--chain", "nope"], 3, "nobody has a chain \"nope\"\nThere are: keywords, language"),
      ([file, "--columns", "title,title"], 1, "each column once"),
      ([file, "--price", "cheap"], 1, "a price is a decimal number"),
      ([file, "--tokens", "guess"], 1, "there is no rule guess"),
      ([file, "--format", "xml"], 2, "--format is table, csv, jsonl"),
      ([file, "--format", "csv", "--json"], 2, "--json prints items as jsonl"),
      ([file, "--estimate", "--detach"], 2, "--estimate starts no run"),
      ([file + ".gone"], 1, "cannot read \(file).gone: no such file or directory"),
      ([empty], 1, "the file cannot be used: "),
      ([empty, "--columns", "title"], 1, "the file cannot be used: "),
      ([bare], 1, "no column of n.csv looks like text\nName those that you want with --columns."),
    ] as [([String], Int32, String)] {
      let run = try await Holdfast.run(["analyze", "--data", hub.data] + words)
      #expect(run.exitCode == code, "\(words): \(run.errors)")
      #expect(words.contains("--json") || run.errors.contains(message), "\(words): \(run.errors)")
      #expect(run.output.isEmpty, "\(words)")
    }
    #expect(try await hub.client("run", "list").output.isEmpty)
  }

  @Test func `a file of a header alone has no items, and that is no failure`() async throws {
    let hub = try await HubProcess()
    let run = try await hub.client("analyze", try write("title,text\n", in: hub), "--columns", "text")
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("text: 0 items, 0 errors"))
  }

  @Test func `a chain that only its worker has is run without an estimate the first time`() async throws {
    let hub = try await HubProcess()
    let client = try await hub.connect()
    let worker = GatedWorker(client, chain: "mine", batches: .max)
    #expect(try await eventually { try await WorkerProcess.status("gated", client) != nil })
    let words = ["analyze", try write(in: hub), "--columns", "title", "--chain", "mine", "--data", hub.data]
    let asked = try await Holdfast.run(words + ["--estimate"])
    #expect(asked.exitCode == 1)
    #expect(asked.errors.contains("run it once first"))
    let first = try await Holdfast.run(words)
    #expect(first.errors.contains("no estimate: "))
    #expect(lines(first).count == 40)
    #expect(lines(first)[0].hasSuffix("\tcharacters \(Self.file.text("title", 0).count)"))
    #expect(lines(try await Holdfast.run(words)).count == 40)
    withExtendedLifetime(worker) {}
    client.close()
  }

  @Test func `interrupted, it says how to go on, and what is read then is the rest exactly`() async throws {
    let hub = try await HubProcess(["--workers", "0"])
    let client = try await hub.connect()
    let worker = GatedWorker(client, chain: "mine", batches: 2)
    #expect(try await eventually { try await WorkerProcess.status("gated", client) != nil })
    let file = try write(AnalysedFile(rows: 500).csv, in: hub)
    let process = Holdfast.prepare(
      ["analyze", file, "--columns", "title", "--chain", "mine", "--format", "jsonl", "--data", hub.data])
    let (output, errors) = (try hub.directory.write("", to: "output"), try hub.directory.write("", to: "errors-of-it"))
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    // The batches of 32 and 64 texts; the third is held.
    #expect(try await eventually { try text(of: output).split(separator: "\n").count == 96 })
    kill(process.processIdentifier, SIGINT)
    #expect(await process.ended() == 130)
    let said = try text(of: errors)
    #expect(said.contains("interrupted; the run "))
    let command = try #require(said.split(separator: "\n").first { $0.hasPrefix("Read on: holdfast ") })
    #expect(command.hasSuffix(" --after 96"))

    worker.open()
    let words = command.split(separator: " ").dropFirst(3).map(String.init)
    let rest = try await Holdfast.run(words + ["--format", "jsonl", "--data", hub.data])
    let whole = try await Holdfast.run(words.dropLast(2) + ["--json", "--data", hub.data])
    #expect(rest.exitCode == 0, "\(rest.errors)")
    #expect(try text(of: output) + rest.output == whole.output)
    #expect(whole.output.split(separator: "\n").count == 500)
    client.close()
  }

  private func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  #if os(Linux)
    @Test func `a terminal shows how far it is and how long it will take`() async throws {
      let hub = try await HubProcess(["--workers", "0"])
      let client = try await hub.connect()
      let worker = GatedWorker(client, chain: "statistics", batches: 2)
      #expect(try await eventually { try await WorkerProcess.status("gated", client) != nil })
      let file = try write(AnalysedFile(rows: 500).csv, in: hub)
      let run = try Holdfast.startOnTerminal(
        ["analyze", file, "--columns", "title", "--chain", "statistics", "--data", hub.data])
      #expect(await run.shown(until: "19%  96 of 500 items, ").contains("19%  96 of 500 items, "))
      worker.open()
      let shown = await run.shown()
      #expect(await run.process.ended() == 0)
      #expect(shown.contains(/96 of 500 items, \S+ s left \(\S+ s to/), "\(shown)")
      let shares = shown.matches(of: /(\d+)%/).compactMap { Int($0.1) }
      #expect(shares.allSatisfy { $0 <= 100 } && shares.contains(100), "\(shares)")
      client.close()
    }

    @Test func `a terminal shows that a run waits for a worker`() async throws {
      let hub = try await HubProcess(["--workers", "0"])
      let client = try await hub.connect()
      let file = try write(AnalysedFile(rows: 500).csv, in: hub)
      let worker = GatedWorker(client, chain: "statistics", batches: 1)
      #expect(try await eventually { try await WorkerProcess.status("gated", client) != nil })
      let run = try Holdfast.startOnTerminal(
        ["analyze", file, "--columns", "title", "--chain", "statistics", "--data", hub.data])
      #expect(try await eventually { worker.isHolding })
      await worker.leave()
      let shown = await run.shown(until: "32 of 500 items, waits for a worker")
      #expect(shown.contains("32 of 500 items, waits for a worker"), "\(shown)")
      let other = GatedWorker(client, chain: "statistics", batches: .max)
      #expect(await run.shown().contains("title: 500 items, 0 errors"))
      #expect(await run.process.ended() == 0)
      withExtendedLifetime(other) {}
      client.close()
    }
  #endif
}
