internal import CSQLite
internal import HoldfastStore

/// A disk in memory that forgets at a power cut what was not synced: each sector of each unsynced write is kept,
/// lost or torn by the seed, independently of the order in which they were written.
///
/// It registers as a SQLite VFS under `name` and works with several connections (locks and shared memory included). It
/// has to outlive them.
///
/// `@unchecked Sendable`: everything that changes is behind `state`.
package final class LosingDisk: @unchecked Sendable {
  /// What makes operations fail.
  package struct Faults {
    /// After so many more operations the power is gone: this one and all later ones fail.
    package var operationsLeft = Int.max
    /// Bytes that all files together may take.
    package var capacity = Int.max
    package var isReadOnly = false
    package var syncFails = false
    /// A program that ends in the middle of what it does, after so many more operations of its own.
    package var doomed: (program: Int, operationsLeft: Int)?
  }

  struct State {
    var files: [String: DiskFile] = [:]
    var faults = Faults()
    var random: SeededGenerator
    var operations = 0
    var writes = 0
    var syncs = 0
    var openFiles = 0
    /// What the system has said last of an operation that failed.
    var lastError: Int32 = 0
    /// Whose files are opened now, and who has been killed.
    var program = 0
    var killed: Set<Int> = []

    /// Counts an operation of a program.
    /// - Returns: whether it is carried out: the power is there, and the program lives.
    mutating func admits(_ caller: Int) -> Bool {
      operations += 1
      if faults.operationsLeft != .max { faults.operationsLeft -= 1 }
      if let last = faults.doomed, last.program == caller {
        faults.doomed?.operationsLeft -= 1
        if last.operationsLeft <= 1 {
          killed.insert(caller)
          faults.doomed = nil
        }
      }
      return !isDead && !killed.contains(caller)
    }

    var isDead: Bool { faults.operationsLeft <= 0 }

    func hasRoom(for growth: Int) -> Bool {
      faults.capacity == .max || usedBytes + growth <= faults.capacity
    }

    var usedBytes: Int { files.values.reduce(0) { $0 + $1.content.count + $1.memory.bytes } }
  }

  static let sectorBytes = 512
  private static let names = Monitor(0)
  /// To be done before SQLite hears of the first disk, as the store does before it opens the first file.
  private static let configured: Void = { _ = holdfast_disable_memory_statistics() }()

  package let name: String
  let state: Monitor<State>
  private let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
  private let nameBytes: UnsafeMutablePointer<CChar>

  package init(seed: UInt64) {
    Self.configured
    let number = Self.names.withLock { count in
      count += 1
      return count
    }
    name = "losing-\(number)"
    state = Monitor(State(random: SeededGenerator(seed: seed)))
    let characters = name.utf8CString
    nameBytes = .allocate(capacity: characters.count)
    for (index, character) in characters.enumerated() { (nameBytes + index).initialize(to: character) }
    vfs.initialize(to: makeVFS(named: nameBytes))
    vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_vfs_register(vfs, 0)
  }

  deinit {
    sqlite3_vfs_unregister(vfs)
    vfs.deallocate()
    nameBytes.deallocate()
  }

  /// Cuts the power after `operations` further operations of the disk.
  package func cutPower(after operations: Int) { state.withLock { $0.faults.operationsLeft = operations } }

  /// Sets what fails from now on.
  package func inject(_ change: (inout Faults) -> Void) { state.withLock { change(&$0.faults) } }

  /// Files that are opened from now on are opened by this program.
  package func beginProgram(_ number: Int) { state.withLock { $0.program = number } }

  /// A program ends in the middle of what it does, after so many more operations of its own: what it has written is there,
  /// and whatever it still tries with files that it has open, closing them included, has no effect.
  package func kill(_ program: Int, after operations: Int = 0) {
    state.withLock { state in
      if operations > 0 { state.faults.doomed = (program, operations) } else { state.killed.insert(program) }
    }
  }

  package func isAlive(_ program: Int) -> Bool { state.withLock { !$0.killed.contains(program) } }

  package var hasPower: Bool { state.withLock { !$0.isDead } }
  /// Everything that a power cut may come before.
  package var operationCount: Int { state.withLock { $0.operations } }
  /// What all files take together, and with them what connections share: that is a file as well.
  package var usedBytes: Int { state.withLock { $0.usedBytes } }
  package var writeCount: Int { state.withLock { $0.writes } }
  package var syncCount: Int { state.withLock { $0.syncs } }

  /// Takes over the files of another disk as they are seen there, as a backup or a copying user would.
  package func copyFiles(of other: LosingDisk) {
    let files = other.state.withLock { $0.files.mapValues { $0.copied() } }
    state.withLock { $0.files = files }
  }

  /// Turns the power on again: files hold what survived. Every connection must be closed by now.
  package func restorePower() {
    state.withLock { state in
      precondition(state.openFiles == 0, "a file that is open while the power comes back would see what was lost")
      // In the order of their names: what each loses is drawn from the same numbers in every process.
      for (_, file) in state.files.sorted(by: { $0.key < $1.key }) { file.losePower(&state.random) }
      state.faults = Faults()
    }
  }
}
