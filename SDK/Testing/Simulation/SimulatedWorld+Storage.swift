internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync

/// What happens to what is stored: disks are full, logs are cut, rows are damaged and found by their checksum.
extension SimulatedWorld {
  /// A disk is all but full for a while; nil is the hub's.
  func fill(_ number: Int?) {
    let disk = number.map { devices[$0].disk } ?? hub.disk
    guard disk.hasPower else { return }
    let room = Int(random.next() % 24_000)
    disk.inject { [used = disk.usedBytes] in $0.capacity = used + room }
    plan(.roomMade(number), in: 2_000 + chance(10_000))
    note("\(number.map { "device \($0)" } ?? "hub"): its disk has room for \(room) bytes")
  }

  /// The hub keeps its log short.
  func cutLog() throws {
    try onHub {
      let cut = try hub.cutLog(to: Int64(2 + random.next() % 20), at: hubTime)
      guard cut.changes > 0 else { return }
      note("hub: cuts \(cut.changes) changes off its log, and \(cut.tombstones) tombstones")
      cover(.logCut)
      if cut.tombstones > 0 { cover(.tombstoneCut) }
    }
  }

  // MARK: Damage

  func damage(_ number: Int) throws {
    try onDevice(number) { device in
      guard let entity = try device.damage(&random) else { return }
      note("device \(number): the row of \(entity.text) is damaged")
      cover(.rowDamaged)
    }
  }

  /// A device asks whether it holds what the hub holds.
  func askForChecksum(_ number: Int) throws {
    let (device, link) = (devices[number], links[number])
    guard link.isUp, !link.isPartitioned, link.isCredentialGood, link.mayAccess, hub.isRunning else { return }
    try onDevice(number) { device in
      let request = try device.checksumRequest()
      try onHub {
        guard let reply = try hub.checksum(request) else { return }
        let holdings = try hub.holdings()
        events.plan(
          .checksum(number, device.generation, reply, to: request, of: holdings),
          at: now + 1_000_000 * (1 + chance(200)))
      }
    }
    note("device \(number): asks for the checksum, \(device.isRunning ? "" : "and ends")")
  }

  /// Whether no device holds anything else than the hub, as far as checksums tell; who does pulls anew.
  func isVerified() throws -> Bool {
    let holdings = try hub.holdings()
    return try devices.allSatisfy { device in
      let request = try device.checksumRequest()
      guard let reply = try hub.checksum(request) else { return false }
      return try compare(device, reply, to: request, holdings, device.number) != .different
    }
  }

  /// Compares a device with what the hub held when it was asked, and looks whether the checksum tells the truth.
  func compare(
    _ device: SimulatedDevice, _ reply: ChecksumReply, to request: ChecksumRequest,
    _ holdings: [EntityRef: SimulatedHub.Holding], _ number: Int
  ) throws -> ReplicaBook.Comparison {
    let head = try device.head()
    let filters = try FilterSet(head.filters)
    let wanted = try holdings.filter { try filters.matches(type: $0.key.type, EntityFields($0.value.state)) }
    let held = try device.held().filter { try filters.matches(type: $0.key.type, EntityFields($0.value.state)) }
    let comparison = try device.write { try $1.verify(reply, to: request, in: $0) }
    switch comparison {
    case .notComparable: break
    case .equal:
      if held != wanted { fail("device \(number): the checksum does not show what it holds otherwise than the hub") }
      device.account.damaged = []
      cover(.checksumEqual)
    case .different:
      if held == wanted { fail("device \(number): the checksum differs, and what it holds does not") }
      let different = Set(held.keys).union(wanted.keys).filter { held[$0] != wanted[$0] }.map(\.text).sorted()
      note("device \(number): it holds something else than the hub of \(different.joined(separator: ", "))")
      if device.account.damaged.isEmpty {
        if head.epoch == hub.epoch { fail("device \(number): it holds something else, and is not damaged") }
      } else {
        cover(.damageFound)
      }
      follow(try device.lead { $0.machine.refresh(at: device.moment(now).monotonic) }, number)
    }
    return comparison
  }
}

extension SimulatedDevice {
  func checksumRequest() throws -> ChecksumRequest { try write { try $1.book.checksumRequest(in: $0) } }

  /// What it has of the hub.
  func held() throws -> [EntityRef: SimulatedHub.Holding] {
    var held: [EntityRef: SimulatedHub.Holding] = [:]
    for record in try records() {
      guard let state = record.server else { continue }
      held[EntityRef(type: record.type, key: record.key)] = SimulatedHub.Holding(
        version: record.version, state: state)
    }
    return held
  }

  /// What somebody else than the program does to the file, or the disk does by itself: an entity's row has another state,
  /// or none. Tallies are spared, since they keep account; so is a replica that holds less than the hub on purpose.
  func damage(_ random: inout SeededGenerator) throws -> EntityRef? {
    guard try head().pruned == 0 else { return nil }
    let records = try records().filter { $0.pending == 0 && $0.server != nil && ["note", "folder"].contains($0.type) }
    guard !records.isEmpty else { return nil }
    let record = records[Int(random.next() % UInt64(records.count))]
    let isGone = random.next() % 3 == 0
    let entity = EntityRef(type: record.type, key: record.key)
    try write { [self] transaction, _ in
      // When the power goes before this is known to be on the disk, it may be there all the same.
      account.damaged.insert(entity)
      if isGone {
        _ = try transaction.execute("DELETE FROM entity WHERE id = $1", [.integer(record.id)])
      } else {
        _ = try transaction.execute(
          "UPDATE entity SET server = $2 WHERE id = $1",
          [.integer(record.id), .bytes(FieldBytes.text(1, "damaged"))])
      }
    }
    return entity
  }
}
