/// Every bound of the runtime, in one place.
enum Limits {
  // The loop.
  /// Jobs that one turn of a loop runs before it looks at its sockets again.
  static let jobsPerTurn = 4096
  /// How often one turn goes from turn-end handlers back to jobs before it looks at its sockets again.
  static let turnEndRounds = 4
  /// Readiness events taken from the kernel at once.
  static let eventsPerTurn = 256
  /// Timers that fire in one turn.
  static let timersPerTurn = 8192
  /// Turns that a loop takes to run what is still queued when it is told to end.
  static let turnsToEnd = 1024
  /// How long a loop looks for more work before it sleeps.
  static let linger: UInt64 = 30_000  // nanoseconds
  /// In vain this often in a row, it looks in one turn of 2 to the power of this.
  static let lingerFailures = 8
  /// Cancelled timers that may wait for their slot in the heap to be swept.
  static let cancelledTimers = 64
  /// Connections that one turn accepts from one listener.
  static let acceptsPerTurn = 64

  // The worker pool.
  /// Threads of the shared pool for blocking work.
  static let workerThreads = 4
  /// Pieces of blocking work that may wait for a thread.
  static let workerQueue = 1024

  // Sockets.
  /// Connections that the kernel completes before they are accepted.
  static let backlog: Int32 = 1024
  /// Addresses of one host that a client tries.
  static let addressesPerHost = 16
  /// How long a client waits for one address before it tries the next.
  static let connectAttempt: Duration = .seconds(10)

  // TLS.
  /// Tickets kept for resuming sessions, for one server.
  static let ticketsPerServer = 4
  /// Servers whose tickets are kept.
  static let serversWithTickets = 256
  /// Certificates in one PEM text.
  static let certificatesPerChain = 512
  /// Bytes of a PEM file.
  static let pemFileBytes = 4 << 20

  // Connections.
  /// Bytes of the memory into which a loop receives.
  static let receiveBytes = 256 << 10
  /// Reads from one connection before others have their turn.
  static let readsPerTurn = 16
  /// Frames that leave before the turn ends: two peers that wait for each other's whole turns would work by turns.
  static let earlyFrames = 16
  /// Bytes that leave before the turn ends, also in fewer frames.
  static let earlyBytes = 8 << 10
  /// Bytes that may wait to be sent before a server stops listening to the client that does not read them.
  static let waitingOutput = 1 << 20
  /// Connections that a server has at once unless it is told otherwise.
  static let connections = 16_384
  /// How long a server waits for the client to close after its goodbye.
  static let parting: Duration = .seconds(1)

  // Calls.
  /// The latest time for which a client that goes too fast is told to come back.
  static let longestRetryAfter: Duration = .seconds(30)
  /// Idle tasks that a connection keeps for its next calls, and how many of them once it is quiet.
  static let parkedWorkers = 64
  static let restingWorkers = 2
  /// How often a client looks at calls that are not over. Those that it sees twice hear of their task's cancellation at
  /// once; those that are younger, after two such moments at the latest.
  static let moment: Duration = .milliseconds(10)
  /// Statuses that are counted each by itself; others count as `unknown`, as which they are to be treated.
  static let countedStatuses = 17
  /// Nanoseconds up to which calls are counted together by how long they took.
  static let countedTimes: [Int64] = [
    50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
    250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
  ]
  /// Calls that wait in a client for a free slot of one connection.
  static let waitingCalls = 16_384
}
