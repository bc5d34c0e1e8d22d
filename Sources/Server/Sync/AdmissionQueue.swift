internal import HoldfastWire

/// Who is let in, who waits and who has to come back later, when many want what the hub can do for a few at once.
///
/// Those who wait are let in client by client, each client's in their order, so that one which asks for much does not
/// keep the others out. Who would have to wait too long is told when to come back: each a little later than the one
/// before, in the pace at which the hub gets through.
///
/// Invariants: no more than `capacity` are in; whoever waits has a turn.
struct AdmissionQueue {
  typealias Ticket = UInt64

  enum Entrance: Equatable {
    case admitted
    case waits(Ticket)
    case refused(retryAfter: Duration)
  }

  private struct Line {
    var tickets: [Ticket] = []
    var served = 0
  }

  let capacity: Int
  private(set) var admitted = 0 { didSet { mostAdmitted = max(mostAdmitted, admitted) } }
  private(set) var waiting = 0 { didSet { mostWaiting = max(mostWaiting, waiting) } }
  private(set) var mostAdmitted = 0
  private(set) var mostWaiting = 0
  /// How many have been let in so far, and how many sent away.
  private(set) var letIn: UInt64 = 0
  private(set) var sentAway: UInt64 = 0
  private var lines: [String: Line] = [:]
  private var clients: [Ticket: String] = [:]
  /// Clients that wait, in the order of their turns.
  private var turns: [String] = []
  private var nextTurn = 0
  private var lastTicket: Ticket = 0
  /// How long one is in, about.
  private var stay: Duration
  /// When the last of those is to come back who were sent away.
  private var lastPromise = MonotonicTime(nanoseconds: 0)

  init(capacity: Int, stay: Duration = .milliseconds(10)) {
    precondition(capacity > 0, "nobody could ever come in")
    self.capacity = capacity
    self.stay = stay
  }

  /// The time between two who are let in, about.
  private var pace: Duration { stay / capacity }

  mutating func enter(_ client: String, at now: MonotonicTime) -> Entrance {
    guard admitted == capacity else {
      admit()
      return .admitted
    }
    let wait = pace * (waiting + 1)
    guard wait <= Limits.admissionWait, waiting < Limits.admissionsWaiting else {
      lastPromise = max(lastPromise, now + wait) + pace
      sentAway += 1
      return .refused(retryAfter: min(lastPromise - now, Limits.admissionPause))
    }
    lastTicket += 1
    waiting += 1
    clients[lastTicket] = client
    if lines[client] == nil { turns.append(client) }
    lines[client, default: Line()].tickets.append(lastTicket)
    return .waits(lastTicket)
  }

  /// One who was in has left after so long.
  /// - Returns: who is let in instead.
  mutating func leave(after duration: Duration) -> Ticket? {
    stay = max((stay * 7 + min(duration, Limits.admissionWait)) / 8, Limits.admissionStay)
    admitted -= 1
    return next()
  }

  /// One who waited has given up.
  /// - Returns: whether it was still waiting; otherwise it is in.
  mutating func giveUp(_ ticket: Ticket) -> Bool {
    guard clients.removeValue(forKey: ticket) != nil else { return false }
    waiting -= 1
    return true
  }

  func isWaiting(_ ticket: Ticket) -> Bool { clients[ticket] != nil }

  private mutating func admit() {
    admitted += 1
    letIn += 1
  }

  private mutating func next() -> Ticket? {
    while nextTurn < turns.count {
      let client = turns[nextTurn]
      nextTurn += 1
      defer { forgetTurns() }
      guard var line = lines.removeValue(forKey: client) else { continue }
      while line.served < line.tickets.count {
        let ticket = line.tickets[line.served]
        line.served += 1
        // Who has given up is passed over.
        guard clients.removeValue(forKey: ticket) != nil else { continue }
        if line.served < line.tickets.count {
          if line.served > 64 {
            line.tickets.removeFirst(line.served)
            line.served = 0
          }
          lines[client] = line
          turns.append(client)
        }
        admit()
        waiting -= 1
        return ticket
      }
    }
    return nil
  }

  /// Turns that are over need not be kept.
  private mutating func forgetTurns() {
    guard nextTurn > 64, nextTurn * 2 > turns.count else { return }
    turns.removeFirst(nextTurn)
    nextTurn = 0
  }
}
