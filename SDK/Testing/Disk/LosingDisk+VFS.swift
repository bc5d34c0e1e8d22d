internal import CSQLite
internal import HoldfastStore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Extended result codes, which are macros that Swift does not import.
private enum Failure {
  static let read = SQLITE_IOERR | 1 << 8
  static let shortRead = SQLITE_IOERR | 2 << 8
  static let write = SQLITE_IOERR | 3 << 8
  static let sync = SQLITE_IOERR | 4 << 8
  static let truncate = SQLITE_IOERR | 6 << 8
  static let status = SQLITE_IOERR | 7 << 8
  static let delete = SQLITE_IOERR | 10 << 8
  static let access = SQLITE_IOERR | 13 << 8
  static let sharedSize = SQLITE_IOERR | 19 << 8
  static let deleteMissing = SQLITE_IOERR | 23 << 8
}

/// What SQLite allocates for an open file: its own head, then a reference to ours.
private struct FileHead {
  var base: sqlite3_file
  var opened: Unmanaged<OpenedFile>?
}

/// One handle on a file.
private final class OpenedFile {
  let disk: LosingDisk
  let file: DiskFile
  private let program: Int

  init(_ disk: LosingDisk, _ file: DiskFile) {
    self.disk = disk
    self.file = file
    program = disk.state.withLock { state in
      state.openFiles += 1
      file.handles += 1
      return state.program
    }
  }

  /// Its locks go with it, however its program ended.
  func close() {
    disk.state.withLock { state in
      state.openFiles -= 1
      file.handles -= 1
      file.locks.unlock(owner, SQLITE_LOCK_NONE)
      file.memory.release(owner)
      if file.handles == 0 { file.letGo() }
    }
  }

  /// Runs an operation of the disk under its lock; without power it fails.
  func operate(_ failure: Int32, _ body: (inout LosingDisk.State, DiskFile) -> Int32) -> Int32 {
    disk.state.withLock { state in
      guard state.admits(program) else {
        state.lastError = EIO
        return failure
      }
      return body(&state, file)
    }
  }

  /// Memory that all connections share. As on a real disk it is a file, which may find no room.
  func share(
    _ index: Int, bytes: Int, extend: Bool, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int32 {
    disk.state.withLock { state in
      let growth = extend ? file.memory.growth(to: index, bytes: bytes) : 0
      guard growth == 0 || state.hasRoom(for: growth) else {
        state.lastError = ENOSPC
        return Failure.sharedSize
      }
      result?.pointee = file.memory.region(index, bytes: bytes, extend: extend)
      return SQLITE_OK
    }
  }

  /// Looks at memory that a power cut does not disturb while the process still runs.
  func peek(_ body: (DiskFile) -> Int32) -> Int32 { disk.state.withLock { _ in body(file) } }

  var owner: ObjectIdentifier { ObjectIdentifier(self) }
}

private func opened(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenedFile {
  file!.withMemoryRebound(to: FileHead.self, capacity: 1) { $0.pointee.opened!.takeUnretainedValue() }
}

private func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> LosingDisk {
  Unmanaged<LosingDisk>.fromOpaque(vfs!.pointee.pAppData).takeUnretainedValue()
}

/// Lives as long as the process: SQLite keeps its address in open files.
private nonisolated(unsafe) let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
  let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
  methods.initialize(to: sqlite3_io_methods())
  methods.pointee.iVersion = 2
  methods.pointee.xClose = { file in
    opened(file).close()
    file!.withMemoryRebound(to: FileHead.self, capacity: 1) {
      $0.pointee.opened?.release()
      $0.pointee.opened = nil
    }
    return SQLITE_OK
  }
  methods.pointee.xRead = { file, target, count, offset in
    opened(file).operate(Failure.read) { _, content in
      content.read(UnsafeMutableRawBufferPointer(start: target, count: Int(count)), at: Int(offset))
        ? SQLITE_OK : Failure.shortRead
    }
  }
  methods.pointee.xWrite = { file, source, count, offset in
    opened(file).operate(Failure.write) { state, content in
      let growth = max(0, Int(offset) + Int(count) - content.content.count)
      guard growth == 0 || state.hasRoom(for: growth) else { return SQLITE_FULL }
      content.write(UnsafeRawBufferPointer(start: source, count: Int(count)), at: Int(offset))
      state.writes += 1
      return SQLITE_OK
    }
  }
  methods.pointee.xTruncate = { file, size in
    opened(file).operate(Failure.truncate) { _, content in
      content.truncate(to: Int(size))
      return SQLITE_OK
    }
  }
  methods.pointee.xSync = { file, _ in
    opened(file).operate(Failure.sync) { state, content in
      guard !state.faults.syncFails else {
        state.lastError = EIO
        return Failure.sync
      }
      content.sync()
      state.syncs += 1
      return SQLITE_OK
    }
  }
  methods.pointee.xFileSize = { file, size in
    opened(file).operate(Failure.status) { _, content in
      size?.pointee = sqlite3_int64(content.content.count)
      return SQLITE_OK
    }
  }
  methods.pointee.xLock = { file, level in
    let handle = opened(file)
    return handle.peek { $0.locks.lock(handle.owner, level) }
  }
  methods.pointee.xUnlock = { file, level in
    let handle = opened(file)
    return handle.peek {
      $0.locks.unlock(handle.owner, level)
      return SQLITE_OK
    }
  }
  methods.pointee.xCheckReservedLock = { file, isHeld in
    opened(file).peek {
      isHeld?.pointee = $0.locks.hasReserved ? 1 : 0
      return SQLITE_OK
    }
  }
  methods.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
  methods.pointee.xSectorSize = { _ in Int32(LosingDisk.sectorBytes) }
  methods.pointee.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
  methods.pointee.xShmMap = { file, index, bytes, extend, result in
    opened(file).share(Int(index), bytes: Int(bytes), extend: extend != 0, result)
  }
  methods.pointee.xShmLock = { file, first, count, flags in
    let handle = opened(file)
    return handle.peek { $0.memory.lock(handle.owner, Int(first)..<Int(first + count), flags: flags) }
  }
  methods.pointee.xShmBarrier = { file in _ = opened(file).peek { _ in SQLITE_OK } }
  methods.pointee.xShmUnmap = { file, _ in
    let handle = opened(file)
    return handle.peek {
      $0.memory.release(handle.owner)
      return SQLITE_OK
    }
  }
  return methods
}()

/// The VFS's table of functions. Files are found by the name as it is given.
func makeVFS(named name: UnsafePointer<CChar>) -> sqlite3_vfs {
  var vfs = sqlite3_vfs()
  vfs.iVersion = 2
  vfs.szOsFile = Int32(MemoryLayout<FileHead>.size)
  vfs.mxPathname = 512
  vfs.zName = name
  vfs.xOpen = { vfs, path, file, flags, resultingFlags in
    file!.withMemoryRebound(to: FileHead.self, capacity: 1) { $0.pointee.base.pMethods = nil }
    let owner = disk(vfs)
    let found: (file: DiskFile?, code: Int32) = owner.state.withLock { state in
      guard !state.isDead else {
        state.lastError = EIO
        return (nil, SQLITE_IOERR)
      }
      guard let path else { return (DiskFile(), SQLITE_OK) }
      let name = String(cString: path)
      if state.faults.isReadOnly && flags & SQLITE_OPEN_READWRITE != 0 { return (nil, SQLITE_READONLY) }
      if let file = state.files[name] { return (file, SQLITE_OK) }
      guard flags & SQLITE_OPEN_CREATE != 0 else { return (nil, SQLITE_CANTOPEN) }
      let file = DiskFile()
      state.files[name] = file
      return (file, SQLITE_OK)
    }
    guard let content = found.file else { return found.code }
    file!.withMemoryRebound(to: FileHead.self, capacity: 1) {
      $0.pointee.base.pMethods = UnsafePointer(methods)
      $0.pointee.opened = .passRetained(OpenedFile(owner, content))
    }
    resultingFlags?.pointee = flags
    return SQLITE_OK
  }
  vfs.xDelete = { vfs, path, _ in
    disk(vfs).state.withLock { state in
      guard !state.isDead else { return Failure.delete }
      guard let path, state.files.removeValue(forKey: String(cString: path)) != nil else {
        return Failure.deleteMissing
      }
      return SQLITE_OK
    }
  }
  vfs.xAccess = { vfs, path, _, result in
    disk(vfs).state.withLock { state in
      guard !state.isDead, let path else { return Failure.access }
      result?.pointee = state.files[String(cString: path)] == nil ? 0 : 1
      return SQLITE_OK
    }
  }
  vfs.xFullPathname = { _, path, capacity, result in
    guard let path, let result, strlen(path) < Int(capacity) else { return SQLITE_CANTOPEN }
    strcpy(result, path)
    return SQLITE_OK
  }
  vfs.xRandomness = { vfs, count, target in
    disk(vfs).state.withLock { state in
      for index in 0..<Int(count) { target?[index] = CChar(truncatingIfNeeded: state.random.next()) }
    }
    return count
  }
  vfs.xSleep = { _, microseconds in
    usleep(UInt32(microseconds))
    return microseconds
  }
  vfs.xCurrentTime = { _, result in
    result?.pointee = 2_460_000.5
    return SQLITE_OK
  }
  vfs.xCurrentTimeInt64 = { _, result in
    result?.pointee = 212_544_043_200_000
    return SQLITE_OK
  }
  vfs.xGetLastError = { vfs, _, _ in disk(vfs).state.withLock { $0.lastError } }
  return vfs
}
