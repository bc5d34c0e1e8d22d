/// What a composite adapter keeps in its local one beside the values, under keys of its own:
///
///     holdfast.queue/entry/NUMBER   changes that were made together and are not there yet; NUMBER has 16 hexadecimal digits
///     holdfast.queue/next           the next number
///     holdfast.queue/known/KEY      what is known of a key: see `Known`
///     holdfast.queue/complete       is there when everything has been taken over once
enum CompositeQueue {
  static let reserved = "holdfast.queue/"
  static let entries = reserved + "entry/"
  static let complete = reserved + "complete"
  private static let next = reserved + "next"

  /// What is known of a key. Its record is changed with every change of the value, which so finds whoever else changes it.
  struct Known: Codable, Sendable, Hashable {
    static let prefix = reserved + "known/"

    /// The version there from which the value here comes; 0 where there was none.
    var remote: UInt64 = 0
    /// The last entry that changes it; 0 when none waits.
    var entry: UInt64 = 0

    func change(_ key: String, expected: UInt64) throws(StorageError) -> StorageChange {
      .write(try encoded(self, key), for: Self.prefix + key, expected: expected)
    }
  }

  /// What is known of a key and the version of that record; nil when nothing is.
  static func known(
    _ key: String, in adapter: any StorageAdapter
  ) async throws(StorageError) -> (known: Known, version: UInt64)? {
    guard let stored = try await adapter.read(Known.prefix + key) else { return nil }
    return (try decoded(Known.self, stored.bytes, Known.prefix + key), stored.version)
  }

  /// Makes the changes, and an entry of them.
  static func add(
    _ changes: [StorageChange], to adapter: any StorageAdapter
  ) async throws(StorageError) -> [StorageOutcome] {
    guard changes.contains(where: { $0.kind != .check }) else { return try await adapter.apply(changes) }
    var attempts = 1
    while true {
      let counter = try await adapter.read(next)
      let number =
        try counter.map { (stored) throws(StorageError) in try decoded(UInt64.self, stored.bytes, next) } ?? 1
      var notes: [StorageChange] = []
      var steps: [ValueFolder.Step] = []
      for change in changes where change.kind != .check {
        let found = try await known(change.key, in: adapter)
        let known = Known(remote: found?.known.remote ?? 0, entry: number)
        notes.append(try known.change(change.key, expected: found?.version ?? 0))
        steps.append(ValueFolder.Step(key: change.key, value: change.content))
      }
      notes.append(.write(try encoded(number + 1, next), for: next, expected: counter?.version ?? 0))
      notes.append(.write(ChangeJournal.bytes(steps), for: entryKey(number), expected: 0))
      do throws(StorageError) {
        return Array(try await adapter.apply(changes + notes).prefix(changes.count))
      } catch {
        // Another process was faster; what the caller expects is the caller's matter.
        attempts += 1
        guard error.code == .conflict, error.key?.hasBytePrefix(reserved) == true,
          attempts <= PersistenceLimits.transactionAttempts
        else { throw error }
      }
    }
  }

  /// The first entry that waits.
  static func first(in adapter: any StorageAdapter) async throws(StorageError) -> Entry? {
    guard let key = try await adapter.keys(prefix: entries, after: nil, limit: 1).first,
      let stored = try await adapter.read(key)
    else { return nil }
    guard let steps = ChangeJournal.steps(stored.bytes), let number = UInt64(key.dropFirst(entries.count), radix: 16)
    else { throw StorageError(.damaged, "a change that waits cannot be read", key: key) }
    return Entry(number: number, key: key, version: stored.version, steps: steps)
  }

  struct Entry: Sendable {
    let number: UInt64
    let key: String
    let version: UInt64
    let steps: [ValueFolder.Step]
  }

  private static func entryKey(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return entries + String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  static func encoded(_ value: some Encodable, _ key: String) throws(StorageError) -> [UInt8] {
    do {
      return try JSONValueCoder().encode(value)
    } catch {
      throw StorageError(.unencodable, "what waits cannot be noted", key: key, cause: error)
    }
  }

  private static func decoded<Value: Decodable>(
    _ type: Value.Type, _ bytes: [UInt8], _ key: String
  ) throws(StorageError) -> Value {
    do {
      return try JSONValueCoder().decode(type, from: bytes)
    } catch {
      throw StorageError(.damaged, "what was noted of changes that wait cannot be read", key: key, cause: error)
    }
  }
}

extension StorageChange {
  /// What is to be there; nil when nothing is.
  fileprivate var content: StoredValue? {
    guard case .write(let bytes) = kind else { return nil }
    return StoredValue(bytes, version: 0)
  }
}
