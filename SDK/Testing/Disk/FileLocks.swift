internal import CSQLite

/// SQLite's five levels of file lock.
struct FileLocks {
  private var levels: [(owner: ObjectIdentifier, level: Int32)] = []

  mutating func lock(_ owner: ObjectIdentifier, _ level: Int32) -> Int32 {
    var highest = SQLITE_LOCK_NONE
    for other in levels where other.owner != owner { highest = max(highest, other.level) }
    switch level {
    case SQLITE_LOCK_SHARED where highest >= SQLITE_LOCK_PENDING: return SQLITE_BUSY
    case SQLITE_LOCK_RESERVED where highest >= SQLITE_LOCK_RESERVED: return SQLITE_BUSY
    case SQLITE_LOCK_EXCLUSIVE where highest >= SQLITE_LOCK_SHARED: return SQLITE_BUSY
    default:
      let own = levels.firstIndex { $0.owner == owner }
      if let own { levels[own].level = max(level, levels[own].level) } else { levels.append((owner, level)) }
      return SQLITE_OK
    }
  }

  mutating func unlock(_ owner: ObjectIdentifier, _ level: Int32) {
    guard let own = levels.firstIndex(where: { $0.owner == owner }) else { return }
    if level == SQLITE_LOCK_NONE { levels.remove(at: own) } else { levels[own].level = level }
  }

  var hasReserved: Bool { levels.contains { $0.level >= SQLITE_LOCK_RESERVED } }
}

/// The WAL's index: memory that all connections to a file share, and eight locks.
final class SharedMemory {
  private var regions: [UnsafeMutableRawBufferPointer] = []
  private var shared: [[ObjectIdentifier]] = Array(repeating: [], count: 8)
  private var exclusive: [ObjectIdentifier?] = Array(repeating: nil, count: 8)

  deinit { clear() }

  func clear() {
    for region in regions { region.deallocate() }
    regions = []
    shared = Array(repeating: [], count: 8)
    exclusive = Array(repeating: nil, count: 8)
  }

  var bytes: Int { regions.reduce(0) { $0 + $1.count } }

  /// How much there has to be more for the region of that number.
  func growth(to index: Int, bytes: Int) -> Int { max(0, index + 1 - regions.count) * bytes }

  func region(_ index: Int, bytes: Int, extend: Bool) -> UnsafeMutableRawPointer? {
    while regions.count <= index {
      guard extend else { return nil }
      let region = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
      region.initializeMemory(as: UInt8.self, repeating: 0)
      regions.append(region)
    }
    return regions[index].baseAddress
  }

  func lock(_ owner: ObjectIdentifier, _ slots: Range<Int>, flags: Int32) -> Int32 {
    if flags & SQLITE_SHM_UNLOCK != 0 {
      for slot in slots {
        if exclusive[slot] == owner { exclusive[slot] = nil }
        shared[slot].removeAll { $0 == owner }
      }
      return SQLITE_OK
    }
    let isExclusive = flags & SQLITE_SHM_EXCLUSIVE != 0
    for slot in slots {
      if let holder = exclusive[slot], holder != owner { return SQLITE_BUSY }
      if isExclusive, shared[slot].contains(where: { $0 != owner }) { return SQLITE_BUSY }
    }
    for slot in slots {
      if isExclusive { exclusive[slot] = owner } else { shared[slot].append(owner) }
    }
    return SQLITE_OK
  }

  func release(_ owner: ObjectIdentifier) { _ = lock(owner, 0..<8, flags: SQLITE_SHM_UNLOCK) }
}
