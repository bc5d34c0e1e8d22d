internal import HoldfastContract
internal import HoldfastSync
internal import HoldfastWire

extension OutcomeKind {
  /// Whether what stands behind the operation in its lanes may go on.
  var isDone: Bool { self == .applied || self == .superseded || self == .gone }
}

extension Outcome {
  mutating func reject(_ status: Status, _ message: String) {
    kind = .rejected
    self.status = UInt32(status.rawValue)
    self.message = message
  }

  /// The operation has a number that is another's.
  mutating func rejectNumber() {
    reject(.alreadyExists, "operation mismatch: the number was used for another; take a fresh one")
  }

  mutating func reject(_ error: SyncError) {
    reject(error.code == .tooLarge ? .resourceExhausted : .invalidArgument, error.description)
  }

  mutating func reject(_ quota: QuotaExceeded) {
    reject(.resourceExhausted, "the space may have \(quota.limit) \(quota.resource), and has \(quota.used)")
  }

  /// Says how the entity is now; `isNews`: with its state.
  mutating func describe(_ kind: OutcomeKind, _ row: EntityRow?, isNews: Bool) {
    self.kind = kind
    version = row?.version ?? 0
    isDeleted = row?.isDeleted ?? true
    state = isNews ? row?.state ?? [] : nil
  }
}
