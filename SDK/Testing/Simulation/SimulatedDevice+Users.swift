internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync

/// What the users of a device do.
extension SimulatedDevice {
  /// What a user has done, for the trace, and what that covers.
  struct Deed {
    var text: String
    var events: [SimulationCoverage.Event] = []
  }

  private func terms(_ now: UInt64, _ random: inout SeededGenerator) -> ReplicaBook.Terms {
    ReplicaBook.Terms(urgency: Urgency(rawValue: UInt8(random.next() % 5)) ?? .normal, now: wall(now))
  }

  /// Changes something, or several things at once.
  func work(at now: UInt64, _ random: inout SeededGenerator) throws -> Deed {
    var terms = terms(now, &random)
    guard random.next() % 8 == 0 else {
      return try random.next() % 3 == 0
        ? tally(terms, &random) : change(pick(&random), terms, &random)
    }
    // What belongs together is done in one transaction, so that a failure leaves nothing of it.
    var local = random
    let before = (account, wordsMade)
    terms.beginsGroup = true
    let deed: Deed
    do {
      deed = try write { [self] transaction, steps in
        (account, wordsMade) = before
        var deed = Deed(text: "does together:", events: [])
        var next = terms
        for _ in 0..<(2 + local.next() % 2) {
          let part =
            try local.next() % 2 == 0
            ? tally(next, &local, steps, transaction)
            : change(pick(&local), next, &local, steps, transaction)
          deed.text += " \(part.deed.text);"
          deed.events += part.deed.events
          if let position = part.position, next.beginsGroup {
            next.unit = position
            next.beginsGroup = false
            deed.events.append(.grouped)
          }
        }
        return deed
      }
    } catch {
      account = before.0
      throw error
    }
    random = local
    return deed
  }

  /// One of the types with which users do as they like.
  private func pick(_ random: inout SeededGenerator) -> SimulatedEntity {
    let types = entities.filter { $0.name != TallyWork.type }
    return types[Int(random.next() % UInt64(types.count))]
  }

  private typealias Part = (deed: Deed, position: UInt64?)

  private func change(
    _ entity: SimulatedEntity, _ terms: ReplicaBook.Terms, _ random: inout SeededGenerator
  ) throws -> Deed {
    var local = random
    defer { random = local }
    return try kept { [self] in try change(entity, terms, &local, $1, $0).deed }
  }

  private func tally(_ terms: ReplicaBook.Terms, _ random: inout SeededGenerator) throws -> Deed {
    var local = random
    defer { random = local }
    return try kept { [self] in try tally(terms, &local, $1, $0).deed }
  }

  /// A step after which the account holds only if it was kept.
  private func kept<Value>(
    _ body: @escaping (borrowing WriteTransaction, any ReplicaSteps) throws -> Value
  ) throws -> Value {
    let before = account
    do {
      // It may run more than once, and what the last run did counts.
      return try write { [self] transaction, steps in
        account = before
        return try body(transaction, steps)
      }
    } catch {
      account = before
      throw error
    }
  }

  /// Creates, changes or deletes one entity.
  private func change(
    _ type: SimulatedEntity, _ terms: ReplicaBook.Terms, _ random: inout SeededGenerator, _ steps: any ReplicaSteps,
    _ transaction: borrowing WriteTransaction
  ) throws -> Part {
    let key = type.keys[Int(random.next() % UInt64(type.keys.count))]
    let entity = EntityRef(type: type.name, key: key)
    let seen = try transaction.visibleState(entity.type, entity.key)
    let version = type.versions[min(self.version, type.versions.count - 1)].description.version
    let known = try transaction.storedHead().lastPosition
    let queued: ReplicaBook.Queued
    var deed: Deed
    switch seen {
    case nil:
      let state = try type.change(key, nil, version, &random)
      queued = try steps.create(entity, state: state, terms, in: transaction)
      deed = Deed(text: "creates \(entity.text)", events: [.created])
    case .some where type.isDeletable && random.next() % 6 == 0:
      queued = try steps.delete(entity, terms, in: transaction)
      deed = Deed(text: "deletes \(entity.text)", events: [.deleted])
    case .some:
      var local = random
      queued = try steps.update(entity, terms, in: transaction) { try type.change(key, $0, version, &local) }
      random = local
      deed = Deed(text: "updates \(entity.text)", events: [.updated])
    }
    note(queued, after: known, &deed)
    return (deed, queued.isUndone ? nil : queued.position)
  }

  /// Appends a word that nobody else appends.
  private func tally(
    _ terms: ReplicaBook.Terms, _ random: inout SeededGenerator, _ steps: any ReplicaSteps,
    _ transaction: borrowing WriteTransaction
  ) throws -> Part {
    wordsMade += 1
    let word = TallyWork.Word(device: number, count: wordsMade)
    let key = TallyWork.keys[Int(random.next() % UInt64(TallyWork.keys.count))]
    let stamp = "s\(random.next() % 90)"
    let entity = EntityRef(type: TallyWork.type, key: Array(key.utf8))
    let known = try transaction.storedHead().lastPosition
    var deed = Deed(text: "adds \(word) to \(entity.text)")
    let queued: ReplicaBook.Queued
    if try transaction.visibleState(entity.type, entity.key) == nil {
      queued = try steps.create(
        entity, state: TallyWork.state(nil, adding: word, stamp: stamp), terms, in: transaction)
    } else {
      queued = try steps.update(entity, terms, in: transaction) {
        try TallyWork.state($0, adding: word, stamp: stamp)
      }
    }
    note(queued, after: known, &deed)
    account.words[word] = queued.position
    return (deed, queued.position)
  }

  private func note(_ queued: ReplicaBook.Queued, after known: UInt64, _ deed: inout Deed) {
    guard let position = queued.position else { return }
    deed.text += " as \(position)"
    if account.positions.contains(position) { deed.events.append(queued.isUndone ? .undone : .coalesced) }
    account.positions.insert(position)
  }

  // MARK: Decisions

  /// Decides about one operation that waits for that, by chance; in the end so that nothing waits any longer.
  func decide(
    _ operation: StoredOperation, isFinal: Bool, at now: UInt64, _ random: inout SeededGenerator
  ) throws -> Deed {
    let position = operation.position
    let wall = wall(now)
    let isConflict = operation.refusal?.kind == .conflict
    // A tally is an account of single changes; who sends it as a whole spoils it.
    let isKept = isConflict && operation.content.type != TallyWork.type
    let choice = random.next() % 6
    switch choice {
    case 0 where isKept, 1 where isKept:
      do {
        try write { _ = try $1.book.keepMine(position, at: wall, in: $0) }
        return Deed(text: "keeps its own \(position)", events: [.decidedMine])
      } catch let error as ReplicaError where error.code == .notPossible { break }
    case 2 where !isFinal:
      let unit = try write { transaction, steps in
        _ = try steps.book.retry(position, in: transaction)
        return Set(try transaction.operations(inUnit: operation.unit).map(\.position))
      }
      // A copy has done a part of it, which is done again.
      if operation.refusal?.isPartlyDone == true {
        for (word, position) in account.words where unit.contains(position) { account.cancelled.insert(word) }
      }
      return Deed(text: "retries \(position)", events: [.decidedByRetry])
    case 3 where isConflict && operation.content.type == "note":
      guard let type = entities.first(where: { $0.name == operation.content.type }) else { break }
      let version = type.versions[min(self.version, type.versions.count - 1)].description.version
      var local = random
      defer { random = local }
      try write { transaction, steps in
        let seen = try transaction.visibleState(operation.content.type, operation.content.key)
        let state = try type.change(operation.content.key, seen, version, &local)
        _ = try steps.book.edit(position, to: state, at: wall, in: transaction)
      }
      return Deed(text: "edits \(position)", events: [.decidedByEdit])
    default: break
    }
    return try discard(operation, at: now, isDecision: isConflict)
  }

  private func discard(_ operation: StoredOperation, at now: UInt64, isDecision: Bool) throws -> Deed {
    let wall = wall(now)
    try write { [self] transaction, steps in
      let unit = Set(try transaction.operations(inUnit: operation.unit).map(\.position))
      _ = try steps.book.discard(operation.position, at: wall, in: transaction)
      // When the power goes before this is known to be on the disk, it may be there all the same.
      for (word, position) in account.words where unit.contains(position) { account.cancelled.insert(word) }
    }
    return Deed(text: "gives up \(operation.position)", events: [isDecision ? .decidedServer : .discarded])
  }

  /// The program's own resolver is asked about what was parked just now.
  func resolve(_ position: UInt64, at now: UInt64) throws -> Deed? {
    let found = try write { transaction, steps in
      try transaction.operation(at: position).map { try steps.book.parkedCase(of: $0, in: transaction) }
    }
    guard let found, found.operation.isParked,
      let resolver = entities.first(where: { $0.name == found.operation.content.type })?.resolver,
      let decision = try resolver(found)
    else { return nil }
    let wall = wall(now)
    do {
      switch decision {
      case .mine: try write { _ = try $1.book.keepMine(position, at: wall, in: $0) }
      case .server: _ = try discard(found.operation, at: now, isDecision: true)
      case .merged(let state): try write { _ = try $1.book.edit(position, to: state, at: wall, in: $0) }
      }
    } catch let error as ReplicaError where error.code == .notPossible { return nil }
    return Deed(text: "its program decides \(position)", events: [.decidedByResolver])
  }

  // MARK: Room

  /// Takes away what was not looked at for long, or everything that may go.
  /// - Returns: what is wrong with what went.
  func prune(toBytes limit: Int64, at now: UInt64) throws -> (deed: Deed, complaints: [String]) {
    let before = try records().filter { $0.pending > 0 }
    let pruned = try write { [self] transaction, steps in
      let pruned = try steps.prune(toBytes: limit, accessedSince: .min, in: transaction)
      // When the power goes before this is known to be on the disk, it may be there all the same.
      account.pruned.formUnion(pruned.touched.entities)
      return pruned
    }
    let after = Dictionary(try records().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var complaints: [String] = []
    for record in before where after[record.id] != record {
      complaints.append("pruning has touched \(EntityRef(type: record.type, key: record.key).text), which waits")
    }
    return (Deed(text: "prunes \(pruned.entities)", events: pruned.entities > 0 ? [.pruned] : []), complaints)
  }

  func setFilters(_ filters: [EntityFilter]) throws {
    let isNew = try head().filters != filters
    try write { try $1.book.setFilters(filters, in: $0) }
    // A pass from the start brings what was taken away.
    if isNew { account.pruned = [] }
  }
}
