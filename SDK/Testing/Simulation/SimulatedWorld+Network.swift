internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// What lies between devices and the hub.
extension SimulatedWorld {
  /// A request leaves a device.
  func send(_ request: HubRequest, _ number: Int, _ life: Int, _ call: Int) {
    guard links[number].isUp, !links[number].isPartitioned else { return }
    if phase == .faults {
      if oneIn(15) {
        cover(.requestLost)
        return note("the request of device \(number) is lost")
      }
      if oneIn(15) {
        cover(.requestDoubled)
        plan(.arrive(request, from: number, life, call: call), in: 1 + chance(8_000))
      }
    }
    plan(.arrive(request, from: number, life, call: call), in: delay())
  }

  private func delay() -> UInt64 {
    guard phase == .faults, oneIn(10) else { return 1 + chance(20) }
    cover(.messagesReordered)
    return 100 + chance(4_000)
  }

  /// A request reaches the hub.
  func arrive(_ request: HubRequest, _ number: Int, _ life: Int, _ call: Int) throws {
    let link = links[number]
    let reply: HubReply
    if !hub.isRunning {
      // Nobody is there, and whoever asks is told so.
      reply = .failed(.unreachable(retryAfter: nil))
    } else if !link.isCredentialGood {
      reply = .failed(.needs(.credential))
    } else if !link.mayAccess {
      reply = .failed(.needs(.access))
    } else if phase == .faults, case .push(let push) = request, oneIn(40) {
      reply = .push(
        PushReply(
          outcomes: push.operations.map { Outcome(number: $0.number, kind: .retry, retryAfter: .seconds(1)) },
          sequence: 0, clock: ClockReading(time: hubTime)))
      cover(.retry)
    } else {
      guard let answer = try ask(request, number) else { return }
      reply = answer
    }
    guard links[number].isUp, !links[number].isPartitioned else { return }
    if phase == .faults && oneIn(12) {
      cover(.replyLost)
      return note("the reply to device \(number) is lost")
    }
    plan(.reply(reply, to: number, life, call: call), in: delay())
  }

  /// The hub does it; nil when it goes away on it.
  private func ask(_ request: HubRequest, _ number: Int) throws -> HubReply? {
    guard let reply = hub.answer(request, at: hubTime) else {
      if case .push(let push) = request { hub.account.lost(push) }
      buryHub()
      return nil
    }
    switch (request, reply) {
    case (.push(let push), .push(let answer)):
      let outcomes = answer.outcomes.map { "\($0.number) \($0.kind)\($0.isReplay ? " again" : "") \($0.version)" }
      note("hub: push of device \(number): \(outcomes.joined(separator: ", "))")
      let heard = hub.account.answered(push, answer, at: hubTime)
      for event in heard.events { cover(event) }
      if let first = heard.complaints.first { fail("hub: \(first)") }
      for operation in push.operations where operation.type == "note" {
        for change in operation.changes { if let event = NoteWork.policy(of: change.field) { cover(event) } }
      }
      try onHub { try tellAll() }
    case (.pull(let pull), .pull(let page)):
      if page.restart, let cursor = Cursor(pull.cursor), cursor.epoch == hub.epoch,
        cursor.filters == (try FilterSet(pull.filters)).hash
      {
        // Nothing else can be wrong with the cursor.
        cover(.tombstoneMissed)
      }
      note("hub: pull of device \(number): \(page.entities.count) up to \(page.sequence)\(page.restart ? " anew" : "")")
    case (.push(let push), .failed(let fault)):
      // What failed as a whole was not done.
      note("hub: push of device \(number) of \(push.operations.count): \(fault)")
      if hub.wasFull { cover(.hubDiskFull) }
    case (_, .failed(let fault)): note("hub: device \(number): \(fault)")
    default: note("hub: device \(number) joins")
    }
    // It may have been gone with the last step of what was done.
    try onHub {}
    return reply
  }

  // MARK: Hints

  func openHints(_ request: HintsRequest, _ number: Int) throws {
    links[number].hints = (request.filters, nil)
    guard hub.isRunning, links[number].isUp, links[number].mayAccess, links[number].isCredentialGood else {
      return plan(.hintsBroken(number, devices[number].generation), in: chance(500))
    }
    try onHub { try tell(number) }
  }

  func tellAll() throws {
    for number in links.indices { try tell(number) }
  }

  private func tell(_ number: Int) throws {
    guard let hints = links[number].hints, links[number].isUp, !links[number].isPartitioned else { return }
    guard let look = try hub.look(after: hints.told, hints.filters) else { return }
    links[number].hints?.told = look.sequence
    guard let hint = look.hint else { return }
    if phase == .faults && oneIn(10) { return cover(.hintLost) }
    plan(.hint(number, devices[number].generation, hint), in: delay())
  }

  // MARK: Connections

  /// What is under way fails, and the machine is told.
  func network(_ number: Int, isUp: Bool) throws {
    guard links[number].isUp != isUp || isUp else { return }
    if isUp {
      links[number].isUp = true
      return try onDevice(number) { device in
        note("device \(number): the network is there")
        follow(try device.lead { $0.machine.network(isUp: true, at: MonotonicTime(nanoseconds: now)) }, number)
      }
    }
    note("device \(number): the network is gone")
    let calls = links[number].calls
    disconnect(number)
    links[number].isUp = false
    try onDevice(number) { device in
      follow(try device.lead { $0.machine.network(isUp: false, at: MonotonicTime(nanoseconds: now)) }, number)
      for (_, pending) in calls.sorted(by: { $0.key < $1.key }) {
        try answered(pending, .failed(.unreachable(retryAfter: nil)), number, device)
      }
    }
  }

  func disconnect(_ number: Int) {
    links[number].calls = [:]
    links[number].hints = nil
  }

  /// Streams of hints end with the hub.
  func hubIsAway() {
    for number in links.indices where links[number].hints != nil {
      plan(.hintsBroken(number, devices[number].generation), in: chance(1_000))
    }
    plan(.startHub, in: chance(4_000))
  }
}

extension NoteWork {
  static func policy(of field: UInt32) -> SimulationCoverage.Event? {
    let policies: [SimulationCoverage.Event] = [
      .manual, .client, .server, .timestamp, .counter, .set, .append, .client, .custom,
    ]
    return policies.indices.contains(Int(field) - 1) ? policies[Int(field) - 1] : nil
  }
}
