internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// A hub on a virtual disk: production's desk over production's store, without threads.
final class SimulatedHub {
  /// A running hub.
  private struct Run {
    let database: Database
    let reader: Reader
    let steps: any HubSteps
  }

  static let space = "work"
  private let parts: SimulationParts
  private(set) var disk: LosingDisk
  private var run: Run?
  /// How often it has been started, whatever its database says.
  private var starts = 0
  /// What the simulation knows of the history that the hub should have.
  var account = HubAccount()

  struct Backup {
    let disk: LosingDisk
    let account: HubAccount
  }

  init(seed: UInt64, parts: SimulationParts) {
    self.parts = parts
    disk = LosingDisk(seed: seed)
  }

  var isRunning: Bool { run != nil }
  /// Whether it has not been killed.
  var isAlive: Bool { run == nil || disk.isAlive(starts) }
  /// Whether it did not do what it was asked last because its disk is full.
  private(set) var wasFull = false
  var hasPower: Bool { disk.hasPower }
  /// Of the history that it serves; empty while it does not run.
  var epoch: [UInt8] { run?.steps.desk.epoch ?? [] }

  // MARK: Life

  func start() throws {
    var options = StoreOptions()
    options.vfs = disk.name
    disk.beginProgram(starts + 1)
    let database = try Database(path: "hub", options: options, migrations: Schema.migrations)
    starts += 1
    // Drawn by chance otherwise; here it is the same for the same seed.
    let epoch = [0xe9, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: starts >> (8 * $0)) }
    try database.write { try HubHistory.begin(epoch: epoch, $0) }
    let desk = SyncDesk(epoch: epoch, quotaBytes: 1 << 30, quotaValues: 1 << 30)
    run = Run(database: database, reader: try database.makeReader(), steps: parts.hub(desk))
  }

  /// The process ends as it means to: it closes the database.
  func stop() { run = nil }

  /// The process ends, at once; what it has written is in the hands of the operating system.
  func crash() {
    disk.kill(starts)
    run = nil
  }

  /// The process will end in the middle of something.
  func doom(after operations: Int) {
    if isRunning && isAlive { disk.kill(starts, after: operations) }
  }

  /// The power comes back; the process does not run.
  func powerDown() {
    run = nil
    disk.restorePower()
  }

  func backup(seed: UInt64) -> Backup {
    let copy = LosingDisk(seed: seed)
    copy.copyFiles(of: disk)
    return Backup(disk: copy, account: account)
  }

  /// The database becomes what it was. The hub does not run.
  func restore(_ backup: Backup, seed: UInt64) {
    run = nil
    disk = LosingDisk(seed: seed)
    disk.copyFiles(of: backup.disk)
    account = backup.account
  }

  // MARK: Calls

  /// A call's answer, as the service gives it; nil when the hub is away or goes away on it.
  func answer(_ request: HubRequest, at now: Int64) -> HubReply? {
    guard let run else { return nil }
    wasFull = false
    do {
      switch request {
      case .join(let request): return .join(try join(request, run, at: now))
      case .push(let request):
        return .push(try run.database.write { try run.steps.push(request, by: "device", at: now, $0) })
      case .pull(let request):
        let filters = try FilterSet(request.filters)
        return .pull(try run.reader.read { try run.steps.pull(request, filters, at: now, $0) })
      }
    } catch {
      guard disk.hasPower, isAlive else { return nil }
      wasFull = error.isOfFullDisk
      return .failed(fault(error, of: request))
    }
  }

  private func join(_ request: JoinRequest, _ run: Run, at now: Int64) throws -> JoinReply {
    let known = try run.reader.read { transaction in
      try run.steps.desk.joinKnown(request, by: "device", canWrite: true, at: now, transaction)
    }
    if let known { return known }
    return try run.database.write { try run.steps.join(request, by: "device", at: now, $0) }
  }

  /// What a failure means to the device that has called, as the transport tells it.
  private func fault(_ error: any Error, of request: HubRequest) -> SyncFault {
    switch (error, request) {
    case (is DescriptionMismatch, _): .needs(.program)
    case (is UnknownReplica, .join): .needs(.incarnation)
    case (is UnknownReplica, _): .unreachable(retryAfter: nil)
    case (let error as StoreError, _): SyncFault(CallError(error).status, retryAfter: CallError(error).retryAfter)
    case (let error as CallError<Never>, _): SyncFault(error.status, retryAfter: error.retryAfter)
    default: .refused(.internal)
    }
  }

  /// What there is to tell somebody who waits for news.
  func look(after sequence: UInt64?, _ filters: [EntityFilter]) throws -> HintLook? {
    guard let run else { return nil }
    let filters = try FilterSet(filters)
    return try run.reader.read { try run.steps.desk.look(Self.space, filters, after: sequence, $0) }
  }

  // MARK: The administrator

  /// Decides about the oldest conflict.
  /// - Returns: whether there was one.
  func decide(_ choice: Choice, at now: Int64) throws -> Bool {
    guard let run else { return false }
    let waiting = try run.reader.read { transaction in
      try run.steps.desk.conflicts(ConflictsRequest(space: Self.space, limit: 1), transaction).conflicts
    }
    // Tallies keep account of what users do; only they give anything of that up.
    guard let first = waiting.first, first.operation.type != TallyWork.type else { return false }
    let request = ResolveRequest(space: Self.space, id: first.id, choice: choice)
    // Before, as it may be done although the hub is killed in the middle.
    account.decided(first)
    _ = try run.database.write { try run.steps.desk.resolve(request, by: "admin", at: now, $0) }
    return true
  }

  /// Erases an entity that has been deleted.
  func erase(_ entity: EntityRef) throws -> Bool {
    guard let run else { return false }
    let changed = try run.database.write { transaction in
      try transaction.execute(
        """
        UPDATE entity SET is_erased = 1, state = X'' WHERE key = $1 AND is_deleted = 1 AND is_erased = 0 AND
          type IN (SELECT id FROM entity_type WHERE name = $2)
        """, [.bytes(entity.key), .text(entity.type)])
    }
    if changed > 0 { account.erased.insert(entity) }
    return changed > 0
  }

  // MARK: Housekeeping

  /// Cuts the log so that it keeps so many changes.
  /// - Returns: how many changes went, and how many tombstones with them.
  func cutLog(to count: Int64, at now: Int64) throws -> (changes: Int, tombstones: Int) {
    guard let run else { return (0, 0) }
    let before = try sizes()
    while try run.database.write({ try run.steps.cutLog(of: Self.space, to: count, at: now, $0) }) {}
    let after = try sizes()
    return (before.changes - after.changes, before.tombstones - after.tombstones)
  }

  private func sizes() throws -> (changes: Int, tombstones: Int) {
    guard let run else { return (0, 0) }
    return try run.reader.read { transaction in
      let changes = try transaction.first("SELECT COUNT(*) FROM change") { Int($0.integer(0)) }
      let tombstones = try transaction.first("SELECT COUNT(*) FROM entity WHERE is_deleted = 1") { Int($0.integer(0)) }
      return (changes ?? 0, tombstones ?? 0)
    }
  }

  /// The checksum, as the service gives it.
  func checksum(_ request: ChecksumRequest) throws -> ChecksumReply? {
    guard let run else { return nil }
    let filters = try FilterSet(request.filters)
    return try run.reader.read { transaction in
      filters.isEmpty
        ? try run.steps.desk.checksum(of: request.space, transaction)
        : try run.steps.desk.checksum(of: request.space, filters, transaction)
    }
  }

  // MARK: What it holds

  struct Holding: Hashable {
    var version: UInt64
    var state: [UInt8]
  }

  /// Every living entity.
  func holdings() throws -> [EntityRef: Holding] {
    guard let run else { return [:] }
    let desk = run.steps.desk
    return try run.reader.read { transaction in
      var holdings: [EntityRef: Holding] = [:]
      var request = PullRequest(space: Self.space)
      while true {
        let page = try desk.pull(request, FilterSet(), at: 0, transaction)
        for entity in page.entities where !entity.isDeleted {
          holdings[EntityRef(type: entity.type, key: entity.key)] = Holding(
            version: entity.version, state: entity.state)
        }
        guard page.more else { return holdings }
        request.cursor = page.cursor
      }
    }
  }
}
