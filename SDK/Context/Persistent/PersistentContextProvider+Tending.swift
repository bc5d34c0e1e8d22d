import HoldfastWire

extension PersistentContextProvider {
  /// Tells those who watch what others have changed and what has ended, and purges that, until the task is cancelled.
  ///
  /// Each `interval`, it looks at a file's time of change and no further as long as that is the same; of places that
  /// cannot tell, it reads what is watched.
  public func run() async {
    clock.work(1)
    defer { clock.work(-1) }
    var attention = Attention()
    var nextPurge = clock.monotonic() + settings.purgeInterval
    while !Task.isCancelled {
      await look(&attention)
      if clock.monotonic() >= nextPurge {
        // What cannot be purged is not found either, and tried again; a lookup says why.
        do throws(ContextError) { try await purge() } catch { news.changedSomehow() }
        nextPurge = clock.monotonic() + settings.purgeInterval
      }
      do { try await clock.sleep(clock.monotonic() + settings.interval) } catch { return }
    }
  }

  /// What is known of the keys that are watched.
  private struct Attention {
    /// By what a change is known: the place's version, and which of the values counts.
    struct Mark: Equatable {
      let version: UInt64?
      let current: UInt64?
    }

    /// When the place was last written, as far as it can tell.
    var written: WriteTime?
    /// Whether all has been looked at since then, and whatever is written later is told by a later time.
    var isSettled = false
    var marks: [ContextName: Mark] = [:]
    /// When the first of the values ends.
    var nextEnd: Int64?

    /// Whether anything may be different.
    mutating func isCalled(_ watched: Set<ContextName>, _ written: WriteTime?, at now: Int64) -> Bool {
      let isSame = written != nil && written == self.written
      if isSame, isSettled, watched.isSubset(of: marks.keys), nextEnd.map({ now < $0 }) ?? true { return false }
      self.written = written
      isSettled = written?.isOver ?? false
      return true
    }
  }

  private func look(_ attention: inout Attention) async {
    let (watched, now) = (news.watched, clock.wall())
    guard !watched.isEmpty else {
      attention.marks = [:]
      return
    }
    // Before the values, so that no change falls between the two.
    guard attention.isCalled(watched, (adapter as? any MarkedAdapter)?.mark, at: now) else { return }
    let seen = attention.marks
    attention.marks = [:]
    attention.nextEnd = nil
    for name in watched {
      var mark = Attention.Mark(version: nil, current: nil)
      do throws(ContextError) {
        let (record, version) = try await record(name.text)
        mark = Attention.Mark(version: version, current: record.current(at: now)?.version)
        let ends = record.items.compactMap(\.ends).filter { $0 > now }
        attention.nextEnd = (ends + [attention.nextEnd].compactMap { $0 }).min()
      } catch {
        // Told once, and when it is mended again.
        attention.isSettled = false
      }
      attention.marks[name] = mark
      // At first too: who watches may have looked before this did.
      if seen[name] != mark { news.changed(name.text) }
    }
  }

  /// Lets go the values that have ended, of all keys. Who calls this now and then does not need `run` for it.
  ///
  /// - Returns: of how many keys there were any.
  @discardableResult
  public func purge() async throws(ContextError) -> Int {
    let now = clock.wall()
    var count = 0
    var last: String?
    while true {
      let keys: [String]
      do throws(StorageError) {
        keys = try await adapter.keys(prefix: Self.prefix, after: last, limit: PersistenceLimits.page)
      } catch {
        throw ContextError(storage: error, nil, name)
      }
      for key in keys {
        do throws(ContextError) {
          if try await change(Self.name(ofStored: key), { $0.purge(at: now) }) { count += 1 }
        } catch {
          // What is damaged stays until it is set anew, and is in nobody's way.
          guard error.code == .corruption else { throw error }
        }
      }
      guard keys.count == PersistenceLimits.page else { return count }
      last = keys.last
    }
  }
}
