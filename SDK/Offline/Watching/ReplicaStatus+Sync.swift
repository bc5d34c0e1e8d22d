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
      succeeded([.joining, .signingIn, .pushing, .pulling])
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
    metrics.kept(receipt, of: question, reply, within: time)
    switch (question.request, reply) {
    case (_, .join): if !question.isBeforePush { succeeded([.writing, .joining, .signingIn]) }
    case (.push, .push):
      current = nil
      done += receipt.applied
      succeeded([.writing, .pushing])
    case (.pull, .pull): succeeded([.writing, .pulling])
    case (_, .failed), (_, .pull), (.join, .push), (.pull, .push): break
    }
  }
}

extension ReplicaStatus.Metrics {
  /// An answer is in the file.
  mutating func kept(_ receipt: SyncReceipt, of question: SyncQuestion, _ reply: HubReply, within time: Duration) {
    switch (question.request, reply) {
    case (_, .pull(let reply)):
      pulls += 1
      received += receipt.received
      bytesReceived += reply.encodedSize
    case (.push(let request), .push):
      pushes += 1
      pushTime += time
      synced += receipt.applied
      conflicts += receipt.refused
      bytesSent += request.encodedSize
    case (_, .failed), (_, .join), (.join, .push), (.pull, .push): break
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
