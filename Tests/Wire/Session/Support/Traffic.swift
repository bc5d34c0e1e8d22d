@testable import HoldfastWire

/// Random calls, items, cancels and drains on a `Pair`, by seed, and a model of what has to come out.
///
/// Each side keeps its own books: what it sent, what came. `settle` lets everything end, and `faults` says what differs.
final class Traffic {
  /// One call, as both applications know it.
  struct Call {
    var hasItems: Bool
    var request: [UInt8]
    // What the client sent and the server should see.
    var requests: [[UInt8]] = []
    var requestsSeen: [[UInt8]] = []
    var isHalfClosed = false
    var isHalfCloseSeen = false
    var isCancelled = false
    /// Whether the server's application knows of it.
    var hasArrived = false
    // What the server sent and the client should see.
    var replies: [[UInt8]] = []
    var repliesSeen: [[UInt8]] = []
    var answer: (status: Status, bytes: [UInt8])?
    var endings = 0
    /// Whether the drain left it out.
    var isLeftOut = false
    // Items that have come and not been taken.
    var untakenRequests: [Int] = []
    var untakenReplies: [Int] = []
  }

  let pair: Pair
  /// By stream, from 1 on.
  private(set) var calls: [Call] = []
  private(set) var faults: [String] = []
  private(set) var opened = 0
  private var random: Seeded
  private let largest: Int
  private var isDrained = false

  init(seed: Int) {
    var random = Seeded(seed)
    // Most seeds are small and quick; some move much, so that credit runs out and messages come in pieces.
    largest = random.once(in: 8) ? 60_000 : random.once(in: 4) ? 4_000 : 60
    let wide = SessionBounds(streams: 40, messageBytes: 70_000, streamCredit: 80_000, connectionCredit: 300_000)
    pair = Pair(client: random.once(in: 2) ? .minimum : wide, server: random.once(in: 2) ? .minimum : wide)
    self.random = random
  }

  func run(steps: Int) throws(SessionError) {
    for _ in 0..<steps { try step() }
  }

  private func step() throws(SessionError) {
    switch random.below(20) {
    case 0, 1, 2: open()
    case 3, 4, 5: sendRequest()
    case 6: halfClose()
    case 7: cancel()
    case 8, 9, 10: sendReply()
    case 11: answer()
    case 12, 13: take()
    case 14: other()
    case 15, 16, 17: try pair.moveToServer(chunk())
    default: try pair.moveToClient(chunk())
    }
    look()
  }

  private var numbered: [(StreamID, Call)] { calls.enumerated().map { (StreamID(rawValue: UInt32($0 + 1)), $1) } }

  private func chunk() -> Int { random.once(in: 3) ? 1 + random.below(20) : 1 + random.below(max(100, largest * 3)) }

  private func bytes() -> [UInt8] {
    let count = random.once(in: 5) ? 0 : random.once(in: 4) ? random.below(largest + 1) : random.below(40)
    var bytes = [UInt8](repeating: UInt8(random.below(256)), count: count)
    for index in stride(from: 0, to: count, by: 1000) { bytes[index] = UInt8(truncatingIfNeeded: index / 1000) }
    return bytes
  }

  private func some(_ suits: (Call) -> Bool) -> StreamID? {
    guard !calls.isEmpty else { return nil }
    let start = random.below(calls.count)
    let index = calls[start...].firstIndex(where: suits) ?? calls[..<start].firstIndex(where: suits)
    return index.map { StreamID(rawValue: UInt32($0 + 1)) }
  }

  private subscript(stream: StreamID) -> Call? {
    get { calls.indices.contains(Int(stream.rawValue) - 1) ? calls[Int(stream.rawValue) - 1] : nil }
    set {
      guard let newValue else { return }
      calls[Int(stream.rawValue) - 1] = newValue
    }
  }

  // MARK: The client's application

  private func open() {
    let hasItems = random.once(in: 2)
    let head = CallHead(method: MethodID(service: 7, method: 1), hasItems: hasItems)
    let request = hasItems ? [] : bytes()
    let outcome = hasItems ? pair.client.open(head) : pair.client.open(head, encoded: Raw(request).encoded())
    guard case .opened(let stream) = outcome else { return }
    opened += 1
    calls.append(Call(hasItems: hasItems, request: request))
    if Int(stream.rawValue) != calls.count { faults.append("opened \(stream) after \(calls.count - 1)") }
  }

  private func sendRequest() {
    guard let stream = some({ $0.hasItems && !$0.isHalfClosed && !$0.isCancelled && $0.endings == 0 }) else { return }
    let item = bytes()
    if pair.client.send(Raw(item), on: stream) == .sent { self[stream]?.requests.append(item) }
  }

  private func halfClose() {
    guard let stream = some({ $0.hasItems && !$0.isHalfClosed && !$0.isCancelled && $0.endings == 0 }) else { return }
    pair.client.halfClose(stream)
    self[stream]?.isHalfClosed = true
  }

  private func cancel() {
    guard let stream = some({ !$0.isCancelled && $0.endings == 0 }) else { return }
    pair.client.cancel(stream)
    self[stream]?.isCancelled = true
  }

  // MARK: The server's application

  private func sendReply() {
    guard let stream = some({ $0.hasArrived && $0.answer == nil }) else { return }
    let item = bytes()
    if pair.server.send(Raw(item), on: stream) == .sent { self[stream]?.replies.append(item) }
  }

  private func answer() {
    guard let stream = some({ $0.hasArrived && $0.answer == nil }) else { return }
    answer(stream, ok: !random.once(in: 3))
  }

  private func answer(_ stream: StreamID, ok: Bool) {
    let message = bytes()
    if ok {
      pair.server.reply(stream, Raw(message))
      self[stream]?.answer = (.ok, message)
    } else {
      let failure = Failure(message: "no")
      pair.server.fail(stream, .aborted, failure)
      self[stream]?.answer = (.aborted, failure.encoded())
    }
    giveBackRequests(of: stream)
  }

  private func giveBackRequests(of stream: StreamID) {
    for credit in self[stream]?.untakenRequests ?? [] { pair.server.consumed(credit, on: stream) }
    self[stream]?.untakenRequests = []
  }

  // MARK: Both

  private func take() {
    if let stream = some({ !$0.untakenRequests.isEmpty }), let credit = self[stream]?.untakenRequests.removeFirst() {
      pair.server.consumed(credit, on: stream)
    }
    if let stream = some({ !$0.untakenReplies.isEmpty }), let credit = self[stream]?.untakenReplies.removeFirst() {
      pair.client.consumed(credit, on: stream)
    }
  }

  private func other() {
    switch random.below(24) {
    case 0: pair.server.drain(reason: "test", pacing: .zero)
    case 1: pair.client.authenticate(token: "new")
    case 2: pair.client.outbox.append(.reserved, on: .connection)
    case 3: pair.client.outbox.append(.ping, probe: 9)
    case 4 where pair.server.isOpen: pair.server.outbox.append(.ping, probe: 9)
    case 5: pair.client.stopTakingCalls()
    default: if pair.isDeciding { pair.welcome() }
    }
  }

  // MARK: What came

  private func look() {
    let server = pair.serverEvents
    pair.serverEvents.removeAll(keepingCapacity: true)
    for event in server { look(at: event) }
    let client = pair.clientEvents
    pair.clientEvents.removeAll(keepingCapacity: true)
    for event in client { look(at: event) }
  }

  private func look(at event: ServerEventNote) {
    switch event {
    case .none, .hello, .credit: break
    case .goodbye: faults.append("the server heard a goodbye")
    case .authenticate: pair.server.authenticated(Authenticate())
    case .call(let stream, _, let message):
      guard let call = self[stream], !call.hasArrived else { return faults.append("call \(stream) came twice") }
      if message != call.request { faults.append("the request of \(stream) differs") }
      self[stream]?.hasArrived = true
    case .item(let stream, let bytes):
      self[stream]?.requestsSeen.append(bytes)
      if self[stream]?.isHalfCloseSeen == true { faults.append("an item after the end of \(stream)") }
      self[stream]?.untakenRequests.append(bytes.count + Limits.itemFrameCredit)
    case .halfClosed(let stream): self[stream]?.isHalfCloseSeen = true
    case .cancelled(let stream):
      if self[stream]?.isCancelled != true { faults.append("\(stream) was not cancelled") }
    }
  }

  private func look(at event: ClientEventNote) {
    switch event {
    case .none, .welcome, .authenticated, .credit: break
    case .goodbye: faults.append("the client heard a goodbye")
    case .item(let stream, let bytes):
      self[stream]?.repliesSeen.append(bytes)
      if self[stream]?.endings != 0 { faults.append("an item after the reply of \(stream)") }
      self[stream]?.untakenReplies.append(bytes.count + Limits.itemFrameCredit)
    case .reply(let stream, let status, let bytes):
      self[stream]?.endings += 1
      check(stream, status, bytes)
    case .drain(let last):
      for (stream, call) in numbered where stream > last && call.endings == 0 {
        self[stream]?.endings += 1
        self[stream]?.isLeftOut = true
        if call.hasArrived { faults.append("\(stream) began and was left out") }
      }
    }
  }

  private func check(_ stream: StreamID, _ status: Status, _ bytes: [UInt8]) {
    guard let call = self[stream] else { return faults.append("a reply to \(stream), which was not opened") }
    guard let answer = call.answer else {
      // Cancelled before all of its request had come.
      if status != .cancelled || !call.isCancelled { faults.append("\(stream) ended with \(status) by itself") }
      return
    }
    if status != answer.status || bytes != answer.bytes { faults.append("the reply of \(stream) differs") }
    let isWhole = status == .ok
    if isWhole ? call.repliesSeen != call.replies : !call.replies.starts(with: call.repliesSeen) {
      faults.append("the items of the reply of \(stream) differ")
    }
  }

  // MARK: The end

  /// Lets all calls end, all bytes arrive and all items be taken.
  func settle() throws(SessionError) {
    var rounds = 0
    repeat {
      rounds += 1
      if pair.isDeciding { pair.welcome() }
      for (stream, call) in numbered where call.endings == 0 {
        if call.hasItems, !call.isHalfClosed, !call.isCancelled {
          pair.client.halfClose(stream)
          self[stream]?.isHalfClosed = true
        }
        let isThrough = !call.hasItems || call.isHalfCloseSeen || call.isCancelled
        if call.hasArrived, call.answer == nil, isThrough { answer(stream, ok: true) }
      }
      takeAll()
      try pair.moveToServer(1 << 20)
      try pair.moveToClient(1 << 20)
      look()
    } while (!pair.isLinkEmpty || calls.contains { $0.endings == 0 }) && rounds < 200
    takeAll()
    try pair.moveToServer(1 << 20)
    try pair.moveToClient(1 << 20)
    look()
    checkBooks()
  }

  private func takeAll() {
    for (stream, call) in numbered {
      giveBackRequests(of: stream)
      for credit in call.untakenReplies { pair.client.consumed(credit, on: stream) }
      self[stream]?.untakenReplies = []
    }
  }

  /// What has to hold when everything has ended.
  private func checkBooks() {
    for (stream, call) in numbered {
      if call.endings != 1 { faults.append("\(stream) ended \(call.endings) times") }
      let isWhole = call.isHalfCloseSeen
      if isWhole ? call.requestsSeen != call.requests : !call.requests.starts(with: call.requestsSeen) {
        faults.append("the items of the request of \(stream) differ")
      }
    }
    let (client, server) = (pair.client.connectionFlow, pair.server.connectionFlow)
    if pair.client.openStreams != 0 || pair.server.openStreams != 0 { faults.append("streams are still open") }
    if !pair.isLinkEmpty { faults.append("the link has not come to rest") }
    if client.outgoing != server.incoming { faults.append("credit to the server: \(client) \(server)") }
    if server.outgoing != client.incoming { faults.append("credit to the client: \(server) \(client)") }
    if client.incoming + client.taken != client.window { faults.append("the client has lost credit: \(client)") }
    if server.incoming + server.taken != server.window { faults.append("the server has lost credit: \(server)") }
    if pair.client.partialBytes + pair.server.partialBytes != 0 { faults.append("unfinished messages are left") }
  }

  /// Whether both sides see the open streams alike; to be asked when nothing is under way.
  func checkOpenStreams() throws(SessionError) {
    if pair.isDeciding { pair.welcome() }
    var rounds = 0
    while !pair.isLinkEmpty, rounds < 100 {
      rounds += 1
      try pair.moveToServer(1 << 20)
      try pair.moveToClient(1 << 20)
      if pair.isDeciding { pair.welcome() }
      look()
    }
    for (stream, call) in numbered where call.endings == 0 && !call.isCancelled {
      guard let client = pair.client.flow(of: stream), let server = pair.server.flow(of: stream) else {
        faults.append("\(stream) is open on one side only")
        continue
      }
      if client.outgoing != server.incoming || server.outgoing != client.incoming {
        faults.append("credit of \(stream): \(client) \(server)")
      }
    }
    if pair.client.openStreams != pair.server.openStreams { faults.append("the sides count streams differently") }
  }
}
