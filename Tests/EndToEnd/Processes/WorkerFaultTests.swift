import Foundation
import HoldfastContract
import HoldfastSDK
import Testing

/// Workers that are killed or stop while they have columns.
struct `Workers that fail` {
  private static let file = AnalysedFile(rows: 1_500)
  private let process: HubProcess
  private let hub: Hub

  init() async throws {
    process = try await HubProcess(["--workers", "0"])
    hub = try await process.connect()
  }

  private func start(_ file: AnalysedFile = file, chain: String = "statistics") async throws -> UUID {
    let status = try await file.upload(to: hub)
    let options = RunOptions(columns: AnalysedFile.columns, chain: chain)
    return try await hub.analysis.start(StartRequest(space: "default", file: status.file, options: options)).run
  }

  private func status(_ run: UUID) async throws -> RunStatus {
    try await hub.analysis.run(RunRequest(space: "default", run: run))
  }

  /// Stops a worker while it is in the middle of a column, and returns the column.
  private func stop(_ worker: WorkerProcess, during run: UUID) async throws -> String {
    var column: String?
    #expect(
      try await eventually {
        let held = try await status(run).columns.first { $0.worker == worker.name && $0.done > 0 }
        guard let held else { return false }
        worker.send(SIGSTOP)
        // It may have been done with it just before.
        let after = try await status(run).columns.first { $0.column == held.column }
        guard after?.worker == worker.name else {
          worker.send(SIGCONT)
          return false
        }
        column = held.column
        return true
      })
    return try #require(column)
  }

  private func log(_ run: UUID, _ column: String) async throws -> [RunLogEntry] {
    try await hub.analysis.logs(LogRequest(space: "default", run: run, column: column)).entries
  }

  @Test func `are replaced when they are killed, the last by one that comes later, and no item is lost or doubled`()
    async throws
  {
    let workers = try await process.workers(["a", "b", "c"], hub)
    let run = try await start()
    async let seen = SeenItems.follow(hub, run)
    let column = try await stop(workers[0], during: run)
    await workers[0].end(SIGKILL)
    #expect(try await eventually { try await log(run, column).last?.worker != "a" })
    #expect(try await log(run, column).contains { $0.worker == "a" && $0.text == "began" })

    for worker in workers[1...] { _ = try await stop(worker, during: run) }
    for worker in workers[1...] { await worker.end(SIGKILL) }
    #expect(try await eventually { try await status(run).columns.allSatisfy(\.worker.isEmpty) })
    let waiting = try await status(run)
    #expect(waiting.state == .running)
    #expect(waiting.done < waiting.total)
    #expect(try await process.client("run", "show", "\(run)").output.contains("items, waits for a worker\n"))

    let late = try await WorkerProcess("d", for: process, hub)
    try await seen.expectWhole(AnalysedFile.columns, rows: Self.file.rows)
    withExtendedLifetime(late) {}
    hub.close()
  }

  @Test func `lose their columns when they are silent, and what they send late is refused`() async throws {
    let workers = try await process.workers(["a", "b"], hub)
    let run = try await start()
    async let seen = SeenItems.follow(hub, run)
    let column = try await stop(workers[0], during: run)
    #expect(try await eventually { try await log(run, column).last?.worker == "b" })
    #expect(try await WorkerProcess.status("a", hub)?.healthy == false)
    workers[0].send(SIGCONT)
    try await seen.expectWhole(AnalysedFile.columns, rows: Self.file.rows)

    // It goes on working: the other is not there any longer.
    #expect(try await eventually { try await WorkerProcess.status("a", hub)?.healthy == true })
    await workers[1].end(SIGKILL)
    let next = AnalysedFile(rows: 40, name: "others")
    let second = try await start(next)
    try await SeenItems.follow(hub, second).expectWhole(AnalysedFile.columns, rows: next.rows)
    #expect(try await log(second, "title").last?.worker == "a")
    hub.close()
  }
}
