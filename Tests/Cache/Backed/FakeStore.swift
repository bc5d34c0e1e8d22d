import HoldfastCache
import Synchronization
import TestSupport

/// A store in memory that can fail, and that can be made to wait.
final class FakeStore: CacheStore {
  struct Refusal: Error {}

  private struct State {
    var contents: [String: CacheContent<String>] = [:]
    var loads = 0
    var stores: [[String]] = []
    var isFailing = false
    var isHeld = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  init(_ contents: [String: String] = [:]) {
    state.withLock { $0.contents = contents.mapValues { CacheContent($0) } }
  }

  func load(_ key: String) async throws -> CacheContent<String>? {
    // What is there when it begins is what comes of it, however long it takes.
    let content = state.withLock { state in
      state.loads += 1
      return state.contents[key]
    }
    try await wait()
    return content
  }

  func store(_ changes: [CacheChange<String, String>]) async throws {
    try await wait()
    state.withLock { state in
      state.stores.append(changes.map(\.key))
      for change in changes { state.contents[change.key] = change.content }
    }
  }

  private func wait() async throws {
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        if state.isHeld { state.held.append(continuation) }
        return state.isHeld
      }
      if !isHeld { continuation.resume() }
    }
    if state.withLock({ $0.isFailing }) { throw Refusal() }
  }

  // MARK: For tests

  /// Everything waits from now on.
  func hold() { state.withLock { $0.isHeld = true } }

  /// What waits goes on, and nothing waits any more.
  func release() {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isHeld = false
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  /// Returns when so many wait.
  func whenWaiting(_ count: Int) async {
    while state.withLock({ $0.held.count }) < count { await Task.yield() }
  }

  var isFailing: Bool {
    get { state.withLock { $0.isFailing } }
    set { state.withLock { $0.isFailing = newValue } }
  }

  subscript(_ key: String) -> String? {
    get { state.withLock { $0.contents[key]?.value } }
    set { state.withLock { $0.contents[key] = newValue.map { CacheContent($0) } } }
  }

  func setContent(_ content: CacheContent<String>, for key: String) { state.withLock { $0.contents[key] = content } }
  func lifetime(of key: String) -> Duration? { state.withLock { $0.contents[key]?.lifetime } }

  var loads: Int { state.withLock { $0.loads } }
  /// The keys of each request to store.
  var stores: [[String]] { state.withLock { $0.stores } }
}
