import HoldfastContract
public import HoldfastRPC
import HoldfastWire

/// Context in a space of a hub: each key is a value of the hub's, under a prefix.
public final class HubContextSource: ContextSource {
  public let name: String
  private let persistence: PersistenceClient
  private let space: String
  private let prefix: String
  private let options: CallOptions
  private let clock: DeviceClock

  /// - Parameters:
  ///   - prefix: stands before each key's name; `ContextLimits.keyBytes` leaves room for about a hundred bytes.
  ///   - name: what resolutions and errors call it.
  ///   - clock: by whose date the end of a value is told.
  public init(
    _ hub: Hub, space: String, prefix: String = "context/", name: String = "hub", options: CallOptions = .default,
    clock: DeviceClock = .system
  ) {
    persistence = hub.persistence
    self.space = space
    self.prefix = prefix
    self.name = name
    self.options = options
    self.clock = clock
  }

  public func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer] {
    // The calls leave together, in one piece. The hub's batch would take a right to write, and its turn among writers.
    await withTaskGroup(of: (Int, ContextAnswer).self) { group in
      var answers: [ContextAnswer] = Array(repeating: .absent, count: names.count)
      var waiting = names.enumerated().makeIterator()
      func startNext() {
        guard let (place, name) = waiting.next() else { return }
        group.addTask { (place, await self.fetch(name)) }
      }
      for _ in 0..<ContextLimits.callsAtOnce { startNext() }
      for await (place, answer) in group {
        answers[place] = answer
        startNext()
      }
      return answers
    }
  }

  private func fetch(_ name: String) async -> ContextAnswer {
    do throws(CallError<PersistenceMethods.GetFailure>) {
      let request = GetRequest(space: space, key: prefix + name)
      guard let value = try await persistence.load(request, options: options) else { return .absent }
      return .value(ContextContent(value.content, version: value.version, lifetime: lifetime(of: value)))
    } catch {
      return .failed(ContextError(hub: error, name, self.name))
    }
  }

  public func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    if let content {
      do throws(CallError<PersistenceMethods.PutFailure>) {
        let request = PutRequest(
          space: space, key: prefix + name, content: content, type: "application/json", expiresIn: lifetime)
        return try await persistence.store(request, options: options).version
      } catch {
        throw ContextError(hub: error, name, self.name)
      }
    }
    do throws(CallError<PersistenceMethods.DeleteFailure>) {
      let request = DeleteRequest(space: space, key: prefix + name)
      return try await persistence.delete(request, options: options).version
    } catch {
      throw ContextError(hub: error, name, self.name)
    }
  }

  public func follow(_ tell: @escaping @Sendable (ContextNotice) -> Void) async throws(ContextError) {
    let request = WatchRequest(space: space, prefix: prefix, bare: true)
    do {
      for try await change in persistence.changes(request, options: options) {
        guard change.kind != .caughtUp else {
          tell(.everything)
          continue
        }
        guard change.key.utf8.starts(with: prefix.utf8) else { continue }
        let name = String(decoding: change.key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        tell(.changed(name, version: change.sequence))
      }
    } catch {
      throw ContextError(hub: error, nil, name)
    }
  }

  /// How long it holds from now on. Never longer than it was to hold at first, however wrong this device's date is.
  private func lifetime(of value: Value) -> Duration? {
    value.expires.map { expires in
      let end = Self.time(expires)
      return max(.zero, min(end - .microseconds(clock.wall()), end - Self.time(value.updated)))
    }
  }

  private static func time(_ timestamp: Timestamp) -> Duration {
    .seconds(timestamp.seconds) + .nanoseconds(Int64(timestamp.nanoseconds))
  }
}

extension ContextError {
  /// What a hub said.
  fileprivate init<Failure>(hub error: CallError<Failure>, _ key: String?, _ provider: String) {
    let isPassing = [.unavailable, .deadlineExceeded, .resourceExhausted, .aborted].contains(error.status)
    let (code, message): (Code, String) =
      switch error.declared?.error {
      case is TooLarge: (.invalidValue, "the hub does not take it: it is too large")
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
