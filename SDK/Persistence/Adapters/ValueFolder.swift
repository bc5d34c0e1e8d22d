import HoldfastCrypto
import HoldfastRPC
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of a `FileAdapter`. Calls block.
final class ValueFolder: Sendable {
  private let path: String
  private let spare: SpareFile
  /// The key behind each file name that has been looked into. A name is its key's hash, so what is known stays true.
  private let names = Lock<[String: String]>([:])

  private var values: String { path + "/values" }
  private var journal: String { path + "/journal" }

  init(_ path: String, in directory: String) throws(StorageError) {
    self.path = path
    spare = SpareFile(in: path + "/values")
    do {
      for folder in [directory, path, path + "/values", path + "/damaged"] {
        guard let status = try LocalFile.status(of: folder) else {
          try LocalFile.makeDirectory(folder, mode: 0o700)
          continue
        }
        guard status.isDirectory else { throw StorageError(.failed, "\(folder) is no directory") }
      }
    } catch {
      throw StorageError(error, "\(path) cannot be used")
    }
  }

  // MARK: Looking

  func read(_ key: String) throws(StorageError) -> StoredValue? {
    try locked(for: .reading) { () throws in
      guard let file = try bytes(of: key) else { return nil }
      guard let found = ValueFile(file), found.key.utf8.elementsEqual(key.utf8) else { throw damaged(key) }
      return found.value
    }
  }

  func version(of key: String) throws(StorageError) -> UInt64? {
    try locked(for: .reading) { () throws in
      switch try look(for: key).content {
      case .nothing: nil
      case .damaged: throw damaged(key)
      case .value(let head): head.version
      }
    }
  }

  /// All keys, in no order.
  func keys() throws(StorageError) -> [String] {
    try locked(for: .reading) { () throws in
      let found = try LocalFile.names(in: values).filter { $0.hasSuffix(".value") }
      let known = names.withLock { $0 }
      var new: [String: String] = [:]
      let keys = try found.map { name in
        if let key = known[name] { return key }
        guard let file = try optional({ try LocalFile.read("\(values)/\(name)", limit: PersistenceLimits.fileBytes) }),
          let value = ValueFile(file), ValueFile.name(of: value.key) == name
        else { throw StorageError(.damaged, "\(values)/\(name) is not what was written, so its key is not known") }
        new[name] = value.key
        return value.key
      }
      let learnt = new
      names.withLock { $0.merge(learnt) { _, new in new } }
      return keys
    }
  }

  // MARK: Changing

  func apply(_ changes: [StorageChange]) throws(StorageError) -> [StorageOutcome] {
    try locked(for: .writing) { () throws in
      let before = try changes.map { change in
        let place = try look(for: change.key)
        // What is damaged has no version: only who does not ask for one may replace it.
        if case .damaged = place.content, change.expected != nil { throw damaged(change.key) }
        try StorageRules.check(change, against: place.version)
        return place
      }
      var steps: [(step: Step, place: Place)] = []
      var outcomes: [StorageOutcome] = []
      for (change, place) in zip(changes, before) {
        switch change.kind {
        case .check: outcomes.append(StorageOutcome(version: place.version))
        case .delete:
          if place.isTaken { steps.append((Step(key: change.key, value: nil), place)) }
          outcomes.append(StorageOutcome(version: 0, existed: place.isTaken))
        case .write(let bytes):
          let value = StoredValue(bytes, version: StorageVersion.next(after: place.version))
          steps.append((Step(key: change.key, value: value), place))
          outcomes.append(StorageOutcome(version: value.version))
        }
      }
      let isJournaled = steps.count > 1
      if isJournaled { try LocalFile.replace(journal, with: ChangeJournal.bytes(steps.map(\.step)), mode: 0o600) }
      for (step, place) in steps { try make(step, in: place) }
      if isJournaled { try LocalFile.removeDurably(journal) }
      return outcomes
    }
  }

  func eraseAll() throws(StorageError) {
    try locked(for: .writing) { () throws in
      for folder in [values, path + "/damaged"] {
        for name in try LocalFile.names(in: folder) { try LocalFile.remove("\(folder)/\(name)") }
        try LocalFile.syncDirectory(folder)
      }
    }
  }

  /// What the journal tells of. Making a step twice does no harm.
  struct Step: Hashable {
    let key: String
    /// Nil where the key is deleted.
    let value: StoredValue?
  }

  private func make(_ step: Step, in place: Place) throws {
    guard let value = step.value else {
      // A value of this key may have been replaced last.
      try spare.remove()
      return try LocalFile.removeDurably(place.file)
    }
    var replaced: Int?
    switch place.content {
    case .nothing: break
    case .damaged: try putAside(place.file)
    case .value(let head): replaced = head.fileBytes
    }
    try spare.replace(place.file, with: ValueFile(step.key, value).bytes, replaced: replaced)
  }

  /// Keeps a damaged file for whoever wants to look into it.
  private func putAside(_ file: String) throws {
    let name = file.split(separator: "/").last.map(String.init) ?? "file"
    try LocalFile.move(file, to: "\(path)/damaged/\(name).\(StorageVersion.next(after: 0))")
  }

  /// Makes what an interrupted process has left to be made.
  private func recover() throws {
    guard try LocalFile.status(of: journal) != nil else { return }
    guard let steps = ChangeJournal.steps(try LocalFile.read(journal, limit: .max)) else {
      try putAside(journal)
      throw StorageError(
        .damaged,
        "the journal of a change that was interrupted is damaged, and was put aside: the change may be made in part")
    }
    for step in steps { try make(step, in: look(for: step.key)) }
    try LocalFile.removeDurably(journal)
  }

  // MARK: Files

  private func path(of key: String) -> String { "\(values)/\(ValueFile.name(of: key))" }

  private func bytes(of key: String) throws -> [UInt8]? {
    try optional { try LocalFile.read(path(of: key), limit: PersistenceLimits.fileBytes + (1 << 20)) }
  }

  /// The place of a key and what lies there.
  private struct Place {
    enum Content {
      case nothing, damaged
      case value(ValueFile.Head)
    }

    let file: String
    let content: Content

    /// 0 where there is no value.
    var version: UInt64 { if case .value(let head) = content { head.version } else { 0 } }
    var isTaken: Bool { if case .nothing = content { false } else { true } }
  }

  /// Looks at the head of a key's file only. A file that cannot be looked into now is not for that reason damaged.
  private func look(for key: String) throws -> Place {
    let file = path(of: key)
    do {
      guard let bytes = try optional({ try LocalFile.read(file, first: ValueFile.headBytes) }) else {
        return Place(file: file, content: .nothing)
      }
      return Place(file: file, content: ValueFile.Head(bytes).map { .value($0) } ?? .damaged)
    } catch let error as FileError where error.code == EISDIR {
      return Place(file: file, content: .damaged)
    }
  }

  private func damaged(_ key: String) -> StorageError {
    StorageError(
      .damaged, "\(path(of: key)) is not what was written; it stays until the key is written anew or deleted", key: key)
  }

  /// What `body` reads, or nil when there is no such file.
  private func optional<Value>(_ body: () throws -> Value) throws -> Value? {
    do {
      return try body()
    } catch let error as FileError where error.code == ENOENT {
      return nil
    }
  }

  // MARK: The lock

  private enum Purpose { case reading, writing }

  /// Runs `body` while nobody writes, or while nobody else reads or writes, in this process or another.
  private func locked<Value>(for purpose: Purpose, _ body: () throws -> Value) throws(StorageError) -> Value {
    do {
      if purpose == .reading {
        let lock = try FileLock(path + "/lock", shared: true)
        if try LocalFile.status(of: journal) == nil { return try lock.holding(body) }
      }
      return try FileLock(path + "/lock", shared: false).holding {
        try recover()
        return try body()
      }
    } catch {
      throw StorageError(error, "\(path) cannot be used")
    }
  }
}
