import HoldfastContract
import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Prints a run's items as they come, and how far it is.
struct RunFollower: Sendable {
  private let hub: Hub
  private let space: String
  private let console: Console
  private let format: ItemFormat

  init(_ hub: Hub, _ space: String, _ console: Console, _ format: ItemFormat) {
    (self.hub, self.space, self.console, self.format) = (hub, space, console, format)
  }

  /// Prints the items after one, of all columns or of one, until the run has ended.
  func follow(
    _ run: UUID, after: UInt64 = 0, column: String = "", telling stage: AnalysisStage
  ) async throws -> ExitCode {
    stage.note(.following(run: run, after: after))
    let line = LiveLine(on: console)
    defer { line.end() }
    var printer = ItemPrinter(format, console)
    var last: RunStatus?
    for try await event in hub.analysis.follow(ResultsRequest(space: space, run: run, after: after, column: column)) {
      switch event.value {
      case .items(let block):
        printer.print(block)
        stage.note(.following(run: run, after: block.sequence + UInt64(block.results.count) - 1))
      case .progress(let status):
        last = status
        line.update(RunText.progress(status))
      case nil: break
      }
    }
    line.end()
    guard let last else { throw CommandFailure(.failed, "the hub told nothing of the run \(run)") }
    return try end(last)
  }

  private func end(_ status: RunStatus) throws -> ExitCode {
    for column in status.columns { console.note(RunText.column(column)) }
    switch status.state {
    case .done: return .done
    case .cancelled: throw CommandFailure(.conflict, "the run was cancelled")
    default: throw CommandFailure(.failed, "the run failed: \(status.failure)")
    }
  }
}
