internal import HoldfastRPC
internal import HoldfastWire

/// Something that was done as part of a trace: from when to when, and what is worth knowing of it.
struct Span: Sendable {
  /// As OTLP numbers them.
  enum Kind: Int, Sendable {
    case `internal` = 1
    case server = 2
    /// Work that was taken from somebody else's queue.
    case consumer = 5
  }

  enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case flag(Bool)
  }

  let name: StaticString
  let kind: Kind
  let context: TraceContext
  /// The span that it is part of; nil for a trace's first.
  let parent: UInt64?
  let began: Timestamp
  var ended: Timestamp
  var attributes: [(name: String, value: Value)] = []
  /// Why it failed; nil when it did not.
  var failure: String?
}

/// A span that has begun: ended once, it goes to the log.
struct OpenSpan: Sendable {
  private var span: Span
  private let clock: MonotonicTime

  /// Begins a span as part of a trace that goes on, or of one of its own.
  init(_ name: StaticString, _ kind: Span.Kind, in parent: TraceContext?) {
    let now = Timestamp.wallClock()
    span = Span(
      name: name, kind: kind, context: parent?.child() ?? .random(), parent: parent?.span, began: now, ended: now)
    clock = .now()
  }

  /// What is part of this span begins in it.
  var context: TraceContext { span.context }

  mutating func note(_ name: String, _ value: Span.Value) {
    if case .text(let text) = value {
      span.attributes.append((name, .text(text.shortened)))
    } else {
      span.attributes.append((name, value))
    }
  }

  /// - Parameter failure: why it failed; nil when it did not.
  consuming func end(in log: SpanLog, failure: String? = nil) {
    let (seconds, fraction) = (.now() - clock).components
    span.ended = Timestamp(
      seconds: span.began.seconds + seconds,
      nanoseconds: span.began.nanoseconds + Int32(fraction / 1_000_000_000))
    span.failure = failure?.shortened
    log.add(span)
  }
}

extension String {
  /// Texts come from clients as well, such as names of columns.
  fileprivate var shortened: String {
    utf8.count <= Limits.spanTextBytes ? self : String(decoding: utf8.prefix(Limits.spanTextBytes), as: UTF8.self)
  }
}
