import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport

/// A source in memory, that counts what it is asked, and fails or hangs when a test wants it to.
final class MemorySource: ContextSource {
  typealias Script = @Sendable (_ names: [String], _ question: Int) async throws(ContextError) -> [ContextAnswer]?

  private struct Item {
    var bytes: [UInt8]?
    var version: UInt64
    var end: MonotonicTime
  }

  private struct State {
    var items: [[UInt8]: Item] = [:]
    var version: UInt64 = 0
    var questions: [[String]] = []
    var script: Script?
    var followers: [@Sendable (ContextNotice) -> Void] = []
  }

  let name = "source"
  /// Somebody has begun to listen to what changes.
  let followed = Happening()
  let clock: DeviceClock
  private let state = Lock(State())

  init(_ clock: TestClock) { self.clock = clock.device() }

  /// What it was asked for, question by question.
  var questions: [[String]] { state.withLock { $0.questions } }

  /// Tells those who listen.
  func tell(_ notice: ContextNotice) {
    for follower in state.withLock({ $0.followers }) { follower(notice) }
  }

  /// What it does from now on; where the script gives nothing, what it always does.
  func script(_ script: Script?) { state.withLock { $0.script = script } }

  /// Fails each question from now on.
  func fail(_ code: ContextError.Code = .network) {
    script { _, _ throws(ContextError) in throw ContextError(code, "it fails", provider: "source") }
  }

  /// Sets JSON.
  func put(_ json: String, for name: String) { put(Array(json.utf8), for: name, .distantFuture) }

  @discardableResult
  private func put(_ bytes: [UInt8]?, for name: String, _ end: MonotonicTime) -> UInt64 {
    let version = state.withLock { state in
      state.version += 1
      state.items[Array(name.utf8)] = Item(bytes: bytes, version: state.version, end: end)
      return state.version
    }
    tell(.changed(name, version: version))
    return version
  }

  func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    let (script, question) = state.withLock { state in
      state.questions.append(names)
      return (state.script, state.questions.count)
    }
    if let answers = try await script?(names, question) { return answers }
    return names.map { answer($0) }
  }

  func answer(_ name: String) -> ContextAnswer {
    let now = clock.monotonic()
    guard let item = state.withLock({ $0.items[Array(name.utf8)] }), let bytes = item.bytes, now < item.end else {
      return .absent
    }
    return .value(
      ContextContent(bytes, version: item.version, lifetime: item.end == .distantFuture ? nil : item.end - now))
  }

  func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    put(content, for: name, lifetime.map { clock.monotonic() + $0 } ?? .distantFuture)
  }

  func follow(_ tell: @escaping @Sendable (ContextNotice) -> Void) async throws(ContextError) {
    state.withLock { $0.followers.append(tell) }
    tell(.everything)
    followed.pass()
    do { try await Task.sleep(for: .seconds(86_400)) } catch {
      throw ContextError(.cancelled, "nobody listens", provider: name)
    }
  }
}

/// Lets nobody through until it is opened. Takes no notice of tasks that are cancelled, as a bad source does.
actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func pass() async {
    if isOpen { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func open() {
    isOpen = true
    for caller in waiting { caller.resume() }
    waiting = []
  }
}
