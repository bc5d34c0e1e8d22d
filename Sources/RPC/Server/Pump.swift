import HoldfastWire

/// Runs a connection's calls on its loop, as few tasks as can be: a worker takes call after call and awaits each
/// handler inline, which costs a function call when the handler does not suspend. Behind the worker's job stands one that
/// looks at the queue: if calls still wait then, a handler has really suspended, and another worker is started.
///
/// Invariant: when the loop has run its jobs, no call waits.
final class Pump: @unchecked Sendable {  // all of it is the loop's
  private final class Worker: @unchecked Sendable {  // as the pump
    var call: ServerCall?
    var parked: UnsafeContinuation<Void, Never>?
    var task: Task<Void, Never>?
    /// Whether it takes no more calls: its task is cancelled, or it is one too many.
    var isLeaving = false
    /// Where it stands among the busy ones; nil while it is none of them.
    var place: Int?
  }

  private let queue = Confined(PriorityQueue())
  private var busy: [Worker] = []
  private var parked: [Worker] = []
  /// Whether a worker is on its way to the queue.
  private var isServed = false
  private var isClosed = false

  private var waiting: PriorityQueue {
    _read { yield queue.value }
    _modify { yield &queue.value }
  }

  func add(_ call: ServerCall, _ priority: CallPriority) {
    waiting.append(call, priority)
    if !isServed { serve(call.connection) }
  }

  /// At the end of a turn: makes sure that suspended calls end in time.
  func turnEnded(_ connection: ServerConnection) {
    for worker in busy {
      if let deadline = worker.call?.deadline { connection.watch(deadline) }
    }
  }

  /// Ends calls early whose stream or deadline `matches`.
  func end(_ failure: CallFailure, where matches: (ServerCall) -> Bool) {
    for worker in busy {
      guard let call = worker.call, matches(call), call.end(failure) else { continue }
      // A task stays cancelled: this worker takes no more calls.
      worker.isLeaving = true
      worker.task?.cancel()
    }
    func endWaiting(_ call: ServerCall) {
      if matches(call) { _ = call.end(failure) }
    }
    waiting.forEach(endWaiting)
  }

  /// Whether the stream's call has begun and goes on.
  func isRunning(_ stream: StreamID) -> Bool {
    busy.contains { $0.call?.stream == stream && $0.call?.ending == nil }
  }

  /// The earliest deadline of the calls that run or wait.
  var nextDeadline: MonotonicTime? {
    var earliest: MonotonicTime?
    func consider(_ call: ServerCall) {
      guard let deadline = call.deadline, call.ending == nil else { return }
      earliest = min(earliest ?? deadline, deadline)
    }
    for worker in busy { if let call = worker.call { consider(call) } }
    waiting.forEach(consider)
    return earliest
  }

  /// Ends the workers that wait for calls, and drops the calls that wait for workers, to which nobody could listen.
  /// Workers that run end with their calls.
  func close() {
    isClosed = true
    func drop(_ call: ServerCall) { call.drop() }
    waiting.forEach(drop)
    waiting = PriorityQueue()
    for worker in parked { worker.parked?.resume() }
    parked = []
  }

  /// Ends the workers that have nothing to do, but for the few that a quiet connection keeps.
  func rest() {
    while parked.count > Limits.restingWorkers, let worker = parked.popLast() {
      worker.isLeaving = true
      worker.parked?.resume()
    }
  }

  private func serve(_ connection: ServerConnection) {
    isServed = true
    if let worker = parked.popLast() {
      enlist(worker)
      worker.parked?.resume()
      worker.parked = nil
    } else {
      let worker = Worker()
      enlist(worker)
      worker.task = Task(executorPreference: connection.loop.executor) { await self.run(worker, connection) }
    }
    connection.loop.execute { self.look(connection) }
  }

  /// The worker that was on its way has gone as far as it can without suspending.
  private func look(_ connection: ServerConnection) {
    isServed = false
    guard !waiting.isEmpty else { return }
    serve(connection)
    // The call that is begun now may have a deadline.
    connection.loop.atTurnEnd(connection)
  }

  private func enlist(_ worker: Worker) {
    worker.place = busy.count
    busy.append(worker)
  }

  private func dismiss(_ worker: Worker) {
    guard let place = worker.place, let last = busy.popLast() else { return }
    worker.place = nil
    guard last !== worker else { return }
    last.place = place
    busy[place] = last
  }

  nonisolated(nonsending) private func run(_ worker: Worker, _ connection: ServerConnection) async {
    let interceptors = connection.dispatcher.interceptors[...]
    while true {
      while !worker.isLeaving, let call = waiting.popFirst() {
        worker.call = call
        await run(call, interceptors)
        worker.call = nil
      }
      if worker.isLeaving || isClosed || parked.count >= Limits.parkedWorkers { break }
      dismiss(worker)
      parked.append(worker)
      await withUnsafeContinuation { worker.parked = $0 }
    }
    dismiss(worker)
    if !waiting.isEmpty, !isServed { serve(connection) }
  }

  /// Runs one call from its beginning to its reply.
  nonisolated(nonsending) private func run(
    _ call: ServerCall, _ interceptors: ArraySlice<any ServerInterceptor>
  ) async {
    guard call.mayBegin() else { return }
    do {
      if interceptors.isEmpty { try await call.handle() } else { try await call.handle(within: interceptors) }
    } catch {
      await call.handlerThrew(error)
    }
  }
}

/// Calls in the order in which they are to be begun: by priority, then by arrival.
private struct PriorityQueue {
  private var queues: [Ring<ServerCall>] = [Ring(), Ring(), Ring()]
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  mutating func append(_ call: ServerCall, _ priority: CallPriority) {
    queues[min(Int(priority.rawValue), queues.count - 1)].append(call)
    count += 1
  }

  mutating func popFirst() -> ServerCall? {
    guard count > 0 else { return nil }
    for index in queues.indices {
      if let call = queues[index].popFirst() {
        count -= 1
        return call
      }
    }
    return nil
  }

  func forEach(_ body: (ServerCall) -> Void) {
    for queue in queues { queue.forEach(body) }
  }
}
