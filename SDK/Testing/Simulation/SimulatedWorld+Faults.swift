internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastSync
internal import HoldfastWire

/// What goes wrong, and what ends that.
extension SimulatedWorld {
  /// One thing goes wrong, or somebody interferes.
  func disturb() throws {
    guard phase == .faults else { return }
    plan(.fault, in: 200 + chance(6_000))
    let number = Int(random.next() % UInt64(devices.count))
    switch random.next() % 32 {
    case 0: endHub()
    case 1, 2: if hub.isRunning { hub.disk.cutPower(after: Int(random.next() % 120)) }
    case 3: if hub.isRunning && hub.hasPower { hubBackup = hub.backup(seed: random.next()) }
    case 4: try restoreHub()
    case 5: crash(number)
    case 6, 7: if devices[number].isRunning { devices[number].disk.cutPower(after: Int(random.next() % 80)) }
    case 8:
      if devices[number].hasPower {
        deviceBackups[number] = (devices[number].copyOfDisk(seed: random.next()), devices[number].account)
      }
    case 9: restoreDevice(number)
    case 10: copyReplica(of: number)
    case 11:
      devices[number].clockOffset += Int64(random.next() % 20_000_000_000) - 10_000_000_000
      cover(.clockJump)
      note("device \(number): its clock jumps")
    case 12, 13:
      links[number].isPartitioned.toggle()
      cover(.partition)
      note("device \(number): messages \(links[number].isPartitioned ? "vanish" : "arrive again")")
    case 14: try flap(number)
    case 15:
      links[number].isCredentialGood.toggle()
      if !links[number].isCredentialGood { cover(.credentialRevoked) }
      note("device \(number): its credential is \(links[number].isCredentialGood ? "good again" : "revoked")")
    case 16:
      links[number].mayAccess.toggle()
      if !links[number].mayAccess { cover(.accessRevoked) }
      note("device \(number): it may \(links[number].mayAccess ? "see the space again" : "no longer see the space")")
    case 17, 18: try changeProgram(number)
    case 19:
      try onHub {
        let key = NoteWork.notes[Int(random.next() % UInt64(NoteWork.notes.count))]
        if try hub.erase(EntityRef(type: "note", key: Array(key.utf8))) {
          cover(.erased)
          note("hub: note \(key) is erased")
        }
      }
    case 20: try cutLog()
    case 21, 22: fill(oneIn(3) ? nil : number)
    case 23, 24: try damage(number)
    case 25: try askForChecksum(number)
    case 26: try openNeighbour(number)
    case 27, 28: devices[number].doom(after: 1 + Int(random.next() % 30), neighbour: oneIn(3))
    case 29: hub.doom(after: 1 + Int(random.next() % 60))
    default:
      try onHub {
        if try hub.decide(oneIn(2) ? .mine : .server, at: hubTime) {
          cover(.decidedAtHub)
          note("hub: somebody decides a conflict")
          try tellAll()
        }
      }
    }
  }

  /// Does something on a hub that runs. When the power goes during that, it is started again later.
  func onHub(_ body: () throws -> Void) throws {
    guard hub.isRunning else { return }
    do {
      try body()
    } catch {
      if hub.hasPower && hub.isAlive {
        guard error.isOfFullDisk else { return fail("hub: \(error)") }
        note("hub: its disk is full")
        cover(.hubDiskFull)
      }
    }
    if !hub.hasPower || !hub.isAlive { buryHub() }
  }

  /// The hub has gone in the middle of something.
  func buryHub() {
    if hub.hasPower {
      note("hub: is killed")
      cover(.hubKilled)
      hub.crash()
    } else {
      note("hub: the power goes")
      cover(.hubPowerCut)
      hub.powerDown()
    }
    hubIsAway()
  }

  private func endHub() {
    guard hub.isRunning, hub.hasPower else { return }
    if oneIn(3) {
      note("hub: ends")
      cover(.hubEnded)
      hub.stop()
    } else {
      note("hub: crashes")
      cover(.hubCrash)
      hub.crash()
    }
    hubIsAway()
  }

  func startHub() throws {
    guard !hub.isRunning else { return }
    do {
      try hub.start()
      note("hub: starts")
    } catch {
      if hub.hasPower {
        guard error.isOfFullDisk else { throw error }
        note("hub: its disk is full, it cannot start")
      } else {
        note("hub: the power goes while it starts")
        hub.powerDown()
      }
      plan(.startHub, in: chance(4_000))
    }
  }

  private func restoreHub() throws {
    guard let backup = hubBackup, hub.isRunning, hub.hasPower else { return }
    hub.disk.inject { $0 = .init() }
    let before = Set(try words().values.joined())
    hub.restore(backup, seed: random.next())
    try hub.start()
    let after = Set(try words().values.joined())
    lostWords.formUnion(before.subtracting(after))
    hub.crash()
    note("hub: its database comes out of a backup, \(before.subtracting(after).count) words are lost")
    cover(.hubRestoredFromBackup)
    hubIsAway()
  }

  // MARK: Devices

  func startDevice(_ number: Int) throws {
    let device = devices[number]
    guard !device.isRunning else { return }
    let isFirst = device.generation == 0
    do {
      try device.start(at: now)
    } catch {
      if device.hasPower {
        guard error.isOfFullDisk else { throw error }
        note("device \(number): its disk is full, it cannot start")
      } else {
        note("device \(number): the power goes while it starts")
        device.powerDown()
      }
      return plan(.startDevice(number), in: chance(3_000))
    }
    note("device \(number): starts version \(device.version + 1)")
    if isFirst || phase == .healing || !oneIn(4) { plan(.network(number, isUp: true), in: chance(1_000)) }
    guard device.isDoubtful else { return }
    // Somebody may decide in both lives that what waits for a decision is to be done.
    try onDevice(number) { device in
      let waiting = try device.operations()
      let twofold = Set(waiting.filter { $0.content.group != 0 || $0.isParked }.map(\.position))
      let positions = Set(waiting.map(\.position))
      for (word, position) in device.account.words where positions.contains(position) {
        unorderedWords.insert(word)
        if twofold.contains(position) { doubtfulWords.insert(word) }
      }
      device.isDoubtful = false
    }
  }

  private func crash(_ number: Int) {
    guard devices[number].isRunning, devices[number].hasPower else { return }
    note("device \(number): crashes")
    cover(.deviceCrash)
    disconnect(number)
    devices[number].crash()
    plan(.startDevice(number), in: chance(4_000))
  }

  func restoreDevice(_ number: Int) {
    guard let backup = deviceBackups[number], devices[number].hasPower else { return }
    note("device \(number): its file comes out of a backup")
    cover(.deviceRestoredFromBackup)
    disconnect(number)
    devices[number].restore(backup.disk, seed: random.next())
    // The hub has refused what the life that ends has given up, and takes it for over in the other as well.
    let cancelled = devices[number].account.cancelled
    devices[number].account = backup.account
    devices[number].account.cancelled.formUnion(cancelled)
    devices[number].isDoubtful = true
    plan(.startDevice(number), in: chance(2_000))
  }

  private func copyReplica(of number: Int) {
    guard copies < Limits.copies, devices[number].hasPower, devices[number].generation > 0 else { return }
    copies += 1
    addDevice(files: devices[number].copyOfDisk(seed: random.next()))
    let copy = devices[devices.count - 1]
    copy.version = devices[number].version
    copy.account = devices[number].account
    copy.isDoubtful = true
    note("device \(copy.number): a copy of the file of device \(number)")
    cover(.replicaCopied)
    plan(.startDevice(copy.number), in: chance(2_000))
  }

  private func flap(_ number: Int) throws {
    cover(.flapping)
    for index in 0..<UInt64(2 + random.next() % 3) {
      plan(.network(number, isUp: false), in: index * 700)
      plan(.network(number, isUp: true), in: index * 700 + 300)
    }
  }

  private func changeProgram(_ number: Int) throws {
    let device = devices[number]
    guard device.isRunning, device.hasPower else { return }
    cover(device.version == 0 ? .programUpgraded : .programDowngraded)
    try onDevice(number) { device in
      let hasOld = try device.operations().contains { $0.state == .fresh && $0.content.type == "note" }
      if device.version == 0 && hasOld { cover(.operationUpgraded) }
    }
    guard device.isRunning else { return }
    device.version = 1 - device.version
    disconnect(number)
    device.stop()
    plan(.startDevice(number), in: chance(1_000))
  }

  // MARK: Healing

  /// Nothing fails from now on, and somebody looks after what waits for a decision.
  func heal() throws {
    phase = .healing
    note("from now on nothing fails")
    if !hub.hasPower { hub.powerDown() }
    try startHub()
    hub.disk.inject { $0 = .init() }
    for device in devices {
      let number = device.number
      if !device.hasPower {
        disconnect(number)
        device.powerDown()
      }
      device.disk.inject { $0 = .init() }
      links[number].isPartitioned = false
      links[number].isCredentialGood = true
      links[number].mayAccess = true
      try startDevice(number)
      plan(.network(number, isUp: true), in: chance(1_000))
      plan(.person(number), in: 2_000 + chance(1_000))
    }
  }
}
