internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastServer
internal import HoldfastSync
internal import HoldfastWire

/// What has to hold, whatever happens.
extension SimulatedWorld {
  /// Whether everybody has come to rest.
  func isSettled() throws -> Bool {
    guard hub.isRunning, links.allSatisfy({ $0.calls.isEmpty }),
      devices.allSatisfy({ $0.isRunning && $0.dialogue?.machine.status == .synced })
    else { return false }
    let sequence = try hub.look(after: nil, [])?.sequence ?? 0
    return try devices.allSatisfy { device in
      let head = try device.head()
      return try head.pulledTo == sequence && !head.isPassing && head.epoch == hub.epoch
        && device.operations().isEmpty
    }
  }

  /// Who is not at rest, for a person.
  func unrest() throws -> String {
    let parts = try devices.map { device in
      guard device.isRunning else { return "device \(device.number) off" }
      let waiting = try device.operations().map { "\($0.position) \($0.state)" }
      let head = try device.head()
      let status = (device.dialogue?.machine.status).map { "\($0)" } ?? "off"
      return "device \(device.number) \(status), at \(head.pulledTo), queue [\(waiting.joined(separator: ", "))]"
    }
    return "hub at \(try hub.look(after: nil, [])?.sequence ?? 0); " + parts.joined(separator: "; ")
  }

  /// A device shows the hub's state with what waits on top, at every moment.
  func check(_ device: SimulatedDevice) throws {
    guard oneIn(4) else { return }
    let shapes = try device.shapes()
    let operations = Dictionary(grouping: try device.operations(), by: \.entity)
    var known: Set<EntityRef> = []
    for record in try device.records() {
      let entity = EntityRef(type: record.type, key: record.key)
      let waiting = operations[entity] ?? []
      if record.pending != waiting.count {
        return fail("device \(device.number): \(entity.text) counts \(record.pending) of \(waiting.count) operations")
      }
      known.insert(entity)
      guard !waiting.isEmpty, let shape = shapes[record.type] else { continue }
      let local = Self.rebased(try record.server.map { try EntityFields($0) }, waiting, shape)
      if local?.message != record.local {
        for operation in waiting { note("  \(operation.content) \(operation.state)") }
        note("  server \(record.server ?? []) local \(record.local ?? []) rebased \(local?.message ?? [])")
        return fail("device \(device.number): \(entity.text) is not what the hub has with what waits on top")
      }
    }
    for entity in operations.keys.sorted(by: { $0.text < $1.text }) where !known.contains(entity) {
      return fail("device \(device.number): operations on \(entity.text) wait, and it does not show them")
    }
  }

  private static func rebased(
    _ server: EntityFields?, _ waiting: [StoredOperation], _ shape: EntityShape
  ) -> EntityFields? {
    var local = server
    for operation in waiting {
      do throws(SyncError) {
        local = try Rebase.local(server: local, pending: [operation.content], shape: shape)
      } catch {
        // What another version of the program made may mean nothing in this one.
        continue
      }
    }
    return local
  }

  /// The words of each tally.
  func words() throws -> [EntityRef: [TallyWork.Word]] {
    try hub.holdings().filter { $0.key.type == TallyWork.type }.mapValues { try TallyWork.words(in: $0.state) }
  }

  // MARK: In the end

  func checkEnd() throws {
    let holdings = try hub.holdings()
    if let first = try hub.account.complaints(about: holdings).first { return fail("hub: \(first)") }
    try checkTallies(holdings)
    for device in devices where failure == nil { try checkEnd(of: device, holdings) }
    note("everybody has come together")
  }

  /// Each word was done once and in its order, and none is missing.
  private func checkTallies(_ holdings: [EntityRef: SimulatedHub.Holding]) throws {
    var done: Set<TallyWork.Word> = []
    let doubtful = devices.reduce(into: doubtfulWords) { $0.formUnion($1.account.cancelled) }
    for (entity, words) in try words().sorted(by: { $0.key.text < $1.key.text }) {
      var last: [Int: Int] = [:]
      for word in words {
        let isNew = done.insert(word).inserted
        guard !doubtful.contains(word) else { continue }
        if !isNew { return fail("hub: \(word) was added to \(entity.text) twice") }
        // What the hub has lost comes again, later, when a copy that has not sent it yet does so.
        guard !lostWords.contains(word), !unorderedWords.contains(word) else { continue }
        if last[word.device] ?? 0 > word.count {
          return fail("hub: \(word) was added to \(entity.text) after \(word.device).\(last[word.device] ?? 0)")
        }
        last[word.device] = word.count
      }
      let sum = try TallyWork.sum(in: holdings[entity]?.state ?? [])
      if sum != words.count { return fail("hub: \(entity.text) has \(words.count) words and counts \(sum)") }
    }
    let cancelled = devices.reduce(into: lostWords) { $0.formUnion($1.account.cancelled) }
    for device in devices {
      for (word, position) in device.account.words.sorted(by: { $0.value < $1.value })
      where !done.contains(word) && !cancelled.contains(word) {
        return fail("hub: \(word), operation \(position) of device \(device.number), is lost")
      }
    }
  }

  /// The device has what the hub has, within its filters and but for what it pruned; each operation has its outcome.
  private func checkEnd(of device: SimulatedDevice, _ holdings: [EntityRef: SimulatedHub.Holding]) throws {
    let name = "device \(device.number)"
    for position in device.account.positions.sorted() {
      let standing = try device.write { try $1.book.standing(of: position, in: $0) }
      guard case .over = standing else { return fail("\(name): operation \(position) has no outcome: \(standing)") }
    }
    let filters = try FilterSet(try device.head().filters)
    var seen: Set<EntityRef> = []
    for record in try device.records() {
      let entity = EntityRef(type: record.type, key: record.key)
      guard let state = record.visible else { continue }
      seen.insert(entity)
      guard filters.matches(type: record.type, try EntityFields(state)) else {
        return fail("\(name): it has \(entity.text), which it does not want")
      }
      guard let holding = holdings[entity] else { return fail("\(name): it has \(entity.text), and the hub has not") }
      if holding.state != state || holding.version != record.version {
        return fail(
          "\(name): \(entity.text) is at version \(record.version), on the hub at \(holding.version)"
            + (holding.state == state ? "" : ", and differs"))
      }
    }
    for (entity, holding) in holdings.sorted(by: { $0.key.text < $1.key.text })
    where !seen.contains(entity) && !device.account.pruned.contains(entity) {
      if filters.matches(type: entity.type, try EntityFields(holding.state)) {
        return fail("\(name): \(entity.text) is missing")
      }
    }
  }
}
