/// What both sides know of one call: its numbers, name, shape and defaults. The code generator emits one for each
/// `call` of a definition file.
public struct MethodDescriptor<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  /// All of it but the types.
  public let terms: MethodTerms

  public init(
    service: UInt32, method: UInt32, name: String, shape: CallShape = .unary, isIdempotent: Bool = false,
    isKeyed: Bool = false, timeout: Duration? = nil, priority: CallPriority = .normal, requestLimit: Int? = nil,
    replyLimit: Int? = nil
  ) {
    terms = MethodTerms(
      id: MethodID(service: service, method: method), name: name, shape: shape, isIdempotent: isIdempotent,
      isKeyed: isKeyed, timeout: timeout, priority: priority, requestLimit: requestLimit, replyLimit: replyLimit)
  }

  public var id: MethodID { terms.id }
  public var name: String { terms.name }
  public var shape: CallShape { terms.shape }
  public var isIdempotent: Bool { terms.isIdempotent }
  public var isKeyed: Bool { terms.isKeyed }
  public var timeout: Duration? { terms.timeout }
  public var priority: CallPriority { terms.priority }
  public var requestLimit: Int? { terms.requestLimit }
  public var replyLimit: Int? { terms.replyLimit }
}

/// What there is to know of a method without the types of its messages. One object for all calls of the method, so that
/// the steps of a call hand on a reference.
public final class MethodTerms: Sendable {
  public let id: MethodID
  /// The package, service and call: `notes.Notes/save`.
  public let name: String
  public let shape: CallShape
  /// Whether sending it twice is as good as sending it once; only such calls are retried without more ado.
  public let isIdempotent: Bool
  /// Whether the server commits the outcome together with the effect under the call's idempotency key, so that sending
  /// it twice has the effect and the outcome of the first time.
  public let isKeyed: Bool
  /// How long a caller waits when its options say nothing; nil waits for ever.
  public let timeout: Duration?
  public let priority: CallPriority
  /// The largest request, in bytes, that the server takes; nil means the connection's message limit.
  public let requestLimit: Int?
  /// The largest reply, in bytes, that the client takes; nil means the connection's message limit.
  public let replyLimit: Int?

  init(
    id: MethodID, name: String, shape: CallShape, isIdempotent: Bool, isKeyed: Bool, timeout: Duration?,
    priority: CallPriority, requestLimit: Int?, replyLimit: Int?
  ) {
    self.id = id
    self.name = name
    self.shape = shape
    self.isIdempotent = isIdempotent
    self.isKeyed = isKeyed
    self.timeout = timeout
    self.priority = priority
    self.requestLimit = requestLimit
    self.replyLimit = replyLimit
  }
}

/// A call's number on the wire: the service's and the method's in one.
public struct MethodID: Hashable, Sendable, CustomStringConvertible {
  /// `service × 1024 + method`.
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// A method number is below 1,024.
  public init(service: UInt32, method: UInt32) {
    rawValue = UInt64(service) << 10 | UInt64(method & 1023)
  }

  public var service: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 10) }
  public var method: UInt32 { UInt32(truncatingIfNeeded: rawValue & 1023) }
  public var description: String { "\(service).\(method)" }
}

/// Which sides of a call are streams.
public enum CallShape: Sendable, Hashable {
  case unary, serverStream, clientStream, bidirectional

  /// Whether the client sends items after the call has begun.
  public var streamsRequests: Bool { self == .clientStream || self == .bidirectional }
  /// Whether the server sends items before it ends the call.
  public var streamsReplies: Bool { self == .serverStream || self == .bidirectional }
}

/// In which order a connection's waiting calls are begun.
public struct CallPriority: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let high = CallPriority(rawValue: 0)
  public static let normal = CallPriority(rawValue: 1)
  public static let low = CallPriority(rawValue: 2)

  /// `high < normal`: what sorts first is begun first.
  public static func < (left: CallPriority, right: CallPriority) -> Bool { left.rawValue < right.rawValue }
}

/// What a server tells about one of its services.
public struct ServiceDescriptor: Sendable, Hashable {
  public let number: UInt32
  /// With its package: `notes.Notes`.
  public let name: String
  public let methods: [MethodSummary]

  public init(number: UInt32, name: String, methods: [MethodSummary]) {
    self.number = number
    self.name = name
    self.methods = methods
  }
}

/// A call in a service's description.
public struct MethodSummary: Sendable, Hashable {
  public let number: UInt32
  public let name: String
  public let shape: CallShape
  public let isIdempotent: Bool

  public init(number: UInt32, name: String, shape: CallShape, isIdempotent: Bool) {
    self.number = number
    self.name = name
    self.shape = shape
    self.isIdempotent = isIdempotent
  }
}
