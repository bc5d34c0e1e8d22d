import HoldfastRPC

/// Who wants to know that something in a replica has changed.
final class Watchers: Sendable {
  /// What is watched.
  enum Subject: Hashable, Sendable {
    case entity(EntityRef)
    case type(String)
    /// An operation, by its place in the queue.
    case operation(UInt64)
    case queue
  }

  /// One that watches; it ends when this goes.
  final class Watch: Sendable {
    let bell = Bell()
    private let end: @Sendable (ObjectIdentifier) -> Void

    fileprivate init(_ end: @escaping @Sendable (ObjectIdentifier) -> Void) { self.end = end }

    deinit { end(ObjectIdentifier(self)) }
  }

  private let subjects = Lock<[Subject: [ObjectIdentifier: Bell]]>([:])

  func watch(_ subject: Subject) -> Watch {
    let watch = Watch { [weak self] watch in self?.remove(watch, from: subject) }
    subjects.withLock { $0[subject, default: [:]][ObjectIdentifier(watch)] = watch.bell }
    return watch
  }

  private func remove(_ watch: ObjectIdentifier, from subject: Subject) {
    subjects.withLock { subjects in
      subjects[subject]?[watch] = nil
      if subjects[subject]?.isEmpty == true { subjects[subject] = nil }
    }
  }

  /// Wakes those that watch any of this.
  func changed(_ touched: ReplicaBook.Touched) {
    var changed: Set<Subject> = []
    for entity in touched.entities {
      changed.insert(.entity(entity))
      changed.insert(.type(entity.type))
    }
    for operation in touched.settled { changed.insert(.operation(operation)) }
    if touched.isQueueTouched { changed.insert(.queue) }
    ring(changed)
  }

  /// Wakes those that watch the queue.
  func queueChanged() { ring([.queue]) }

  /// Wakes all: another process has changed something.
  func changedSomehow() {
    ring(Set(subjects.withLock { Array($0.keys) }))
  }

  private func ring(_ changed: Set<Subject>) {
    let bells = subjects.withLock { subjects in
      // Whichever is less.
      subjects.count < changed.count
        ? subjects.filter { changed.contains($0.key) }.flatMap { $0.value.values }
        : changed.flatMap { subjects[$0].map { Array($0.values) } ?? [] }
    }
    for bell in bells { bell.ring() }
  }
}
