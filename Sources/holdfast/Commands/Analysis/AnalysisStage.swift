import HoldfastRPC

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How far an analysis has come, for whoever interrupts it and wants to go on later.
final class AnalysisStage: Sendable {
  enum Stage: Sendable {
    case uploading, uploaded
    /// The run has begun, and all its items up to `after` have been printed.
    case following(run: UUID, after: UInt64)
  }

  private let stage = Lock(Stage.uploading)

  func note(_ next: Stage) { stage.withLock { $0 = next } }

  /// What to say to somebody who has interrupted it.
  var interruption: CommandFailure {
    switch stage.withLock({ $0 }) {
    case .uploading:
      CommandFailure(
        .interrupted, "interrupted; the hub keeps what it has of the file",
        hint: "Type the same again: the upload goes on where it was.")
    case .uploaded:
      CommandFailure(
        .interrupted, "interrupted; the hub has the file, and no run has begun", hint: "Type the same again.")
    case .following(let run, let after):
      CommandFailure(
        .interrupted, "interrupted; the run \(run) goes on on the hub",
        hint: "Read on: holdfast run follow \(run) --after \(after)\nEnd it: holdfast run cancel \(run)")
    }
  }
}
