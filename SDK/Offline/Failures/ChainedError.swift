public import HoldfastRPC
import HoldfastStore
import HoldfastSync
public import HoldfastWire

/// An error that keeps what it came of, so that nobody has to read that out of a text.
///
/// Errors of a program's own may be of this kind as well: what `refreshCredential` or a resolver of conflicts throws is
/// then told with all of its causes.
public protocol ChainedError: Error {
  /// Names the kind of failure, such as `unavailable`.
  var kind: String { get }
  /// What happened, in the error's own words.
  var summary: String { get }
  /// What it came of; several where something else was tried after the first, and failed as well.
  var causes: [any Error] { get }
}

extension ReplicaError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { message }
  public var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension HubError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { message }
  public var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension CallError: ChainedError {
  public var kind: String { declared.map { type(of: $0.error).messageName } ?? status.description }
  public var summary: String { message }
  public var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension LinkError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { message }
  public var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension SystemError: ChainedError {
  public var kind: String { "\(call) \(code)" }
  public var summary: String { message }
  public var causes: [any Error] { [] }
}

extension SessionError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { message }
  public var causes: [any Error] { [] }
}

extension StoreError: ChainedError {
  var kind: String { engineCode == 0 ? "\(code)" : "\(code) \(engineCode)" }
  var summary: String { message }
  var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension StorageError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { message }
  public var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension SyncError: ChainedError {
  var kind: String { code.description }
  var summary: String { message }
  var causes: [any Error] { cause.map { [$0] } ?? [] }
}

extension MessageDecodingError: ChainedError {
  public var kind: String { code.description }
  public var summary: String { description }
  public var causes: [any Error] { [] }
}

extension SyncTransportError: ChainedError {
  /// It says what the hub's error means to the replica; the words are that error's own.
  public var kind: String { (cause as? any ChainedError)?.kind ?? "\(type(of: cause))" }
  public var summary: String { (cause as? any ChainedError)?.summary ?? "\(cause)" }
  public var causes: [any Error] { (cause as? any ChainedError)?.causes ?? [] }
}
