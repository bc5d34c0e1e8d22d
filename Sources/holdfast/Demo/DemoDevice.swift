import HoldfastSDK

/// One of the demo's devices: a replica in a file, and what is done on it in one run of the program.
struct DemoDevice {
  enum Step: String, CaseIterable {
    /// Makes the notes.
    case begin
    /// Changes them without a network.
    case away
    /// Comes back.
    case sync
    /// Decides what waits for a decision.
    case decide
    /// Counts in the tallies while others do, until it has made so many edits.
    case edit
    /// Tells what became of each operation, and what it sees.
    case report
  }

  let name: String
  let replica: Replica
  let console: Console

  /// How long a device may take to be in step.
  private static let patience = Duration.seconds(60)
  /// After so many edits it waits until the hub has the last.
  private static let pace = 6

  func begin() async throws {
    for note in DemoNotes.all { try await replica.notes.create(note) }
  }

  func goAway() async throws {
    for change in DemoNotes.changes(by: name) {
      acknowledge(try await replica.notes.update(change.note, change.body))
    }
  }

  func decide() async throws {
    let conflicts = try await replica.conflicts(of: Note.self)
    for conflict in conflicts {
      guard var note = conflict.server, let mine = conflict.mine else { continue }
      note.text = DemoNotes.decided(mine: mine.text, server: note.text)
      try await replica.resolve(conflict, .merged(note))
    }
    console.result("\(conflicts.count) conflicts decided", json: ["conflicts": .integer(conflicts.count)])
  }

  /// Makes the edits that are not there yet: a run before this one may have been killed.
  func edit(times: Int) async throws {
    var handles: [OperationHandle] = []
    for number in 0..<times {
      let (note, mark) = DemoNotes.edit(number, by: name)
      if try await replica.notes.get(note)?.marks.contains(mark) == true { continue }
      let handle = try await replica.notes.update(note) { note in
        note.edits += 1
        note.marks.insert(mark)
      }
      acknowledge(handle)
      handles.append(handle)
      if number % Self.pace == 0 { try await handle.outcome() }
    }
    for handle in handles { try await handle.outcome() }
  }

  /// - Parameter last: the last operation that is known to have been stored.
  func report(upTo last: UInt64) async throws {
    var (applied, superseded, others) = (0, 0, 0)
    for position in 1..<(last + 1) {
      switch try await replica.handle(of: OperationID(rawValue: position)).outcome() {
      case .applied: applied += 1
      case .superseded: superseded += 1
      case .gone, .nothingToDo: others += 1
      case .conflict, .rejected: throw CommandFailure(.failed, "operation \(position) waits for a decision")
      }
    }
    let isEqual = try await replica.verify() == true
    console.result(
      "\(last) operations",
      json: [
        "applied": .integer(applied), "superseded": .integer(superseded), "others": .integer(others),
        "equals_hub": .bool(isEqual),
      ])
    let notes = try await replica.notes.query()
    console.result("\(notes)", json: DemoNotes.summary(notes))
  }

  /// Waits until nothing is on its way, and what the hub has is here.
  func becomeQuiet() async throws {
    try await withThrowingTaskGroup { group in
      group.addTask {
        for await status in replica.status {
          if status.phase == .synced || status.phase == .pending && status.pending == status.parked { return }
        }
        throw CancellationError()
      }
      group.addTask {
        try await Task.sleep(for: Self.patience)
        let status = replica.currentStatus
        throw CommandFailure(.failed, "not in step: \(status.phase), \(status.lastError?.description ?? "no error")")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func acknowledge(_ handle: OperationHandle) {
    console.result("\(handle.id?.description ?? "")", json: ["operation": .unsigned(handle.id?.rawValue ?? 0)])
  }
}
