import HoldfastWire

/// Senders that may not send now. Who has waited longest for one item is first to try again, so that none starves while
/// others use up what the connection may hold. Belongs to the connection's loop.
struct CreditWaiters {
  /// A place in line, kept by a sender that tried again in vain.
  struct Turn: Hashable, Comparable {
    fileprivate let number: UInt64

    static func < (left: Turn, right: Turn) -> Bool { left.number < right.number }
  }

  private struct Waiter {
    let turn: Turn
    let stream: StreamID
    let sender: UnsafeContinuation<Turn, Never>
  }

  /// How often senders were told to try again.
  private(set) var news: UInt64 = 0
  /// In order of their turns.
  private var waiters: [Waiter] = []
  private var turns: UInt64 = 0

  /// The streams whose senders wait.
  var streams: Set<StreamID> { Set(waiters.map(\.stream)) }

  mutating func takeTurn() -> Turn {
    turns += 1
    return Turn(number: turns)
  }

  mutating func add(_ sender: UnsafeContinuation<Turn, Never>, on stream: StreamID, _ turn: Turn) {
    var place = waiters.endIndex
    while place > 0, turn < waiters[place - 1].turn { place -= 1 }
    waiters.insert(Waiter(turn: turn, stream: stream, sender: sender), at: place)
  }

  /// Lets the senders of a stream try again; those of all streams for the connection itself.
  mutating func wake(_ stream: StreamID) {
    news &+= 1
    guard !waiters.isEmpty else { return }
    let woken = stream == .connection ? waiters : waiters.filter { $0.stream == stream }
    if stream == .connection { waiters = [] } else { waiters.removeAll { $0.stream == stream } }
    for waiter in woken { waiter.sender.resume(returning: waiter.turn) }
  }
}
