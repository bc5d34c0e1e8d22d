public import HoldfastWire

/// What went wrong while a replica was kept in step with its hub: what was being done, why it failed with all that this
/// came of, and who can do something about it.
public struct ReplicaFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done. Open: more may come, so compare with `==` and keep a default.
  public struct Activity: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// Telling the hub who the replica is.
    public static let joining = Activity("joining")
    public static let pushing = Activity("pushing")
    public static let pulling = Activity("pulling")
    /// Waiting for the hub to say that there is something new.
    public static let listening = Activity("listening")
    /// Comparing what the hub has with what is here.
    public static let comparing = Activity("comparing")
    /// Getting a fresh credential, since the hub did not take the one at hand.
    public static let signingIn = Activity("signing in")
    /// Reading the replica's file.
    public static let reading = Activity("reading")
    /// Writing to it, or keeping in it what the hub has answered.
    public static let writing = Activity("writing")
    /// Taking turns with the other processes that have the file open.
    public static let takingTurns = Activity("taking turns")
    /// Asking the program about a conflict.
    public static let deciding = Activity("deciding")
  }

  /// One error of the chain, in words, and what it came of.
  public struct Cause: Sendable, Hashable {
    /// The error's Swift type.
    public var type: String
    /// Names the kind of failure within the type.
    public var kind: String
    /// What happened.
    public var message: String
    public var causes: [Cause]
  }

  public let activity: Activity
  /// Why it failed. The first is what failed first; a second is why what was done instead, or because of it, failed too:
  /// the hub refuses the credential, and no other is to be had.
  public let causes: [Cause]
  /// The status of the call that failed, if it was one.
  public let status: Status?
  public let remedy: Remedy
  /// Since when it goes wrong in this way, in microseconds since 1970 by the device's clock.
  public internal(set) var since: Int64
  /// The errors themselves, in the order of `causes`; empty where another process has met them.
  public let errors: [any Error]

  /// Whether whoever uses the program can do something about it.
  public var isRecoverable: Bool { remedy.party == .user }

  init(_ activity: Activity, _ errors: [any Error], at now: Int64) {
    self.activity = activity
    self.errors = errors
    causes = errors.map { Cause($0, depth: 1) }
    status = errors.lazy.compactMap { Self.status(of: $0, depth: 1) }.first
    // What somebody can do comes first, whichever of the errors asks for it.
    let remedies = errors.map { Remedy($0) ?? .report }
    let needed = remedies.first { $0.party == .user } ?? remedies.first { $0.party == .maker }
    remedy = activity == .deciding ? .decide : needed ?? .wait
    since = now
  }

  init(_ activity: Activity, _ causes: [Cause], status: Status?, remedy: Remedy, since: Int64) {
    (self.activity, self.causes, self.status, self.remedy, self.since) = (activity, causes, status, remedy, since)
    errors = []
  }

  private static func status(of error: any Error, depth: Int) -> Status? {
    switch error {
    case let error as any CallFailing: error.status
    case let error as SyncTransportError: status(of: error.cause, depth: depth)
    case let error as any ChainedError where depth < Limits.failureDepth:
      error.causes.prefix(Limits.failureCauses).lazy.compactMap { status(of: $0, depth: depth + 1) }.first
    default: nil
    }
  }

  /// Two are equal that say the same, whether the errors themselves are at hand or not.
  public static func == (left: ReplicaFailure, right: ReplicaFailure) -> Bool {
    left.isLike(right) && left.since == right.since
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(activity)
    hasher.combine(causes)
  }

  /// Whether the other is the same, at another time.
  func isLike(_ other: ReplicaFailure) -> Bool {
    activity == other.activity && causes == other.causes && status == other.status && remedy == other.remedy
  }

  /// What failed and why, for a person, in one line.
  public var description: String {
    "\(activity): \(causes.map(\.text).joined(separator: "; and then: "))"
  }
}

extension ReplicaFailure.Cause {
  /// The error with what it came of, as far as that is not endless.
  init(_ error: any Error, depth: Int) {
    // Two errors of the same are known by what the hub said, not by how it came here.
    let error = (error as? SyncTransportError)?.cause ?? error
    let chained = error as? any ChainedError
    type = "\(Swift.type(of: error))"
    kind = chained?.kind ?? type
    message = String((chained?.summary ?? "\(error)").prefix(Limits.failureCharacters))
    causes =
      depth < Limits.failureDepth
      ? (chained?.causes ?? []).prefix(Limits.failureCauses).map { Self($0, depth: depth + 1) } : []
  }

  /// The whole chain in words, each only once: errors often say in their own words what they came of.
  var text: String {
    causes.reduce(message.isEmpty ? kind : message) { text, cause in
      let deeper = cause.text
      return text.contains(deeper) || text.contains(cause.message) ? text : "\(text) (\(deeper))"
    }
  }
}
