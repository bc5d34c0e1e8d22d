import HoldfastContract
public import HoldfastRPC
import HoldfastWire

/// Keeps values in a space of a hub. A key has at most the 1,024 bytes that a hub takes.
public final class HubAdapter: StorageAdapter {
  private let persistence: PersistenceClient
  private let space: String
  /// A media type that others who look into the space see.
  private let type: String
  private let options: CallOptions

  public init(_ hub: Hub, space: String, type: String = "application/json", options: CallOptions = .default) {
    persistence = hub.persistence
    self.space = space
    self.type = type
    self.options = options
  }

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    do throws(CallError<PersistenceMethods.GetFailure>) {
      return try await persistence.load(GetRequest(space: space, key: key), options: options).map {
        StoredValue($0.content, version: $0.version)
      }
    } catch {
      throw StorageError(hub: error, key)
    }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try StorageRules.check(key)
    do throws(CallError<PersistenceMethods.ExistsFailure>) {
      let reply = try await persistence.exists(GetRequest(space: space, key: key), options: options)
      return reply.exists ? reply.version : nil
    } catch {
      throw StorageError(hub: error, key)
    }
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    var keys: [String] = []
    var isMore = true
    do throws(CallError<PersistenceMethods.ListFailure>) {
      while isMore, keys.count < limit {
        let request = ListRequest(
          space: space, prefix: prefix, after: keys.last ?? last ?? "", limit: UInt32(clamping: limit - keys.count),
          bare: true)
        let page = try await persistence.list(request, options: options)
        keys += page.values.map(\.key)
        isMore = page.more && !page.values.isEmpty
      }
    } catch {
      throw StorageError(hub: error, nil)
    }
    return keys
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    guard changes.count == 1 else { return try await together(changes) }
    let change = changes[0]
    switch change.kind {
    case .write(let bytes):
      do throws(CallError<PersistenceMethods.PutFailure>) {
        let request = PutRequest(space: space, key: change.key, content: bytes, type: type, expected: change.expected)
        return [StorageOutcome(version: try await persistence.store(request, options: options).version)]
      } catch {
        throw StorageError(hub: error, change.key)
      }
    case .delete:
      do throws(CallError<PersistenceMethods.DeleteFailure>) {
        let request = DeleteRequest(space: space, key: change.key, expected: change.expected)
        return [StorageOutcome(version: 0, existed: try await persistence.delete(request, options: options).existed)]
      } catch {
        throw StorageError(hub: error, change.key)
      }
    case .check: return try await together(changes)
    }
  }

  public func eraseAll() async throws(StorageError) {
    while true {
      let page = try await keys(prefix: "", after: nil, limit: PersistenceLimits.page)
      if page.isEmpty { return }
      try await apply(page.map { .delete($0) })
    }
  }

  private func together(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    let operations = changes.map { change -> Operation in
      switch change.kind {
      case .write(let bytes):
        .put(Put(key: change.key, content: bytes, type: type, expected: change.expected))
      case .delete: .delete(Delete(key: change.key, expected: change.expected))
      case .check: .check(Check(key: change.key, expected: change.expected ?? 0))
      }
    }
    do throws(CallError<PersistenceMethods.TransactionFailure>) {
      let request = BatchRequest(space: space, operations: operations)
      let reply = try await persistence.transaction(request, options: options)
      return zip(changes, reply.outcomes).map { change, outcome in
        StorageOutcome(version: change.kind == .delete ? 0 : outcome.version, existed: outcome.existed)
      }
    } catch {
      throw StorageError(hub: error, nil)
    }
  }
}

extension StorageError {
  /// What a hub said.
  fileprivate init<Failure>(hub error: CallError<Failure>, _ key: String?) {
    let code: Code
    var named = key
    switch error.declared?.error {
    case let conflict as Conflict:
      code = .conflict
      named = conflict.key
    case is QuotaExceeded: code = .full
    case is TooLarge: code = .tooLarge
    case is Forbidden: code = .notPermitted
    default:
      switch error.status {
      case .unavailable, .deadlineExceeded, .resourceExhausted: code = .unavailable
      case .unauthenticated, .permissionDenied: code = .notPermitted
      default: code = .failed
      }
    }
    self.init(code, "the hub did not do it", key: named, cause: error)
  }
}
