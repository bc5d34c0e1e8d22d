/// One synchronization of a composite adapter. Whatever it changes here it changes together with what is known of the key,
/// and only if nobody else has done so since it looked.
struct CompositeExchange: Sendable {
  private typealias Known = CompositeQueue.Known
  private typealias Looked = (known: Known, version: UInt64)

  let local: any StorageAdapter
  let remote: any StorageAdapter
  let policy: CompositeAdapter.Policy

  // MARK: There

  /// Brings what waits there, one entry after the other.
  func push() async throws(StorageError) {
    var attempts = 1
    while let entry = try await CompositeQueue.first(in: local) {
      do throws(StorageError) {
        try await push(entry)
        attempts = 1
      } catch {
        // Somebody else was faster, here or there: look again.
        attempts += 1
        guard error.code == .conflict, !(error.cause is Stop), attempts <= PersistenceLimits.transactionAttempts else {
          throw error
        }
      }
    }
  }

  /// The policy has said so.
  private struct Stop: Error {}

  private func push(_ entry: CompositeQueue.Entry) async throws(StorageError) {
    let looked = try await look(entry)
    do throws(StorageError) {
      let outcomes = try await remote.apply(changes(entry, looked.map(\.known.remote)))
      return try await finish(entry, looked, outcomes.map(\.version))
    } catch {
      guard error.code == .conflict else { throw error }
    }
    var there: [StoredValue?] = []
    for step in entry.steps { there.append(try await remote.read(step.key)) }
    let versions = there.map { $0?.version ?? 0 }
    // It has arrived before, and nobody here has heard of it.
    if zip(entry.steps, there).allSatisfy({ $0.value?.bytes == $1?.bytes }) {
      return try await finish(entry, looked, versions)
    }
    guard let place = entry.steps.indices.first(where: { versions[$0] != looked[$0].known.remote }) else {
      throw StorageError(.conflict, "what is there has changed again")
    }
    let key = entry.steps[place].key
    let conflict = CompositeAdapter.Conflict(
      key: key, local: entry.steps[place].value?.bytes, remote: there[place]?.bytes)
    switch await policy(conflict) {
    case .local:
      let outcomes = try await remote.apply(changes(entry, versions))
      try await finish(entry, looked, outcomes.map(\.version))
    case .remote: try await finish(entry, looked, versions, taking: there)
    case .stop:
      throw StorageError(
        .conflict, "somebody else has changed there what was changed here; it waits for a decision", key: key,
        cause: Stop())
    }
  }

  private func look(_ entry: CompositeQueue.Entry) async throws(StorageError) -> [Looked] {
    var looked: [Looked] = []
    for step in entry.steps {
      guard let known = try await CompositeQueue.known(step.key, in: local) else {
        throw StorageError(.damaged, "nothing is known of a key that has changes waiting", key: step.key)
      }
      looked.append(known)
    }
    return looked
  }

  private func changes(_ entry: CompositeQueue.Entry, _ expected: [UInt64]) -> [StorageChange] {
    zip(entry.steps, expected).map { step, expected in
      step.value.map { .write($0.bytes, for: step.key, expected: expected) } ?? .delete(step.key, expected: expected)
    }
  }

  /// Takes the entry off the queue, and notes which versions are there now.
  ///
  /// - Parameter taking: what is there and is to be here, where no later entry changes it.
  private func finish(
    _ entry: CompositeQueue.Entry, _ looked: [Looked], _ versions: [UInt64], taking there: [StoredValue?]? = nil
  ) async throws(StorageError) {
    var changes = [StorageChange.delete(entry.key, expected: entry.version)]
    for (place, step) in entry.steps.enumerated() {
      var known = looked[place].known
      known.remote = versions[place]
      let isLast = known.entry == entry.number
      if isLast { known.entry = 0 }
      changes.append(try known.change(step.key, expected: looked[place].version))
      guard isLast, let there else { continue }
      changes.append(there[place].map { .write($0.bytes, for: step.key) } ?? .delete(step.key))
    }
    try await local.apply(changes)
  }

  // MARK: Here

  /// Takes over what is there, of all keys of which no change waits.
  func pull() async throws(StorageError) {
    var there: Set<String.UTF8Bytes> = []
    for try await key in KeySequence(adapter: remote, prefix: "") {
      there.insert(String.UTF8Bytes(key))
      let looked = try await CompositeQueue.known(key, in: local)
      if let known = looked?.known, known.entry != 0 { continue }
      guard let version = try await remote.version(key), version != looked?.known.remote,
        let stored = try await remote.read(key)
      else { continue }
      try await take(key, stored, looked)
    }
    for try await name in KeySequence(adapter: local, prefix: Known.prefix) {
      let key = String(decoding: Array(name.utf8.dropFirst(Known.prefix.utf8.count)), as: UTF8.self)
      guard !there.contains(String.UTF8Bytes(key)), let looked = try await CompositeQueue.known(key, in: local),
        looked.known.entry == 0, looked.known.remote != 0
      else { continue }
      // It may have come since the keys were listed.
      try await take(key, try await remote.read(key), looked)
    }
    if try await local.version(CompositeQueue.complete) == nil {
      try await local.write([], for: CompositeQueue.complete)
    }
  }

  private func take(_ key: String, _ stored: StoredValue?, _ looked: Looked?) async throws(StorageError) {
    let change = stored.map { StorageChange.write($0.bytes, for: key) } ?? .delete(key)
    do throws(StorageError) {
      try await local.apply([
        change, try Known(remote: stored?.version ?? 0).change(key, expected: looked?.version ?? 0),
      ])
    } catch {
      // Somebody has changed it here: that waits now, and comes first.
      guard error.code == .conflict else { throw error }
    }
  }
}
