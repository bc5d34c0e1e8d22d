internal import CSQLite

/// A file of a `LosingDisk`: what programs see, what is durable, and what lies between. Guarded by the disk's lock.
final class DiskFile {
  private enum Change {
    case write(offset: Int, bytes: [UInt8])
    case truncate(Int)
  }

  private(set) var content: [UInt8] = []
  private var durable: [UInt8] = []
  private var pending: [Change] = []
  var locks = FileLocks()
  let memory = SharedMemory()

  func read(_ target: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
    let available = max(0, min(target.count, content.count - offset))
    if available > 0 {
      content.withUnsafeBytes { memory in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[offset..<offset + available]))
      }
    }
    UnsafeMutableRawBufferPointer(rebasing: target[available...]).initializeMemory(as: UInt8.self, repeating: 0)
    return available == target.count
  }

  func write(_ bytes: [UInt8], at offset: Int) {
    Self.apply(.write(offset: offset, bytes: bytes), to: &content)
    pending.append(.write(offset: offset, bytes: bytes))
  }

  func truncate(to count: Int) {
    Self.apply(.truncate(count), to: &content)
    pending.append(.truncate(count))
  }

  /// A file of its own with the same content, all of it durable.
  func copied() -> DiskFile {
    let copy = DiskFile()
    copy.write(content, at: 0)
    copy.sync()
    return copy
  }

  func sync() {
    for change in pending { Self.apply(change, to: &durable) }
    pending.removeAll()
  }

  /// What was pending is kept, lost or torn, sector by sector.
  func losePower(_ random: inout SeededGenerator) {
    let kept: Double = [0, 0.5, 0.9, 1].randomElement(using: &random) ?? 0
    for change in pending {
      guard case .write(let offset, let bytes) = change else {
        if Double.random(in: 0..<1, using: &random) < kept { Self.apply(change, to: &durable) }
        continue
      }
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + LosingDisk.sectorBytes - (offset + start) % LosingDisk.sectorBytes)
        if Double.random(in: 0..<1, using: &random) < kept {
          let isTorn = Int.random(in: 0..<8, using: &random) == 0
          let stop = isTorn ? Int.random(in: start...end, using: &random) : end
          Self.apply(.write(offset: offset + start, bytes: Array(bytes[start..<stop])), to: &durable)
        }
        start = end
      }
    }
    pending.removeAll()
    content = durable
    locks = FileLocks()
    memory.clear()
  }

  private static func apply(_ change: Change, to content: inout [UInt8]) {
    switch change {
    case .truncate(let count):
      if count < content.count { content.removeLast(content.count - count) }
    case .write(let offset, let bytes):
      let end = offset + bytes.count
      if end > content.count { content += [UInt8](repeating: 0, count: end - content.count) }
      content.withUnsafeMutableBytes { memory in
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<end]).copyBytes(from: bytes)
      }
    }
  }
}

/// SQLite's five levels of file lock.
struct FileLocks {
  private var levels: [ObjectIdentifier: Int32] = [:]

  mutating func lock(_ owner: ObjectIdentifier, _ level: Int32) -> Int32 {
    let others = levels.filter { $0.key != owner }.values
    let highest = others.max() ?? SQLITE_LOCK_NONE
    switch level {
    case SQLITE_LOCK_SHARED where highest >= SQLITE_LOCK_PENDING: return SQLITE_BUSY
    case SQLITE_LOCK_RESERVED where highest >= SQLITE_LOCK_RESERVED: return SQLITE_BUSY
    case SQLITE_LOCK_EXCLUSIVE where highest >= SQLITE_LOCK_SHARED: return SQLITE_BUSY
    default:
      levels[owner] = max(level, levels[owner] ?? 0)
      return SQLITE_OK
    }
  }

  mutating func unlock(_ owner: ObjectIdentifier, _ level: Int32) {
    levels[owner] = level == SQLITE_LOCK_NONE ? nil : level
  }

  var hasReserved: Bool { levels.values.contains { $0 >= SQLITE_LOCK_RESERVED } }
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
