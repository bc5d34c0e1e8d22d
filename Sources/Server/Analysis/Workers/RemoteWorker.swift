internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A worker behind a stream: batches go out by it, reports come in.
final class RemoteWorker: AnalysisWorker {
  /// Which batch a report is about.
  private struct BatchKey: Hashable {
    let run: UUID
    let column: String
    let fence: UInt64
  }

  private struct State {
    var waiting: [BatchKey: UnsafeContinuation<BatchReport, any Error>] = [:]
    var outgoing: [WorkBatch] = []
    var sender: UnsafeContinuation<Void, Never>?
    var hasLeft = false
  }

  let id: WorkerID
  let name: String
  let chains: Set<String>
  let slots: Int
  private let versions: [String: String]
  private let state = Lock(State())

  init(_ id: WorkerID, _ joined: WorkerJoined) {
    self.id = id
    name = joined.name
    chains = Set(joined.chains)
    slots = min(max(1, Int(clamping: joined.slots)), Limits.remoteSlots)
    versions = joined.versions
  }

  func version(of chain: String) -> String? { versions[chain].flatMap { $0.isEmpty ? nil : $0 } }

  nonisolated(nonsending) func work(_ batch: WorkBatch) async throws -> BatchReport {
    let key = BatchKey(run: batch.run, column: batch.column, fence: batch.fence)
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { caller in
        let (refusal, sender): ((any Error)?, UnsafeContinuation<Void, Never>?) = state.withLock { state in
          if state.hasLeft { return (WorkerFailure(description: "the worker has left"), nil) }
          // Cancelled before: the handler below has run already and found nothing.
          if Task.isCancelled { return (CancellationError(), nil) }
          state.waiting[key] = caller
          state.outgoing.append(batch)
          return (nil, state.sender.take())
        }
        if let refusal { caller.resume(throwing: refusal) }
        sender?.resume()
      }
    } onCancel: {
      let caller = state.withLock { state in
        state.outgoing.removeAll { $0.run == key.run && $0.column == key.column && $0.fence == key.fence }
        return state.waiting.removeValue(forKey: key)
      }
      caller?.resume(throwing: CancellationError())
    }
  }

  /// What came of a batch. One that nobody waits for any longer goes nowhere: its lease has ended.
  /// - Returns: whether anybody waited for it.
  func take(_ report: BatchReport) -> Bool {
    let key = BatchKey(run: report.run, column: report.column, fence: report.fence)
    guard let caller = state.withLock({ $0.waiting.removeValue(forKey: key) }) else { return false }
    caller.resume(returning: report)
    return true
  }

  /// The next batch to send; nil when the worker has left. For one task.
  nonisolated(nonsending) func nextBatch() async -> WorkBatch? {
    while true {
      let (batch, isOver): (WorkBatch?, Bool) = state.withLock { state in
        if state.hasLeft { return (nil, true) }
        return (state.outgoing.isEmpty ? nil : state.outgoing.removeFirst(), false)
      }
      if let batch { return batch }
      if isOver { return nil }
      await withUnsafeContinuation { sender in
        let isReady = state.withLock { state in
          guard state.outgoing.isEmpty, !state.hasLeft else { return true }
          state.sender = sender
          return false
        }
        if isReady { sender.resume() }
      }
    }
  }

  /// It is gone: nothing will come of what it has.
  func leave() {
    let (callers, sender) = state.withLock { state in
      state.hasLeft = true
      state.outgoing = []
      defer { state.waiting = [:] }
      return (Array(state.waiting.values), state.sender.take())
    }
    for caller in callers { caller.resume(throwing: WorkerFailure(description: "the worker has left")) }
    sender?.resume()
  }
}
