import HoldfastWire

/// The connections of one client. Makes them when calls need them, replaces those that are lost, and holds back after
/// failures: each wait is a random part of a bound that doubles, or of what the server asked for.
final class ConnectionPool: Sendable {
  /// Makes the link of a new connection and names the loop that it will live on.
  typealias Connector = @Sendable (EventLoop) async throws -> any ByteLink

  private typealias Waiter = (
    id: UInt64, continuation: CheckedContinuation<Result<ClientConnection, CallFailure>, Never>
  )

  private enum Slot {
    case idle
    case connecting([Waiter])
    case ready(ClientConnection)
  }

  private struct State {
    var slots: [Slot]
    var turn = 0
    var nextWaiter: UInt64 = 0
    var failures = 0
    var notBefore: MonotonicTime?
    var isClosed = false
    /// Connections that take no more calls and are not closed yet.
    var leaving: [ObjectIdentifier: ClientConnection] = [:]
    var welcome: Welcome?
  }

  private let state: Lock<State>
  private let settings: ClientSettings
  private let group: EventLoopGroup
  private let connector: Connector

  init(_ settings: ClientSettings, _ connector: @escaping Connector) {
    self.settings = settings
    self.connector = connector
    group = settings.loops ?? .shared
    state = Lock(State(slots: Array(repeating: .idle, count: max(1, settings.connections))))
  }

  var loop: EventLoop { group.next() }

  /// What the server said of itself last.
  var welcome: Welcome? { state.withLock { $0.welcome } }

  /// The connection whose turn it is, if it takes calls: nearly always so, and then nothing need be awaited.
  func ready() -> ClientConnection? {
    state.withLock { state in
      state.turn = state.turn + 1 < state.slots.count ? state.turn + 1 : 0
      guard !state.isClosed, case .ready(let connection) = state.slots[state.turn] else { return nil }
      return connection
    }
  }

  /// A connection that takes calls, when there was none: waits for the one whose turn it is, and connects if need be.
  nonisolated(nonsending) func opened() async throws(CallFailure) -> ClientConnection {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { wait((id, $0)) }
    } onCancel: {
      forget(id)
    }
    return try result.get()
  }

  private func wait(_ waiter: Waiter) {
    enum Step {
      case use(ClientConnection)
      case connect(Int)
      case wait
      case closed
    }
    let step: Step = state.withLock { state in
      if state.isClosed { return .closed }
      let index = state.turn
      switch state.slots[index] {
      case .ready(let connection): return .use(connection)
      case .connecting(let others):
        state.slots[index] = .connecting(others + [waiter])
        return .wait
      case .idle:
        state.slots[index] = .connecting([waiter])
        return .connect(index)
      }
    }
    switch step {
    case .use(let connection): waiter.continuation.resume(returning: .success(connection))
    case .closed:
      waiter.continuation.resume(
        returning: .failure(CallFailure(.cancelled, "the client is closed", notBegun: true)))
    case .connect(let index): Task { await connect(index) }
    case .wait: break
    }
    if Task.isCancelled { forget(waiter.id) }
  }

  private func forget(_ id: UInt64) {
    let waiter = state.withLock { state in
      for index in state.slots.indices {
        guard case .connecting(var waiters) = state.slots[index],
          let place = waiters.firstIndex(where: { $0.id == id })
        else { continue }
        let waiter = waiters.remove(at: place)
        state.slots[index] = .connecting(waiters)
        return waiter as Waiter?
      }
      return nil
    }
    waiter?.continuation.resume(returning: .failure(CallFailure(.cancelled, "the caller gave up", notBegun: true)))
  }

  // MARK: Connecting

  private func connect(_ index: Int) async {
    let pause = state.withLock { $0.notBefore }.map { $0 - .now() } ?? .zero
    do {
      if pause > .zero { try await Task.sleep(for: pause) }
      let token = try await settings.token?() ?? ""
      let loop = group.next()
      let link = try await connector(loop)
      await loop.perform {
        let connection = ClientConnection(link, on: loop, self.settings, token: token, self.events(index))
        connection.start()
      }
    } catch {
      failed(index, CallFailure(.unavailable, "\(error)", notBegun: true, cause: error), pacing: .zero)
    }
  }

  private func events(_ index: Int) -> ClientConnection.Events {
    ClientConnection.Events(
      opened: { [self] in opened(index, $0) },
      welcomed: { [self] in welcomed($0) },
      closing: { [self] in closing(index, $0, $1, $2) })
  }

  private func opened(_ index: Int, _ connection: ClientConnection) {
    let (waiters, isClosed) = state.withLock { state in
      var waiters: [Waiter] = []
      if case .connecting(let all) = state.slots[index] { waiters = all }
      state.slots[index] = state.isClosed ? .idle : .ready(connection)
      return (waiters, state.isClosed)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .success(connection)) }
    if isClosed { connection.leave(.zero) }
  }

  private func welcomed(_ welcome: Welcome) {
    state.withLock { state in
      state.failures = 0
      state.notBefore = nil
      state.welcome = welcome
    }
  }

  private func closing(_ index: Int, _ connection: ClientConnection, _ failure: CallFailure?, _ pacing: Duration) {
    let wasReady = state.withLock { state in
      guard case .ready(let current) = state.slots[index], current === connection else { return false }
      state.slots[index] = .idle
      return true
    }
    if wasReady {
      if failure != nil || pacing > .zero { holdBack(pacing) }
    } else {
      failed(index, failure ?? CallFailure(.unavailable, "the connection closed", notBegun: true), pacing: pacing)
    }
  }

  private func failed(_ index: Int, _ failure: CallFailure, pacing: Duration) {
    let waiters = state.withLock { state in
      guard case .connecting(let waiters) = state.slots[index] else { return [Waiter]() }
      state.slots[index] = .idle
      return waiters
    }
    holdBack(pacing)
    var failure = failure
    failure.notBegun = true
    for waiter in waiters { waiter.continuation.resume(returning: .failure(failure)) }
  }

  /// The next attempt is not made before a random time.
  private func holdBack(_ pacing: Duration) {
    state.withLock { state in
      state.failures += 1
      let ceiling = pacing > .zero ? pacing : settings.retry.backoff.ceiling(before: state.failures)
      state.notBefore = .now() + ceiling * Double.random(in: 0...1)
    }
  }

  // MARK: The end

  /// Takes no more calls; connections close when their calls have ended, or at once.
  func close(now: Bool) {
    let slots = state.withLock { state in
      state.isClosed = true
      defer { state.slots = state.slots.map { _ in .idle } }
      return state.slots
    }
    for slot in slots {
      switch slot {
      case .idle: break
      case .connecting(let waiters):
        for waiter in waiters {
          waiter.continuation.resume(
            returning: .failure(CallFailure(.cancelled, "the client is closed", notBegun: true)))
        }
      case .ready(let connection):
        connection.onLoop { connection in
          if now { connection.close(CallFailure(.cancelled, "the client is closed")) } else { connection.leave(.zero) }
        }
      }
    }
  }
}
