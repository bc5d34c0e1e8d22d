public import HoldfastWire

/// Why a call failed, as its caller sees it.
public struct CallError<Failure: DeclaredFailure>: Error, CustomStringConvertible {
  public var status: Status
  /// What happened and what to do, for a person.
  public var message: String
  /// The error that the definition declares for this case, if it is one.
  public var declared: Failure?
  /// Do not try again earlier than this.
  public var retryAfter: Duration?
  /// Whether the server may have begun the call. When false, sending it again is safe.
  public var mayHaveBegun: Bool
  /// What the server sent beside the failure.
  public var metadata: Metadata
  public var cause: (any Error)?

  public init(_ status: Status, _ message: String, cause: (any Error)? = nil) {
    self.status = status
    self.message = message
    self.cause = cause
    mayHaveBegun = true
    metadata = Metadata()
  }

  /// A declared error.
  public init(_ declared: Failure) {
    self.init(.failedPrecondition, "\(declared.error)")
    self.declared = declared
  }

  /// The same failure of another call; `declared` says what its declared error is there.
  public init<Other>(_ other: CallError<Other>, _ declared: (Other) -> Failure?) {
    status = other.status
    message = other.message
    self.declared = other.declared.flatMap(declared)
    retryAfter = other.retryAfter
    mayHaveBegun = other.mayHaveBegun
    metadata = other.metadata
    cause = other.cause
  }

  @usableFromInline
  init(_ failure: CallFailure) {
    self.init(failure.status, failure.message, cause: failure.cause)
    retryAfter = failure.retryAfter
    mayHaveBegun = !failure.notBegun
    metadata = failure.metadata
    guard let declaration = failure.declaration else { return }
    do {
      declared = try declaration.payload.withUnsafeBytes { bytes in
        Result { () throws(MessageDecodingError) in
          try Failure(package: declaration.package, number: declaration.number, payload: bytes)
        }
      }.get()
    } catch {
      cause = error
    }
  }

  public var description: String {
    let reason = cause.map { " (\($0))" } ?? ""
    return declared.map { "\($0.error)\(reason)" } ?? "\(status): \(message)\(reason)"
  }
}

/// A failed call without its type: what travels in a REPLY, or what ended the call on the way.
@usableFromInline
struct CallFailure: Error, CustomStringConvertible {
  struct Declaration {
    var package: String
    var number: UInt32
    var payload: [UInt8]
  }

  var status: Status
  var message: String
  var declaration: Declaration?
  var retryAfter: Duration?
  /// Whether the server surely did not begin the call.
  var notBegun = false
  var metadata = Metadata()
  var cause: (any Error)?

  init(_ status: Status, _ message: String, notBegun: Bool = false, cause: (any Error)? = nil) {
    self.status = status
    self.message = message
    self.notBegun = notBegun
    self.cause = cause
  }

  /// What arrived in a REPLY.
  init(_ head: ReplyHead, _ body: MessageBody) {
    do {
      let failure = try body.decode(as: HoldfastWire.Failure.self)
      self.init(head.status, failure.message, notBegun: failure.notBegun)
      retryAfter = failure.retryAfter
      if failure.number != 0 {
        declaration = Declaration(package: failure.package, number: failure.number, payload: failure.payload)
      }
    } catch {
      self.init(head.status, "the server's reason cannot be read", cause: error)
    }
    metadata = head.metadata ?? Metadata()
  }

  /// What a handler threw.
  init(thrown error: any Error) {
    switch error {
    case let failure as CallFailure: self = failure
    case let error as any CallFailureConvertible: self = error.callFailure
    case let error as any DeclaredError: self.init(declared: error)
    case is CancellationError: self.init(.cancelled, "the call was cancelled")
    default: self.init(.internal, "the server failed; its log says why", cause: error)
    }
  }

  init<Declared: DeclaredError>(declared error: Declared) {
    self.init(.failedPrecondition, "\(Declared.messageName)")
    declaration = Declaration(package: Declared.package, number: Declared.number, payload: error.encoded())
  }

  /// Whether the same may go well a little later: nobody was there, or the client went faster than it may.
  var isPassing: Bool { status == .unavailable || status == .resourceExhausted && retryAfter != nil }

  /// As it travels.
  var wire: HoldfastWire.Failure {
    HoldfastWire.Failure(
      message: message, package: declaration?.package ?? "", number: declaration?.number ?? 0,
      payload: declaration?.payload ?? [], retryAfter: retryAfter, notBegun: notBegun)
  }

  @usableFromInline var description: String { "\(status): \(message)" }
}

/// An error that knows what to say to the other side.
protocol CallFailureConvertible: Error {
  var callFailure: CallFailure { get }
}

extension CallError: CallFailureConvertible {
  var callFailure: CallFailure {
    var failure = declared.map { CallFailure(declared: $0.error) } ?? CallFailure(status, message, cause: cause)
    failure.retryAfter = retryAfter
    failure.notBegun = !mayHaveBegun
    failure.metadata = metadata
    return failure
  }
}
