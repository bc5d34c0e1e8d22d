import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

/// Hubs that are killed or have no space, and clients that do not read, in the middle of analyses.
struct `Analyses and faults of the hub and its clients` {
  @Test func `a hub that is killed in the middle of more than twenty runs goes on with each where it was`() async throws
  {
    let process = try await HubProcess()
    let hub = try await process.connect()
    let file = AnalysedFile(rows: 150)
    let status = try await file.upload(to: hub)
    var runs: [(run: UUID, column: String)] = []
    for chain in ["statistics", "personal-data", "keywords"] {
      for column in AnalysedFile.columns + ["id", "zip"] {
        let options = RunOptions(columns: [column], chain: chain)
        let request = StartRequest(space: "default", file: status.file, options: options)
        runs.append((try await hub.analysis.start(request).run, column))
      }
    }
    try await withThrowingTaskGroup(of: (SeenItems, String).self) { group in
      for (run, column) in runs { group.addTask { (try await SeenItems.follow(hub, run), column) } }
      let isInTheMiddle = try await eventually {
        let all = try await hub.analysis.listRuns(ListRunsRequest(space: "default", limit: 100)).runs
        return all.reduce(0) { $0 + $1.done } >= 500
      }
      #expect(isInTheMiddle)
      await process.end(SIGKILL)
      try await process.restart()
      for try await (seen, column) in group { seen.expectWhole([column], rows: file.rows) }
    }
    hub.close()
  }

  @Test func `an upload goes on when the hub is killed during it`() async throws {
    let process = try await HubProcess()
    let hub = try await process.connect()
    let content = Array(AnalysedFile(rows: 10_000).csv.utf8)
    let restarting = Lock<Task<Void, any Error>?>(nil)
    let status = try await hub.analysis.upload(content, named: "large.csv", to: "default") { done, total in
      guard done > total / 2 else { return }
      restarting.withLock { task in
        task =
          task
          ?? Task {
            await process.end(SIGKILL)
            try await process.restart()
          }
      }
    }
    try await #require(restarting.withLock { $0 }).value
    #expect(status.state == .ready)
    #expect(status.received == UInt64(content.count))
    #expect(try await process.client("file", "show", "\(status.file)").output.hasPrefix("\(status.file)\tready\t"))
    hub.close()
  }

  #if os(Linux)
    @Test func `an upload for which there is no space says so, and goes on when there is`() async throws {
      let disk = try await SmallDisk(mebibytes: 48)
      let process = try await HubProcess(on: disk)
      let hub = try await process.connect()
      let path = try process.directory.write(AnalysedFile(rows: 20_000).csv, to: "large.csv")
      let filled = Lock<Result<Void, any Error>?>(nil)
      let error = await #expect(throws: AnalysisClient.UploadError.self) {
        try await hub.analysis.upload(path: path, to: "default", retry: .never) { done, total in
          guard done > total / 2 else { return }
          filled.withLock { result in result = result ?? Result { try disk.fill() } }
        }
      }
      try #require(filled.withLock { $0 }).get()
      #expect(error?.status == .resourceExhausted, "\(String(describing: error))")
      let known = try #require(try await hub.analysis.listFiles(ListFilesRequest(space: "default")).files.first)
      #expect(known.state == .uploading)
      #expect(known.received > 0)
      let refused = try await process.client("file", "upload", path)
      #expect(refused.exitCode == 1)
      #expect(refused.errors.contains("disk is full"), "\(refused.errors)")

      try disk.free()
      let done = try await process.client("file", "upload", path)
      #expect(done.output == "\(known.file)\n", "\(done.errors)")
      #expect(try await hub.analysis.file(FileRequest(space: "default", file: known.file)).state == .ready)
      hub.close()
    }

    @Test func `a run goes on while its client does not read, in memory that stays flat, and is all there later`()
      async throws
    {
      let process = try await HubProcess()
      let hub = try await process.connect()
      let other = try await process.connect()
      let file = AnalysedFile(rows: 3_000)
      let status = try await file.upload(to: other)
      let before = try process.residentKiB
      let options = RunOptions(columns: AnalysedFile.columns, chain: "statistics")
      let run = try await other.analysis.start(StartRequest(space: "default", file: status.file, options: options)).run
      var seen = SeenItems()
      var events = hub.analysis.follow(ResultsRequest(space: "default", run: run)).makeAsyncIterator()
      if let first = try await events.next() { seen.take(first) }
      #expect(
        try await eventually {
          try await other.analysis.run(RunRequest(space: "default", run: run)).state == .done
        })
      #expect(try process.residentKiB < before + (48 << 10) || !ResidentMemory.isTelling)
      while let event = try await events.next() { seen.take(event) }
      seen.expectWhole(AnalysedFile.columns, rows: file.rows)

      // One that never reads again, and then is gone.
      let sockets = try process.sockets
      let follower = Holdfast.prepare(["run", "follow", "\(run)", "--data", process.data])
      let (output, errors) = (Pipe(), Pipe())
      follower.standardOutput = output
      follower.standardError = errors
      try follower.run()
      #expect(try await eventually { try process.sockets > sockets })
      kill(follower.processIdentifier, SIGKILL)
      await follower.ended()
      #expect(try await eventually { try process.sockets <= sockets })
      hub.close()
      other.close()
    }
  #endif

  @Test func `what is cancelled ends at every stage`() async throws {
    let process = try await HubProcess(["--workers", "0"])
    let hub = try await process.connect()
    let worker = GatedWorker(hub, chain: "mine", batches: 1)
    #expect(try await eventually { try await WorkerProcess.status("gated", hub) != nil })
    let file = AnalysedFile(rows: 500)

    // While it is uploaded: nobody can start with it, and the rest of it is refused.
    let bytes = Array(file.csv.utf8)
    let head = UploadHead(
      file: UUID(), space: "default", name: "part.csv", size: UInt64(bytes.count),
      checksum: [UInt8](repeating: 1, count: 32))
    let upload = hub.analysis.upload()
    try await upload.send(FilePiece(head: head, content: Array(bytes.prefix(1_000))))
    let options = RunOptions(columns: ["title"], chain: "mine")
    let part = FileRequest(space: "default", file: head.file)
    #expect(try await eventually { (try? await hub.analysis.file(part))?.state == .uploading })
    await #expect(throws: CallError<AnalysisMethods.StartFailure>.self) {
      _ = try await hub.analysis.start(StartRequest(space: "default", file: head.file, options: options))
    }
    #expect(try await hub.analysis.removeFile(part).existed)
    await #expect(throws: AnalysisClient.UploadError.self) {
      try await upload.send(FilePiece(content: Array(bytes.dropFirst(1_000))))
      _ = try await upload.finish()
    }

    // While it runs: the items that there are stay, and what is under way comes to nothing.
    let status = try await file.upload(to: hub)
    let start = StartRequest(space: "default", file: status.file, options: options)
    let running = RunRequest(space: "default", run: try await hub.analysis.start(start).run)
    #expect(try await eventually { worker.isHolding })
    let queued = RunRequest(space: "default", run: try await hub.analysis.start(start).run)
    let cancelled = try await hub.analysis.cancel(running)
    #expect(cancelled.state == .cancelled)
    #expect(cancelled.done == 32)
    let seen = try await SeenItems.follow(hub, running.run)
    #expect(seen.items.map(\.sequence) == Array(1...32))
    #expect(seen.status.state == .cancelled)

    // Before it has any item, and again.
    for _ in 0..<2 { #expect(try await hub.analysis.cancel(queued).state == .cancelled) }
    #expect(try await SeenItems.follow(hub, queued.run).items.isEmpty)

    // When it is done: it stays so.
    worker.open()
    let done = RunRequest(space: "default", run: try await hub.analysis.start(start).run)
    try await SeenItems.follow(hub, done.run).expectWhole(["title"], rows: file.rows)
    #expect(try await hub.analysis.cancel(done).state == .done)
    #expect(try await hub.analysis.run(running).done == 32)
    hub.close()
  }
}
