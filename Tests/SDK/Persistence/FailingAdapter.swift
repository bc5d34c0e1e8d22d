import HoldfastRPC
import HoldfastSDK

/// Passes everything on to another adapter, until a test says that it fails.
final class FailingAdapter: StorageAdapter {
  private struct State {
    var calls = 0
    /// The call from which on all fail, counted from 1; nil for none.
    var failsFrom: Int?
    var applied: [[StorageChange]] = []
  }

  let adapter: any StorageAdapter
  private let state = Lock(State())

  init(_ adapter: any StorageAdapter) { self.adapter = adapter }

  /// The calls so far.
  var calls: Int { state.withLock { $0.calls } }

  /// The changes that it was asked to make and did, in order.
  var applied: [[StorageChange]] { state.withLock { $0.applied } }

  /// Fails from the `number`th call from now on, 1 being the next; never with nil.
  func fail(from number: Int?) {
    state.withLock { $0.failsFrom = number.map { [calls = $0.calls] in calls + $0 } }
  }

  private func call() throws(StorageError) {
    let fails = state.withLock { state in
      state.calls += 1
      return state.failsFrom.map { state.calls >= $0 } ?? false
    }
    if fails { throw StorageError(.unavailable, "the test says so") }
  }

  func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try call()
    return try await adapter.read(key)
  }

  func version(_ key: String) async throws(StorageError) -> UInt64? {
    try call()
    return try await adapter.version(key)
  }

  func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    try call()
    return try await adapter.keys(prefix: prefix, after: last, limit: limit)
  }

  @discardableResult
  func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try call()
    let outcomes = try await adapter.apply(changes)
    state.withLock { $0.applied.append(changes) }
    return outcomes
  }

  func eraseAll() async throws(StorageError) {
    try call()
    try await adapter.eraseAll()
  }
}
