import HoldfastWire

/// What the steps of a call need to know of its method: the descriptor without the types of its messages.
struct MethodTerms: Sendable {
  let id: MethodID
  let name: String
  let shape: CallShape
  let isIdempotent: Bool
  let isKeyed: Bool
  let timeout: Duration?
  let replyLimit: Int?

  init<Request, Reply, Failure>(_ method: MethodDescriptor<Request, Reply, Failure>) {
    id = method.id
    name = method.name
    shape = method.shape
    isIdempotent = method.isIdempotent
    isKeyed = method.isKeyed
    timeout = method.timeout
    replyLimit = method.replyLimit
  }
}
