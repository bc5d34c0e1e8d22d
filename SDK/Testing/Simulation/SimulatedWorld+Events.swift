internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// What happens, one event at a time.
extension SimulatedWorld {
  func handle(_ event: Event) throws {
    switch event {
    case .user(let number): try onDevice(number) { try work(number, $0) }
    case .fault: try disturb()
    case .housekeeping:
      try cutLog()
      plan(.housekeeping, in: 15_000 + chance(30_000))
    case .action(let number, let life, let action):
      try onDevice(number, life) { device in
        self.note("device \(number): \(action.text)")
        switch try device.begin(action, at: now) {
        case .done(let receipt): try heard(receipt, number, device)
        case .ask(let question): call(question, number)
        case .openHints(let request): try openHints(request, number)
        case .closeHints: links[number].hints = nil
        case .refreshCredential: plan(.granted(number, life), in: chance(1_000))
        }
        if case .ask(.incarnation) = action { cover(.newIncarnation) }
      }
    case .wake(let number, let life, let time):
      try onDevice(number, life) { device in
        guard device.wake == time else { return }
        device.wake = .distantFuture
        let step = try device.lead { $0.machine.tick(at: MonotonicTime(nanoseconds: now)) }
        follow(step, number)
        if device.wake == .distantFuture { schedule(step.wake, number) }
      }
    case .queueChanged(let number, let life):
      try onDevice(number, life) { device in
        if let step = try device.lookAtQueue(at: now) { follow(step, number) }
      }
    case .arrive(let request, let number, let life, let call): try arrive(request, number, life, call)
    case .reply(let reply, let number, let life, let call):
      guard devices[number].generation == life, let pending = links[number].calls.removeValue(forKey: call) else {
        return
      }
      try onDevice(number, life) { try answered(pending, reply, number, $0) }
    case .deadline(let number, let life, let call):
      guard devices[number].generation == life, let pending = links[number].calls.removeValue(forKey: call) else {
        return
      }
      cover(.deadlinePassed)
      try onDevice(number, life) {
        try answered(pending, .failed(.unreachable(retryAfter: nil)), number, $0)
      }
    case .hint(let number, let life, let hint):
      try onDevice(number, life) { device in
        guard links[number].hints != nil else { return }
        let step = try device.lead {
          $0.machine.hinted(hint.sequence, isUrgent: hint.kind == .urgent, at: MonotonicTime(nanoseconds: now))
        }
        follow(step, number)
      }
    case .hintsBroken(let number, let life):
      try onDevice(number, life) { device in
        guard links[number].hints != nil else { return }
        links[number].hints = nil
        try heard(SyncReceipt(.failed(.hints, .unreachable(retryAfter: nil))), number, device)
      }
    case .network(let number, let isUp): try network(number, isUp: isUp)
    case .granted(let number, let life):
      try onDevice(number, life) { try heard(SyncReceipt(.granted(.credential)), number, $0) }
    case .startDevice(let number): try startDevice(number)
    case .startHub: try startHub()
    case .person(let number):
      try onDevice(number) { try decide(number, $0, isFinal: phase == .healing) }
      if phase == .healing { plan(.person(number), in: 3_000) }
    case .roomMade(let number):
      note("\(number.map { "device \($0)" } ?? "hub"): there is room on its disk again")
      (number.map { devices[$0].disk } ?? hub.disk).inject { $0.capacity = .max }
    case .checksum(let number, let life, let reply, let request, let holdings):
      try onDevice(number, life) { _ = try compare($0, reply, to: request, holdings, number) }
    }
  }

  /// Does something on a device whose program runs, in the life that is meant. When the power goes during that, the
  /// device is started again later.
  func onDevice(_ number: Int, _ life: Int? = nil, _ body: (SimulatedDevice) throws -> Void) throws {
    let device = devices[number]
    guard device.isRunning, life ?? device.generation == device.generation else { return }
    let refusals = device.refusals
    do {
      try body(device)
    } catch {
      if device.hasPower && device.isAlive {
        guard error.isOfFullDisk else { return fail("device \(number): \(error)") }
        device.refusals += 1
      }
    }
    if device.refusals > refusals {
      note("device \(number): its disk is full")
      cover(.deviceDiskFull)
    }
    guard !device.hasPower else { return device.isAlive ? () : try bury(number) }
    note("device \(number): the power goes")
    cover(.devicePowerCut)
    disconnect(number)
    device.powerDown()
    plan(.startDevice(number), in: chance(3_000))
  }

  // MARK: The engine

  func follow(_ step: SyncStep, _ number: Int) {
    let device = devices[number]
    for action in step.actions { plan(.action(number, device.generation, action), in: chance(3)) }
    if step.wake < device.wake || device.wake.nanoseconds <= now { schedule(step.wake, number) }
  }

  func schedule(_ time: MonotonicTime, _ number: Int) {
    let device = devices[number]
    device.wake = time
    guard time < .distantFuture else { return }
    events.plan(.wake(number, device.generation, time), at: max(time.nanoseconds, now))
  }

  func heard(_ receipt: SyncReceipt, _ number: Int, _ device: SimulatedDevice) throws {
    follow(try device.hear(receipt, at: now), number)
    try decideByProgram(receipt.parked, number, device)
  }

  func call(_ question: SyncQuestion, _ number: Int) {
    let life = devices[number].generation
    links[number].callsMade += 1
    let call = links[number].callsMade
    links[number].calls[call] = question
    if question.isBeforePush { cover(.olderIncarnationIntroduced) }
    events.plan(.deadline(number, life, call: call), at: now + Limits.call)
    send(question.request, number, life, call)
  }

  func answered(_ question: SyncQuestion, _ reply: HubReply, _ number: Int, _ device: SimulatedDevice) throws {
    if case .failed(.needs(.access)) = reply { try device.forget() }
    try cover(question.request, reply, device)
    let (next, parked) = try device.finish(question, reply, at: now)
    switch next {
    case .ask(let next): call(next, number)
    case .follow(let step):
      follow(step, number)
      try decideByProgram(parked, number, device)
    }
    if case .pull(let page) = reply { try notePage(page, device) }
    try check(device)
  }

  /// The program is asked about what was parked just now.
  private func decideByProgram(_ parked: [UInt64], _ number: Int, _ device: SimulatedDevice) throws {
    for position in parked {
      guard let deed = try device.resolve(position, at: now) else { continue }
      did(deed, number)
      plan(.queueChanged(number, device.generation), in: chance(3))
    }
  }

  private func cover(_ request: HubRequest, _ reply: HubReply, _ device: SimulatedDevice) throws {
    switch (request, reply) {
    case (.join(let request), .join(let reply)):
      if !request.epoch.isEmpty, request.epoch != reply.epoch {
        cover(reply.shared < (try device.head().seen) ? .newHistory : .cursorKept)
      }
    case (_, .pull(let page)):
      if page.restart { cover(.passFromStart) }
      for entity in page.entities {
        if entity.isDeleted { cover(.tombstone) }
        if entity.isRemoved { cover(.leftFilter) }
      }
    default: break
    }
  }

  private func notePage(_ page: PullReply, _ device: SimulatedDevice) throws {
    guard try device.head().cursor == page.cursor else { return }
    for entity in page.entities { device.account.pruned.remove(EntityRef(type: entity.type, key: entity.key)) }
  }

  // MARK: Users

  func did(_ deed: SimulatedDevice.Deed, _ number: Int) {
    note("device \(number): \(deed.text)")
    for event in deed.events { cover(event) }
  }

  private func work(_ number: Int, _ device: SimulatedDevice) throws {
    switch random.next() % 40 {
    case 0 where device.account.damaged.isEmpty:
      let (deed, complaints) = try device.prune(toBytes: oneIn(2) ? 0 : 300, at: now)
      did(deed, number)
      if let first = complaints.first { fail("device \(number): \(first)") }
    case 1:
      let folder = NoteWork.folders[Int(random.next() % 2)]
      let filters = oneIn(2) ? NoteWork.filters(folder: folder) + otherFilters : []
      try device.setFilters(filters)
      let text = filters.isEmpty ? "wants everything" : "wants folder \(folder)"
      did(.init(text: text, events: [.filtersChanged]), number)
      follow(try device.lead { $0.machine.refresh(at: MonotonicTime(nanoseconds: now)) }, number)
    case 2, 3: try decide(number, device, isFinal: false)
    case _ where device.hasNeighbour && oneIn(2):
      cover(.neighbourWorked)
      did(try device.beside { try device.work(at: now, &random) }, number)
      // Whoever syncs looks at the file now and then, to see what others have done.
      plan(.queueChanged(number, device.generation), in: chance(300))
    default:
      did(try device.work(at: now, &random), number)
      if oneIn(12) {
        // As when another process has done it.
        cover(.wakeUpMissed)
      } else {
        plan(.queueChanged(number, device.generation), in: chance(5))
      }
    }
    try check(device)
  }

  /// What users have brought along is wanted by all.
  private var otherFilters: [EntityFilter] {
    entities.map(\.name).filter { $0 != "note" && $0 != "folder" }.map { EntityFilter(type: $0) }
  }

  func decide(_ number: Int, _ device: SimulatedDevice, isFinal: Bool) throws {
    let parked = try device.operations().filter(\.isParked)
    guard let operation = parked.first else { return }
    did(try device.decide(operation, isFinal: isFinal, at: now, &random), number)
    plan(.queueChanged(number, device.generation), in: chance(5))
  }
}

extension SyncAction {
  /// For the trace.
  fileprivate var text: String {
    switch self {
    case .join: "joins"
    case .pull: "pulls"
    case .push(let push): "pushes \(push.operations.map(String.init).joined(separator: " "))"
    case .openHints: "listens"
    case .closeHints: "listens no longer"
    case .look: "looks at its queue"
    case .ask(let need): "needs \(need)"
    case .park(let numbers, let status): "parks \(numbers.map(String.init).joined(separator: " ")): \(status)"
    }
  }
}
