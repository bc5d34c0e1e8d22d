import HoldfastContract
import HoldfastSync
import HoldfastWire

/// How the status follows what the engine does.
extension ReplicaStatus {
  mutating func show(_ status: SyncStatus, parked: Int, at now: Int64) {
    self.parked = parked
    switch status {
    case .offline(let pending): (phase, self.pending) = (.offline, pending)
    case .stuck(let need, let pending): (phase, self.pending) = (.needs(Need(need)), pending)
    case .syncing(let pending): (phase, self.pending) = (.syncing, pending)
    case .pending(let count): (phase, pending) = (.pending, count)
    case .synced:
      if phase != .synced { metrics.lastSynced = now }
      (phase, pending) = (.synced, 0)
      (done, total) = (0, 0)
    }
    total = done + pending
  }

  /// The hub is about to be asked.
  mutating func began(_ request: HubRequest) {
    guard case .push(let request) = request, let first = request.operations.first else { return }
    current = Current(kind: first.kind, type: first.type)
  }

  /// An answer is in the file.
  mutating func kept(_ receipt: SyncReceipt, of question: SyncQuestion, _ reply: HubReply, within time: Duration) {
    switch (question.request, reply) {
    case (_, .join): if !question.isBeforePush { lastError = nil }
    case (_, .pull(let reply)):
      metrics.pulls += 1
      metrics.received += receipt.received
      metrics.bytesReceived += reply.encodedSize
    case (.push(let request), .push):
      current = nil
      done += receipt.applied
      metrics.pushes += 1
      metrics.pushTime += time
      metrics.synced += receipt.applied
      metrics.conflicts += receipt.refused
      metrics.bytesSent += request.encodedSize
    case (_, .failed), (.join, .push), (.pull, .push): break
    }
  }
}

extension ReplicaStatus.Need {
  fileprivate init(_ need: SyncNeed) {
    switch need {
    case .credential: self = .credential
    case .access: self = .access
    case .program: self = .program
    case .incarnation: self = .incarnation
    }
  }
}
