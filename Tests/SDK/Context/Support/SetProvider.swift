import HoldfastRPC
import HoldfastSDK

/// Says what a test wants it to say, to every question.
final class SetProvider: ContextProvider {
  enum Answer: Sendable {
    case value(Int)
    case text(String)
    case fallback(Int)
    case none
    case failure(ContextError.Code)
  }

  private struct State {
    var answer: Answer
    var asked = 0
    var gate: Gate?
    var clock: DeviceClock?
    var meeting: Meeting?
  }

  let name: String
  let news = ContextNews()
  private let isAtHand: Bool
  private let state: Lock<State>

  init(_ name: String, _ answer: Answer, isAtHand: Bool) {
    self.name = name
    self.isAtHand = isAtHand
    state = Lock(State(answer: answer))
  }

  /// How often it had to answer.
  var asked: Int { state.withLock { $0.asked } }

  func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

  /// Answers nobody before the gate is open, whoever is cancelled. A clock that counts the question's work goes on.
  func hold(_ gate: Gate, _ clock: DeviceClock? = nil) {
    state.withLock { state in
      state.gate = gate
      state.clock = clock
    }
  }

  /// Answers when all of the meeting have been asked.
  func meet(_ meeting: Meeting) { state.withLock { $0.meeting = meeting } }

  func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value> {
    guard isAtHand, let found = try? found(key) else { return isAtHand ? .known(nil) : .unknown }
    return .known(found)
  }

  func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    let (gate, clock, meeting) = state.withLock { state in
      state.asked += 1
      return (state.gate, state.clock, state.meeting)
    }
    clock?.work(-1)
    await gate?.pass()
    clock?.work(1)
    await meeting?.arrive()
    return key.orDefault(try found(key))
  }

  private func found<Value: ContextValue>(_ key: ContextKey<Value>) throws(ContextError) -> Resolution<Value>? {
    func resolution(_ value: some Sendable, _ reason: Resolution<Value>.Reason) -> Resolution<Value>? {
      (value as? Value).map { Resolution($0, source: name, age: .zero, reason: reason) }
    }
    switch state.withLock({ $0.answer }) {
    case .value(let value): return resolution(value, .fresh)
    case .text(let text): return resolution(text, .fresh)
    case .fallback(let value): return resolution(value, .fallback)
    case .none: return nil
    case .failure(let code): throw ContextError(code, "it fails", key: key.name, provider: name)
    }
  }
}

/// Lets nobody go on before all have come.
actor Meeting {
  private var missing: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(of count: Int) { missing = count }

  func arrive() async {
    missing -= 1
    if missing > 0 { return await withCheckedContinuation { waiting.append($0) } }
    for caller in waiting { caller.resume() }
  }
}
