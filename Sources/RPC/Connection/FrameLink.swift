import HoldfastWire

/// Whole frames over a byte link: cuts what is received into frames and sends what an outbox holds. Confined to the
/// link's loop.
///
/// Bytes are received into memory that all connections of a loop share; a connection keeps only the part of a frame
/// that has not arrived whole, so that an idle one holds no buffer.
final class FrameLink {
  /// How receiving ended.
  enum Reception {
    /// All there was has been taken.
    case drained
    /// The taker asked to stop; frames may be left.
    case paused
    /// Others are to have their turn; there may be more that the descriptor will not announce again.
    case more
    /// The peer has closed.
    case closed
  }

  /// Takes a frame; false to stop for now.
  typealias Taker = (FrameHeader, UnsafeRawBufferPointer) throws(SessionError) -> Bool

  let loop: EventLoop
  let link: any ByteLink
  private(set) var bytesReceived: UInt64 = 0
  private(set) var bytesSent: UInt64 = 0
  /// Received, not yet taken.
  private var rest: [UInt8] = []
  private var interest: Interest = []
  private var isRegistered = false
  private var isClosed = false

  init(_ link: any ByteLink, on loop: EventLoop) {
    self.link = link
    self.loop = loop
  }

  /// Tells `handler` from now on what the descriptor is ready for.
  func register(_ handler: any ReadinessHandler, _ interest: Interest) throws(SystemError) {
    try loop.register(link.fd, handler, interest)
    self.interest = interest
    isRegistered = true
  }

  func setInterest(_ interest: Interest) throws(SystemError) {
    guard isRegistered, !isClosed, interest != self.interest else { return }
    try loop.setInterest(link.fd, interest)
    self.interest = interest
  }

  func setReading(_ isReading: Bool) throws(SystemError) {
    try setInterest(isReading ? interest.union(.read) : interest.subtracting(.read))
  }

  func setWriting(_ isWriting: Bool) throws(SystemError) {
    try setInterest(isWriting ? interest.union(.write) : interest.subtracting(.write))
  }

  /// Receives and hands each whole frame to `take`, until nothing is left or `take` says false.
  func receive(_ take: Taker) throws -> Reception {
    let scratch = loop.scratch
    for _ in 0..<Limits.readsPerTurn {
      guard !isClosed else { return .closed }
      let kept = rest.count
      guard kept < scratch.count else { return .paused }
      rest.withUnsafeBytes { scratch.copyMemory(from: $0) }
      switch try link.read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[kept...])) {
      case .wouldBlock:
        if link.readWantsWritable { try setWriting(true) }
        return .drained
      case .end: return .closed
      case .bytes(let count):
        bytesReceived &+= UInt64(count)
        if kept > 0 { rest = [] }
        if try !cut(UnsafeRawBufferPointer(rebasing: scratch[..<(kept + count)]), take) { return .paused }
      }
      guard link.hasPending else { return .drained }
    }
    return .more
  }

  /// Hands out frames that were left when the taker paused.
  func resume(_ take: Taker) throws(SessionError) -> Bool {
    guard !rest.isEmpty else { return true }
    let bytes = rest
    rest = []
    return try bytes.withUnsafeBytes { bytes in
      Result { () throws(SessionError) in try cut(bytes, take) }
    }.get()
  }

  /// Reads and forgets; true when the peer has closed.
  func discard() throws -> Bool {
    for _ in 0..<Limits.readsPerTurn {
      switch try link.read(into: loop.scratch) {
      case .wouldBlock: return false
      case .end: return true
      case .bytes: continue
      }
    }
    return false
  }

  private func cut(_ bytes: UnsafeRawBufferPointer, _ take: Taker) throws(SessionError) -> Bool {
    var offset = 0
    var goesOn = true
    while goesOn, let (header, body) = try FrameScanner.next(in: bytes, at: &offset) {
      goesOn = try take(header, body)
    }
    if offset < bytes.count { rest = Array(bytes[offset...]) }
    return goesOn
  }

  /// Sends what the outbox holds, as far as the link takes it; true when nothing is left.
  func send(_ outbox: inout Outbox) throws -> Bool {
    while !isClosed {
      outbox.fill()
      guard !outbox.ready.isEmpty else { break }
      switch try outbox.ready.withBytes({ bytes throws(LinkError) in try link.write(bytes) }) {
      case .wouldBlock:
        try setWriting(true)
        return false
      case .bytes(let count):
        bytesSent &+= UInt64(count)
        outbox.ready.consume(count)
      }
    }
    try setWriting(false)
    return true
  }

  /// Whether to send already in the middle of a turn, so that the peer works on it while this side goes on: when there
  /// is enough to make a record of its own, and the link takes it.
  func isEarly(_ outbox: borrowing Outbox) -> Bool {
    (outbox.ready.frames >= Limits.earlyFrames || outbox.ready.count >= Limits.earlyBytes)
      && !interest.contains(.write)
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    rest = []
    if isRegistered { loop.deregister(link.fd) }
    link.close()
  }
}
