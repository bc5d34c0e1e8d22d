import HoldfastWire

/// Context that lies on this device: values with their ends and their history, sealed in an SQLite file.
///
///     let context = try await PersistentContextProvider.open("/var/lib/app/context.db")
///     try await context.set("dark", for: .theme)
///     let past = try await context.history(of: .theme)
///
/// What counts is the newest value that has not ended. Each lookup reads the place, so that what other providers and
/// processes have set there is found at once; who watches learns of it while `run` runs, within `interval`. Ends and ages
/// go by the device's date.
public final class PersistentContextProvider: ContextProvider {
  public struct Settings: Sendable {
    /// Values of one key that are kept, the newest included; 1 at least.
    public var historyLimit = 10
    /// How often `run` looks whether others have changed what is watched.
    public var interval = Duration.milliseconds(200)
    /// How often `run` purges what has ended.
    public var purgeInterval = Duration.seconds(3_600)
    /// The steps from what earlier releases of the program have stored, in order.
    public var migrations: [ContextMigration] = []
    /// When they are made.
    public var migration = MigratingAdapter.Policy.automatic
    public var coder: any ValueCoder = JSONValueCoder()
    public var clock = DeviceClock.system

    public init() {}
  }

  public let name: String
  public let news = ContextNews()
  public let settings: Settings
  /// The settings' steps, to be made, followed or undone by hand; nil where there are none.
  public let migrations: StateMigrations?
  let adapter: any StorageAdapter
  let clock: DeviceClock

  /// Values in any place that keeps them. Whether they are sealed there is the adapter's matter; `open` seals them.
  ///
  /// - Throws: `persistence` when the migrations are in no order.
  public init(
    _ adapter: any StorageAdapter, name: String = "device", _ settings: Settings = Settings()
  ) throws(ContextError) {
    precondition(settings.historyLimit > 0, "the newest value is always kept")
    self.name = name
    self.settings = settings
    clock = settings.clock
    guard !settings.migrations.isEmpty else {
      (self.adapter, migrations) = (adapter, nil)
      return
    }
    do throws(StorageError) {
      let steps = settings.migrations.map { $0.step(settings.coder) }
      let migrations = try StateMigrations(Persistence(adapter), steps)
      (self.adapter, self.migrations) = (MigratingAdapter(migrations, policy: settings.migration), migrations)
    } catch {
      throw ContextError(storage: error, nil, name)
    }
  }

  /// Opens an SQLite file, looks through it, and creates it when it does not exist. Values are sealed; names are not.
  ///
  /// - Parameter master: nil takes the key in the file of this name and `.key`, which is made with a new database.
  /// - Throws: `persistence` where the file cannot be opened, `corruption` where it is no database. A wrong master key is
  ///   found out by the first lookup.
  public static func open(
    _ path: String, master: MasterKey? = nil, name: String = "device", _ settings: Settings = Settings()
  ) async throws(ContextError) -> PersistentContextProvider {
    let plain: SQLiteAdapter
    do throws(StorageError) {
      plain = try await SQLiteAdapter.open(path)
      try await plain.check()
    } catch {
      throw ContextError(storage: error, nil, name)
    }
    return try PersistentContextProvider(
      SecureAdapter(plain, master: master ?? .file(path + ".key")), name: name, settings)
  }

  // MARK: Looking up

  public func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    try key.check(name)
    let now = clock.wall()
    guard let item = try await record(key.name).record.current(at: now), let value = try value(of: item, key) else {
      return key.orDefault(nil)
    }
    let age = Duration.microseconds(now) - .microseconds(item.written)
    return Resolution(value, source: name, age: max(age, .zero), reason: .fresh)
  }

  /// The values that the key has had, the newest first, as far as they are kept: also those that have ended, until they are
  /// purged, and removals.
  public func history<Value: ContextValue>(
    of key: ContextKey<Value>
  ) async throws(ContextError) -> [PastContext<Value>] {
    try key.check(name)
    var past: [PastContext<Value>] = []
    for item in try await record(key.name).record.items {
      past.append(
        PastContext(
          value: try value(of: item, key), type: item.type, version: item.version, written: item.written,
          ends: item.ends))
    }
    return past
  }

  /// Nil for a removal.
  private func value<Value: ContextValue>(
    of item: ContextRecord.Item, _ key: ContextKey<Value>
  ) throws(ContextError) -> Value? {
    guard let content = item.content else { return nil }
    do {
      return try settings.coder.decode(Value.self, from: [UInt8](content))
    } catch {
      throw ContextError(
        .corruption, "it was set as \(item.type), and is no \(Value.self); set it anew, or ask for that type",
        key: key.name, provider: name, causes: [error])
    }
  }

  // MARK: Setting

  public func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError) {
    try await add(key.bytes(of: value, by: settings.coder, name), to: key, lifetime)
  }

  public func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) {
    try await add(nil, to: key, nil)
  }

  private func add<Value: ContextValue>(
    _ content: [UInt8]?, to key: ContextKey<Value>, _ lifetime: Duration?
  ) async throws(ContextError) {
    try key.check(name)
    let now = clock.wall()
    // What ends after all dates does not end.
    let end = lifetime.map { now.addingReportingOverflow($0.saturatingNanoseconds / 1_000) }
    let ends = end.flatMap { $0.overflow ? nil : $0.partialValue }
    try await change(key.name, isReplacing: true) { record in
      // There is nothing to remove.
      if content == nil, record.lastVersion == 0 || record.isRemoved { return false }
      record.add(content, type: "\(Value.self)", written: now, ends: ends, keeping: settings.historyLimit)
      return true
    }
    news.changed(key.name)
  }

  // MARK: Records

  /// Stands before each name, so that none is taken for what an adapter has for itself.
  static let prefix = "context/"

  static func name(ofStored key: String) -> String {
    String(decoding: Array(key.utf8.dropFirst(prefix.utf8.count)), as: UTF8.self)
  }

  /// What is stored of a name, and the version that the place gives it: 0 for none.
  func record(_ name: String) async throws(ContextError) -> (record: ContextRecord, version: UInt64) {
    do {
      guard let stored = try await adapter.read(Self.prefix + name) else { return (ContextRecord(), 0) }
      return (try ContextRecord(stored.bytes), stored.version)
    } catch let error as StorageError {
      throw ContextError(storage: error, name, self.name)
    } catch {
      throw ContextError(
        .corruption, "what is stored is no context; set it anew", key: name, provider: self.name, causes: [error])
    }
  }

  /// The same, but what is damaged counts as nothing. What comes after it has a version above.
  private func replaceable(_ name: String) async throws(ContextError) -> (record: ContextRecord, version: UInt64) {
    do throws(ContextError) {
      return try await record(name)
    } catch {
      guard error.code == .corruption else { throw error }
    }
    do throws(StorageError) {
      // The place's version rises with each change, at least as fast as the record's.
      let version = try await adapter.version(Self.prefix + name) ?? 0
      return (ContextRecord(after: version), version)
    } catch {
      throw ContextError(storage: error, name, self.name)
    }
  }

  /// Changes what is stored of a name, again if somebody else has changed it meanwhile.
  ///
  /// - Parameter isReplacing: what is damaged counts as nothing, and is written over.
  /// - Returns: false where there was no need.
  @discardableResult
  func change(
    _ name: String, isReplacing: Bool = false, _ body: (inout ContextRecord) -> Bool
  ) async throws(ContextError) -> Bool {
    var attempt = 1
    while true {
      var (record, version) = try await isReplacing ? replaceable(name) : record(name)
      guard body(&record) else { return false }
      do {
        try await adapter.write(try record.encoded(), for: Self.prefix + name, expected: version)
        return true
      } catch let error as StorageError {
        guard error.code == .conflict, attempt < ContextLimits.attempts else {
          throw ContextError(storage: error, name, self.name)
        }
        attempt += 1
      } catch {
        throw ContextError(
          .invalidValue, "the value cannot be written", key: name, provider: self.name, causes: [error])
      }
    }
  }
}
