import HoldfastContract
public import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Names an operation in a replica's queue, for as long as the replica lives.
public struct OperationID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Its place in the queue.
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static func < (left: OperationID, right: OperationID) -> Bool { left.rawValue < right.rawValue }

  public var description: String { "operation \(rawValue)" }
}

/// How much a change matters. What is more urgent goes first; what waits becomes more urgent with time.
public enum OperationPriority: UInt8, Sendable, CaseIterable, Comparable {
  case critical, high, normal, low, background

  public static func < (left: OperationPriority, right: OperationPriority) -> Bool { left.rawValue > right.rawValue }
}

/// What became of an operation.
public enum SyncOutcome: Sendable, Hashable {
  /// The hub has done it, and this is the entity's version.
  case applied(version: UInt64)
  /// Another change prevails, or the hub had the values already.
  case superseded
  /// The entity has been erased for good.
  case gone
  /// There was nothing to change, or a later change undid it before it was sent.
  case nothingToDo
  /// Somebody else has changed the same: it is parked until it is decided what counts.
  case conflict
  /// The hub does not take it: it is parked, to be edited, sent again or discarded. The reason is for people.
  case rejected(Status, reason: String)
}

/// A change that is stored here and on its way to the hub.
public struct OperationHandle: Sendable {
  /// Its name in the queue; nil when there was nothing to change. Changes that became one before they were sent share it.
  public let id: OperationID?
  let core: ReplicaCore

  /// Waits until the hub has said what became of it, or it is parked. Returns at once when that is known already.
  ///
  /// - Throws: `missing` when it is too long ago for the outcome to be known, `CancellationError` when the task is
  ///   cancelled; the operation goes on.
  @discardableResult
  public func outcome() async throws -> SyncOutcome {
    guard let id else { return .nothingToDo }
    let watch = core.watchers.watch(.operation(id.rawValue))
    while true {
      switch try await core.read({ try $0.standing(of: id.rawValue, in: $1) }) {
      case .waiting: await watch.bell.wait()
      case .parked(let outcome), .over(let outcome): return SyncOutcome(outcome)
      case .unknown: throw ReplicaError(.missing, "nothing is known of \(id) any longer")
      }
      try Task.checkCancellation()
    }
  }
}

extension SyncOutcome {
  init(_ outcome: Outcome) {
    switch outcome.kind {
    case .applied: self = .applied(version: outcome.version)
    case .superseded: self = .superseded
    case .gone: self = .gone
    case .conflict: self = .conflict
    case .rejected, .blocked:
      self = .rejected(Status(rawValue: outcome.status), reason: outcome.message)
    default: self = .nothingToDo
    }
  }
}
