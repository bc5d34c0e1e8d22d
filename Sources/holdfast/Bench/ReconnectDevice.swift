import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A device of a benchmark without a file: what it knows of the hub, and what it has to tell it.
struct ReconnectDevice: Sendable {
  /// How a device comes into step, and when.
  struct Visit: Sendable {
    /// The calls that the hub or the network did not let through.
    var retries = 0
    /// Entities that the hub has told of.
    var received = 0
    /// Why it has given up; nil when it is in step.
    var failure: String?
    /// From when all were let go until it was in step.
    var wait = Duration.zero
  }

  let space: String
  private let identity = ReplicaIdentity(device: UUID(), incarnation: UUID())
  private var epoch: [UInt8] = []
  private var cursor: [UInt8] = []
  /// Operations that have no outcome yet.
  private var queue: [EntityOperation] = []
  private var lastNumber: UInt64 = 0

  init(space: String) { self.space = space }

  /// Queues the creation of a note.
  mutating func create(_ note: Note, at now: Int64) throws {
    lastNumber += 1
    let shape = try EntityShape(Note.entityDescription)
    let changes = try Difference.changes(from: EntityFields(), to: EntityFields(note.entityState), shape: shape)
    queue.append(
      EntityOperation(
        number: lastNumber, kind: .create, type: shape.type, key: note.entityKey, changes: changes,
        schema: Note.entityDescription.version, clock: ClockReading(time: now)))
  }

  /// Tries to come into step with the hub until it is, at the pace at which the hub and its own patience let it.
  ///
  /// - Parameters:
  ///   - start: when all devices were let go
  ///   - end: when it gives up
  mutating func comeBack(
    by transport: any SyncTransport, since start: MonotonicTime, until end: MonotonicTime
  ) async -> Visit {
    var visit = Visit()
    while true {
      do {
        try await getInStep(by: transport, &visit)
        visit.wait = MonotonicTime.now() - start
        return visit
      } catch let error as SyncTransportError {
        guard case .unreachable(let hint) = error.fault, .now() < end else {
          visit.failure = "\(error.cause)"
          return visit
        }
        visit.retries += 1
        let pause = hint ?? SyncTiming.standard.backoff.delay(before: visit.retries)
        try? await Task.sleep(for: min(pause, end - .now()))
      } catch {
        visit.failure = "\(error)"
        return visit
      }
    }
  }

  /// Joins, brings what waits, and pulls until there is no more.
  private mutating func getInStep(by transport: any SyncTransport, _ visit: inout Visit) async throws {
    let join = JoinRequest(space: space, replica: identity, entities: [Note.entityDescription], epoch: epoch)
    epoch = try await transport.join(join).epoch
    if !queue.isEmpty {
      let push = PushRequest(space: space, replica: identity, operations: queue, epoch: epoch)
      let reply = try await transport.push(push)
      guard reply.outcomes.map(\.number) == queue.map(\.number), reply.outcomes.allSatisfy({ $0.kind == .applied })
      else { throw WrongReply() }
      queue = []
    }
    var hasMore = true
    while hasMore {
      let page = try await transport.pull(PullRequest(space: space, cursor: cursor))
      visit.received += page.entities.count
      cursor = page.cursor
      hasMore = page.more
    }
  }
}
