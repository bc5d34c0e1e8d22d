import Foundation
import HoldfastContract
import HoldfastSDK
import TestSupport
import Testing

struct `Files, runs and workers by the command line` {
  private func json(_ run: ProgramRun) throws -> [[String: Any]] {
    #expect(run.exitCode == 0, "\(run.errors)")
    return try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `a file is uploaded once, listed, shown and removed`() async throws {
    let hub = try await HubProcess()
    let file = try hub.directory.write(AnalysedFile(rows: 10).csv, to: "reviews.csv")
    let id = try await hub.client("file", "upload", file).output.trimmingCharacters(in: .newlines)
    #expect(UUID(uuidString: id) != nil)
    #expect(try await hub.client("file", "upload", file).output == id + "\n")
    let other = try json(try await hub.client("file", "upload", file, "--name", "other.csv", "--json"))
    #expect(other[0]["file"] as? String != id)
    #expect(other[0]["name"] as? String == "other.csv")
    #expect(other[0]["state"] as? String == "ready")
    #expect((other[0]["sha256"] as? String)?.count == 64)

    let list = try json(try await hub.client("file", "list", "--json"))
    #expect(Set(list.compactMap { $0["name"] as? String }) == ["reviews.csv", "other.csv"])
    #expect(try await hub.client("file", "list", "--limit", "1").output.split(separator: "\n").count == 1)
    #expect(try await hub.client("file", "show", id).output.hasPrefix("\(id)\tready\t"))
    #expect(try await hub.client("file", "remove", id).output == "removed \(id)\n")
    for command in ["show", "remove"] {
      let gone = try await hub.client("file", command, id)
      #expect(gone.exitCode == 3)
      #expect(gone.errors.contains("there is no file \(id)"))
    }
    #expect(try await hub.client("file", "list", "--space", "elsewhere").output.isEmpty)
    let mistaken = try await hub.client("file", "show", "reviews.csv")
    #expect(mistaken.exitCode == 2)
    #expect(mistaken.errors.contains("\"reviews.csv\" is no file\nTake one that `file list` shows."))
  }

  @Test func `a run is started, listed, followed and told of`() async throws {
    let hub = try await HubProcess()
    let file = try hub.directory.write(AnalysedFile(rows: 50).csv, to: "reviews.csv")
    let words = [
      "analyze", file, "--columns", "title,reply", "--chain", "keywords", "--price", "0.5", "--data", hub.data,
    ]
    let started = try await Holdfast.run(words + ["--detach"])
    let run = started.output.trimmingCharacters(in: .newlines)
    #expect(UUID(uuidString: run) != nil, "\(started)")

    let all = try json(try await hub.client("run", "follow", run, "--json"))
    #expect(all.compactMap { $0["sequence"] as? Int } == Array(1...100))
    let rest = try json(try await hub.client("run", "follow", run, "--after", "97", "--json"))
    #expect(rest.compactMap { $0["sequence"] as? Int } == [98, 99, 100])
    let one = try json(try await hub.client("run", "follow", run, "--column", "reply", "--json"))
    #expect(one.compactMap { $0["row"] as? Int } == Array(0..<50))
    let beyond = try await hub.client("run", "follow", run, "--after", "101")
    #expect(beyond.exitCode == 1)
    #expect(beyond.errors.contains("the run has 100 items so far"))
    #expect(try await hub.client("run", "follow", run, "--column", "nope").exitCode == 3)

    let shown = try json(try await hub.client("run", "show", run, "--json"))[0]
    #expect(shown["state"] as? String == "done")
    #expect(shown["done"] as? Int == 100)
    #expect(shown["total"] as? Int == 100)
    #expect(shown["waiting"] as? Bool == false)
    #expect(try #require(shown["tokens"] as? Int) > 0)
    #expect(try await hub.client("run", "show", run).output.hasPrefix("done, 100 of 100 items\nchain keywords, file "))

    let second = try await Holdfast.run(words + ["--detach", "--json"])
    let newest = try #require(try json(second)[0]["run"] as? String)
    #expect(try await hub.client("run", "follow", newest).exitCode == 0)
    let list = try json(try await hub.client("run", "list", "--json"))
    #expect(list.compactMap { $0["run"] as? String } == [newest, run])
    #expect(try await hub.client("run", "list", "--limit", "1").output.hasPrefix("\(newest)\tdone\t100 of 100 items\t"))

    let log = try await hub.client("run", "logs", run, "--column", "title")
    let entries = log.output.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(entries.allSatisfy { $0[1] == "title" && $0[2].hasPrefix("hub-") })
    #expect(entries.first?[3] == "began")
    #expect(entries.last?[3] == "done: 50 rows, 0 errors")
    #expect(
      try json(try await hub.client("run", "logs", run, "--json")).contains { $0["column"] as? String == "reply" })
    let ended = try await hub.client("run", "cancel", run)
    #expect(ended.exitCode == 4)
    #expect(ended.errors.contains("the run had ended: it is done"))
  }

  @Test func `a run that nobody works on says so, and is cancelled`() async throws {
    let hub = try await HubProcess(["--workers", "0"])
    let client = try await hub.connect()
    let worker = GatedWorker(client, chain: "statistics", batches: 0)
    #expect(try await eventually { try await WorkerProcess.status("gated", client) != nil })
    let list = try await hub.client("worker", "list")
    #expect(list.output.hasPrefix("gated\thealthy\t0 columns\t0 batches\t"))
    #expect(list.output.hasSuffix("\tstatistics\n"))
    let file = try hub.directory.write(AnalysedFile(rows: 50).csv, to: "reviews.csv")
    let run = try await hub.client("analyze", file, "--columns", "title", "--chain", "statistics", "--detach")
      .output.trimmingCharacters(in: .newlines)
    #expect(try await eventually { worker.isHolding })
    #expect(try json(try await hub.client("worker", "list", "--json"))[0]["columns"] as? Int == 1)
    await worker.leave()
    #expect(
      try await eventually {
        try await hub.client("run", "show", run).output.hasPrefix("running, 0 of 50 items, waits for a worker\n")
      })
    #expect(try await hub.client("run", "cancel", run).output == "cancelled after 0 of 50 items\n")
    let followed = try await hub.client("run", "follow", run)
    #expect(followed.exitCode == 4)
    #expect(followed.errors.contains("the run was cancelled"))
    #expect(try await hub.client("worker", "list").output.isEmpty)
    for words in [["show"], ["cancel"], ["follow"], ["logs"]] {
      let unknown = try await Holdfast.run(["run"] + words + [UUID().uuidString, "--data", hub.data])
      #expect(unknown.exitCode == 3)
      #expect(unknown.errors.contains("there is no run"))
    }
    client.close()
  }

  @Test func `a worker that is asked to end leaves, and that is no failure`() async throws {
    let hub = try await HubProcess(["--workers", "0"])
    let client = try await hub.connect()
    let worker = try await WorkerProcess("w", for: hub, client)
    #expect(await worker.end(SIGTERM) == 0)
    #expect(try await eventually { try await WorkerProcess.status("w", client) == nil })
    client.close()
  }

  @Test func `who may only read may look, and neither upload nor start nor cancel`() async throws {
    let hub = try await HubProcess()
    let file = try hub.directory.write(AnalysedFile(rows: 10).csv, to: "reviews.csv")
    let run = try await hub.client("analyze", file, "--columns", "title", "--chain", "statistics", "--detach")
      .output.trimmingCharacters(in: .newlines)
    let token = try await hub.client("token", "create", "reader", "--space", "default")
    let reader = ["--data", hub.data, "--token-file", try hub.directory.write(token.output, to: "reader.token")]
    for words in [["file", "list"], ["run", "list"], ["run", "follow", run], ["worker", "list"]] {
      #expect(try await Holdfast.run(words + reader).exitCode == 0, "\(words)")
    }
    for words in [["file", "upload", file], ["analyze", file], ["run", "cancel", run], ["worker"]] {
      let refused = try await Holdfast.run(words + reader)
      #expect(refused.exitCode == 6, "\(words)")
      #expect(refused.errors.contains("the token does not allow to write in the space default"), "\(words)")
    }
  }
}
