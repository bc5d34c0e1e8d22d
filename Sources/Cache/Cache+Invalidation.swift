extension Cache {
  /// Removes what has ended. Writers do so on their way; a cache that nobody writes to keeps what has ended, unseen, until
  /// this is called.
  public func sweep() {
    let time = clock()
    var isDone = false
    // In pieces, so that nobody waits for long.
    while !isDone {
      var old: [Table<Key, Value>.Entry] = []
      policy.withLock { policy in removeEnded(&policy, at: time, &old) }
      isDone = old.count < Limits.endedAtOnce
    }
  }

  /// Removes every key that was there when the call began and is meant. Looks at all keys, one shard at a time.
  ///
  /// - Parameter isMeant: Called under a shard's locks: it must be quick and not come back to the cache.
  public func removeAll(where isMeant: (Key) -> Bool) {
    for shard in 0..<shards.count {
      var old: [Table<Key, Value>.Entry] = []
      policy.withLock { policy in
        let removed: [NodeID] = shards.change(shard) { table in
          var removed: [NodeID] = []
          var slot = 0
          while slot <= table.mask {
            // What moves up into the slot is looked at next.
            if !table.marks[slot].isEmpty, isMeant(table.entries[slot].key) {
              removed.append(table.marks[slot].id)
              old.append(table.take(slot))
            } else {
              slot += 1
            }
          }
          return removed
        }
        for id in removed { policy.remove(id) }
      }
    }
  }

  /// Removes everything.
  public func removeAll() {
    removeAll { _ in true }
  }

  /// The keys of all entries, in no order; of some that may have ended, too.
  public var keys: [Key] {
    (0..<shards.count).flatMap { shard in
      shards.read(shards.reader(of: shard)) { _, table in
        (0...table.mask).filter { !table.marks[$0].isEmpty }.map { table.entries[$0].key }
      }
    }
  }
}

extension Cache where Key == String {
  /// Removes every key that begins with the prefix, byte for byte.
  public func removeAll(prefix: String) {
    removeAll { $0.utf8.starts(with: prefix.utf8) }
  }
}
