import HoldfastCrypto
import HoldfastRPC

/// Seals the values that another adapter keeps, with AES-256-GCM.
///
/// A value's key is sealed with it, so that no value can be put in another's place. The names of keys are not sealed: they
/// are what listings find. The keys that seal lie in the place itself, sealed by the master key; the master key lies
/// nowhere. A wrong master key is refused, and changes nothing.
public final class SecureAdapter: StorageAdapter {
  /// Asked before the values are unlocked, such as for a fingerprint. Throwing keeps them locked.
  public typealias Policy = @Sendable () async throws -> Void

  private struct State {
    /// Nil while locked.
    var vault: Vault?
    var unlocking: Task<Vault, any Error>?
    /// Rises when it is locked, so that an unlocking that began before counts no longer.
    var locks = 0
  }

  private static let threads = WorkerPool(threadCount: 1, name: "hf-unlock")

  private let adapter: any StorageAdapter
  private let cost: KeyDerivation.Cost
  private let policy: Policy
  private let master: Lock<MasterKey>
  private let state = Lock(State())

  public convenience init(_ adapter: any StorageAdapter, master: MasterKey, policy: @escaping Policy = {}) {
    self.init(adapter, master: master, cost: .standard, policy: policy)
  }

  /// - Parameter cost: what a new place's passphrase is stretched by; a place that exists has its own.
  init(_ adapter: any StorageAdapter, master: MasterKey, cost: KeyDerivation.Cost, policy: @escaping Policy = {}) {
    self.adapter = adapter
    self.master = Lock(master)
    self.cost = cost
    self.policy = policy
  }

  /// Forgets the keys. The next call asks the policy, and needs the master key again.
  public func lock() {
    state.withLock { state in
      state.vault = nil
      state.unlocking = nil
      state.locks += 1
    }
  }

  // MARK: Values

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try check(key)
    let vault = try await unlocked()
    guard let stored = try await adapter.read(key) else { return nil }
    guard stored.bytes.count >= Vault.idBytes else { throw damaged(key) }
    let id = Vault.id(at: stored.bytes)
    var sealing = vault.keys.last { $0.id == id }?.key
    if sealing == nil {
      // Another process may have changed the keys.
      lock()
      sealing = try await unlocked().keys.last { $0.id == id }?.key
    }
    guard let sealing else { throw damaged(key) }
    do {
      guard let bytes = try sealing.open(stored.bytes, from: Vault.idBytes, context: context(key, id)) else {
        throw damaged(key)
      }
      return StoredValue(bytes, version: stored.version)
    } catch {
      throw StorageError(error, "cannot be opened", key: key)
    }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try check(key)
    _ = try await unlocked()
    return try await adapter.version(key)
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    _ = try await unlocked()
    let found = try await adapter.keys(prefix: prefix, after: last, limit: limit + 1)
    return Array(found.filter { !$0.utf8.elementsEqual(Vault.key.utf8) }.prefix(limit))
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    for change in changes { try check(change.key) }
    let vault = try await unlocked()
    guard let (id, sealing) = vault.keys.last else { throw StorageError(.failed, "the place has no key") }
    let head = Vault.encoded(id)
    var sealed: [StorageChange] = []
    sealed.reserveCapacity(changes.count)
    for var change in changes {
      if case .write(let bytes) = change.kind {
        do {
          change.kind = .write(try sealing.seal(bytes, context: context(change.key, id), after: head))
        } catch {
          throw StorageError(error, "cannot be sealed", key: change.key)
        }
      }
      sealed.append(change)
    }
    return try await adapter.apply(sealed)
  }

  /// Destroys the keys first: from then on nobody can read what was sealed, wherever copies of it are. Asks the policy, and
  /// needs no master key.
  public func eraseAll() async throws(StorageError) {
    do {
      try await policy()
    } catch {
      throw StorageError(error, "nothing was erased")
    }
    try await adapter.delete(Vault.key)
    lock()
    try await adapter.eraseAll()
  }

  // MARK: Keys

  /// Seals from now on with a new key; what was sealed before stays readable.
  public func rotateKey() async throws(StorageError) {
    try await change { vault throws(CryptoError) in
      vault.keys.append(((vault.keys.last?.id ?? 0) + 1, try SealingKey.random()))
    }
  }

  /// Seals every value anew with the newest key, and then forgets the older ones. May be interrupted and begun again.
  ///
  /// - Parameter progress: told after each value how many there were so far.
  /// - Returns: how many values were sealed anew.
  @discardableResult
  public func reseal(progress: (_ done: Int) -> Void = { _ in }) async throws(StorageError) -> Int {
    var count = 0
    for try await key in KeySequence(adapter: self, prefix: "") {
      // What is changed meanwhile is sealed anew by whoever changes it.
      while let value = try await read(key) {
        do throws(StorageError) {
          try await write(value.bytes, for: key, expected: value.version)
          break
        } catch {
          guard error.code == .conflict else { throw error }
        }
      }
      count += 1
      progress(count)
    }
    try await change { vault in vault.keys = vault.keys.suffix(1) }
    return count
  }

  /// Seals the keys by another master key. Values stay as they are.
  public func changeMaster(to other: MasterKey) async throws(StorageError) {
    try await change(to: other) { vault throws(CryptoError) in vault.salt = try Random.bytes(vault.salt.count) }
  }

  // MARK: Inside

  private func change(
    to other: MasterKey? = nil, _ body: (inout Vault) throws(CryptoError) -> Void
  ) async throws(StorageError) {
    _ = try await unlocked()
    let (known, found) = (master.withLock { $0 }, try await adapter.read(Vault.key))
    guard let found else { throw StorageError(.damaged, "the place has lost its keys") }
    var vault = try await Self.open(found.bytes, by: known)
    do {
      try body(&vault)
    } catch {
      throw StorageError(error, "the keys cannot be changed")
    }
    try await adapter.write(try await Self.seal(vault, by: other ?? known), for: Vault.key, expected: found.version)
    if let other { master.withLock { $0 = other } }
    lock()
  }

  /// The keys; unlocks them when they are not, once for all who ask meanwhile.
  private func unlocked() async throws(StorageError) -> Vault {
    if let vault = state.withLock({ $0.vault }) { return vault }
    let (task, locks) = state.withLock { state in
      if let running = state.unlocking { return (running, state.locks) }
      let task = Task { try await self.unlock() }
      state.unlocking = task
      return (task, state.locks)
    }
    do {
      let vault = try await task.value
      state.withLock { state in
        guard state.locks == locks else { return }
        state.vault = vault
        state.unlocking = nil
      }
      return vault
    } catch {
      state.withLock { if $0.locks == locks { $0.unlocking = nil } }
      throw StorageError(error, "the values stay locked")
    }
  }

  private func unlock() async throws -> Vault {
    try await policy()
    let master = master.withLock { $0 }
    while true {
      if let found = try await adapter.read(Vault.key) { return try await Self.open(found.bytes, by: master) }
      guard try await adapter.keys(prefix: "", after: nil, limit: 1).isEmpty else {
        throw StorageError(.damaged, "there are values, and the keys that sealed them are gone; eraseAll begins anew")
      }
      let vault = try Vault(cost: cost)
      let sealed = try await Self.seal(vault, by: master)
      do throws(StorageError) {
        try await adapter.write(sealed, for: Vault.key, expected: 0)
        return vault
      } catch {
        // With a conflict, another process was first.
        guard error.code == .conflict else { throw error }
      }
    }
  }

  private static func open(_ bytes: [UInt8], by master: MasterKey) async throws(StorageError) -> Vault {
    try await onThread { () throws(StorageError) in
      guard
        let vault = try Vault(bytes, { (salt, cost) throws(StorageError) in try master.key(salt: salt, cost: cost) })
      else { throw StorageError(.damaged, "the keys of the place are damaged") }
      return vault
    }
  }

  private static func seal(_ vault: Vault, by master: MasterKey) async throws(StorageError) -> [UInt8] {
    try await onThread { try vault.sealed(by: master.key(salt: vault.salt, cost: vault.cost)) }
  }

  private static func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws(StorageError) -> Value {
    do {
      return try await threads.run(body)
    } catch {
      throw StorageError(error, "the values stay locked")
    }
  }

  private func check(_ key: String) throws(StorageError) {
    guard !key.utf8.elementsEqual(Vault.key.utf8) else {
      throw StorageError(.invalidKey, "this key is where the place has its own keys", key: key)
    }
  }

  private func context(_ key: String, _ id: UInt32) -> [UInt8] {
    var context: [UInt8] = []
    context.reserveCapacity(Vault.idBytes + key.utf8.count)
    withUnsafeBytes(of: id.littleEndian) { context += $0 }
    context += key.utf8
    return context
  }

  private func damaged(_ key: String) -> StorageError {
    StorageError(.damaged, "the sealed value is not what was written; it stays until it is written anew", key: key)
  }
}

extension SecureAdapter: MarkedAdapter {
  var mark: WriteTime? { (adapter as? any MarkedAdapter)?.mark }
}
