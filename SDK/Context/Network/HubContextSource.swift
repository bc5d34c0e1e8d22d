public import HoldfastContract
public import HoldfastRPC
import HoldfastWire

/// Context that a hub has, for the whole hub, a space, a user or a device: each key has the value of the narrowest scope
/// that has one, and resolutions name it, such as “hub: device”.
///
///     let source = HubContextSource(hub, space: "settings", device: "kiosk-7")
///     let context = NetworkContextProvider(source)
///
/// What is set goes to one scope, the space unless another is chosen.
public final class HubContextSource: ContextSource {
  public let name: String
  private let context: ContextClient
  private let view: ContextView
  private let target: ContextScope
  private let prefix: String
  private let options: CallOptions
  private let clock: DeviceClock

  /// - Parameters:
  ///   - device: whose values go before all others, by any name of up to 128 bytes; empty: nothing of any device.
  ///   - user: somebody else, which only an administrator may ask for; empty: whose credential the hub's client has.
  ///   - scopes: where values are looked for; none: in all that there are.
  ///   - target: the scope that is set.
  ///   - prefix: stands before each key's name; `ContextLimits.keyBytes` leaves room for about a hundred bytes.
  ///   - name: what resolutions and errors call it.
  ///   - clock: by whose date the end of a value is told.
  public init(
    _ hub: Hub, space: String, device: String = "", user: String = "", scopes: [ContextScope] = [],
    setting target: ContextScope = .space, prefix: String = "", name: String = "hub",
    options: CallOptions = .default, clock: DeviceClock = .system
  ) {
    context = hub.context
    view = ContextView(space: space, user: user, device: device, scopes: scopes)
    self.target = target
    self.prefix = prefix
    self.name = name
    self.options = options
    self.clock = clock
  }

  // MARK: Looking up

  public func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    // The hub would refuse all of them for one that is too long.
    let wanted = names.map { prefix + $0 }
    var found = try await look(wanted.filter { $0.utf8.count <= ContextLimits.hubNameBytes })[...]
    return wanted.map { text in
      guard text.utf8.count <= ContextLimits.hubNameBytes else {
        let message = "with “\(prefix)” the name is too long; use a shorter one"
        return .failed(ContextError(.invalidKey, message, provider: name))
      }
      return found.popFirst()?.entry.map { .value(content(of: $0)) } ?? .absent
    }
  }

  /// A finding for each name.
  private func look(_ names: [String]) async throws(ContextError) -> [ContextFinding] {
    var found: [ContextFinding] = []
    found.reserveCapacity(names.count)
    // One reply holds all of them, unless they are large.
    while found.count < names.count {
      let findings: [ContextFinding]
      do throws(CallError<ContextMethods.LookupFailure>) {
        let request = ContextLookupRequest(view: view, names: Array(names[found.count...]))
        findings = try await context.lookup(request, options: options).findings
      } catch {
        throw ContextError(hub: error, nil, name)
      }
      guard 1...(names.count - found.count) ~= findings.count else {
        throw ContextError(
          .corruption, "the hub gave \(findings.count) answers to a question for \(names.count - found.count) keys",
          provider: name)
      }
      found += findings
    }
    return found
  }

  private func content(of entry: ContextEntry) -> ContextContent {
    // The scope global has a sequence of its own, with which others cannot be compared.
    ContextContent(
      entry.content, version: entry.scope == .global ? 0 : entry.version, lifetime: lifetime(of: entry),
      source: "\(name): \(entry.scope)")
  }

  /// How long it holds from now on. Never longer than it was to hold at first, however wrong this device's date is.
  private func lifetime(of entry: ContextEntry) -> Duration? {
    entry.expires.map { expires in
      let end = Self.time(expires)
      return max(.zero, min(end - .microseconds(clock.wall()), end - Self.time(entry.written)))
    }
  }

  private static func time(_ timestamp: Timestamp) -> Duration {
    .seconds(timestamp.seconds) + .nanoseconds(Int64(timestamp.nanoseconds))
  }

  /// What a key has been in one scope, the newest first, removals among it, as far as the hub remembers.
  ///
  /// - Parameters:
  ///   - scope: the one that is set unless given.
  ///   - limit: how many changes at most.
  public func history(
    of key: String, in scope: ContextScope? = nil, limit: Int = .max
  ) async throws(ContextError) -> [ContextChange] {
    var changes: [ContextChange] = []
    var request = ContextHistoryRequest(place: place(scope), name: prefix + key)
    while changes.count < limit {
      request.limit = UInt32(clamping: limit - changes.count)
      let reply: ContextHistoryReply
      do throws(CallError<ContextMethods.HistoryFailure>) {
        reply = try await context.history(request, options: options)
      } catch {
        throw ContextError(hub: error, key, name)
      }
      for var change in reply.changes {
        change.name = key
        change.entry?.name = key
        changes.append(change)
      }
      guard reply.more, let last = reply.changes.last else { break }
      request.before = last.version
    }
    return changes
  }

  // MARK: Setting

  public func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    try await store(content, for: name, in: target, lifetime: lifetime)
  }

  /// Sets the value of a key in one scope, or removes it where there is no content, and returns when that is safe.
  ///
  /// - Parameters:
  ///   - lifetime: how long the value holds; nil where it does not end by time.
  ///   - expected: the version that the key must have in that scope; 0 for none, nil for any.
  /// - Returns: the version of the change; 0 where there was nothing to remove.
  /// - Throws: `conflict` where the version is another.
  public func store(
    _ content: [UInt8]?, for name: String, in scope: ContextScope, lifetime: Duration? = nil, expected: UInt64? = nil
  ) async throws(ContextError) -> UInt64 {
    if let content {
      do throws(CallError<ContextMethods.SetFailure>) {
        let request = ContextSetRequest(
          place: place(scope), name: prefix + name, content: content, type: "application/json", expiresIn: lifetime,
          expected: expected)
        return try await context.set(request, options: options).version
      } catch {
        throw ContextError(hub: error, name, self.name)
      }
    }
    do throws(CallError<ContextMethods.RemoveFailure>) {
      let request = ContextRemoveRequest(place: place(scope), name: prefix + name, expected: expected)
      return try await context.remove(request, options: options).version
    } catch {
      throw ContextError(hub: error, name, self.name)
    }
  }

  /// Where a scope's values are.
  private func place(_ scope: ContextScope?) -> ContextPlace {
    let scope = scope ?? target
    return ContextPlace(
      scope: scope, space: view.space, user: scope == .user ? view.user : "",
      device: scope == .device ? view.device : "")
  }

  // MARK: Following

  public func follow(_ tell: @escaping @Sendable (ContextNotice) -> Void) async throws(ContextError) {
    let request = ContextWatchRequest(view: view, prefix: prefix, bare: true)
    do {
      for try await change in context.changes(request, options: options) {
        guard change.kind != .caughtUp else {
          tell(.everything)
          continue
        }
        guard change.name.utf8.starts(with: prefix.utf8) else { continue }
        let name = String(decoding: change.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        tell(.changed(name, version: change.scope == .global ? 0 : change.version))
      }
    } catch {
      throw ContextError(hub: error, nil, name)
    }
  }
}

extension ContextError {
  /// What a hub said.
  fileprivate init<Failure>(hub error: CallError<Failure>, _ key: String?, _ provider: String) {
    let isPassing = [.unavailable, .deadlineExceeded, .resourceExhausted, .aborted].contains(error.status)
    let (code, message): (Code, String) =
      switch error.declared?.error {
      case is TooLarge: (.invalidValue, "the hub does not take it: it is too large")
      case let conflict as Conflict:
        (.conflict, "it has version \(conflict.actual) and not \(conflict.expected): look at it anew, then set it")
      case is QuotaExceeded: (.network, "the hub's space is full: remove something, or ask for a larger quota")
      case is Forbidden: (.network, "the hub refuses: ask whoever runs it for access to the space")
      case is CursorExpired: (.unavailable, "the hub no longer knows what changed meanwhile")
      default:
        switch error.status {
        case .cancelled: (.cancelled, "the caller gave up")
        case .unauthenticated: (.network, "the hub does not take the credential: give the program a fresh one")
        case .permissionDenied: (.network, "the hub refuses: ask whoever runs it for access to the space")
        case .deadlineExceeded: (.unavailable, "the hub did not answer in time")
        case _ where isPassing: (.unavailable, "the hub cannot be asked now")
        default: (.network, "the hub did not answer as it should")
        }
      }
    self.init(
      code, message, key: key, provider: provider, causes: [error],
      isPassing: code == .unavailable || isPassing, retryAfter: error.retryAfter)
  }
}
