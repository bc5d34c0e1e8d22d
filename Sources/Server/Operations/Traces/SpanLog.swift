internal import HoldfastRPC
internal import HoldfastWire

/// The newest spans of a hub, in memory.
///
/// Spans of batches, of which a run has very many, have room of their own: they push out each other and not what tells of
/// uploads, profiles and runs.
package final class SpanLog: Sendable {
  private struct Ring {
    var spans: [Span] = []
    var next = 0

    mutating func add(_ span: Span) {
      if spans.count < Limits.spans {
        spans.append(span)
      } else {
        spans[next] = span
      }
      next = (next + 1) % Limits.spans
    }
  }

  private struct State {
    var few = Ring()
    var many = Ring()
    var added: UInt64 = 0
  }

  private let state = Lock(State())

  package init() {}

  func add(_ span: Span) {
    state.withLock { state in
      state.added += 1
      if span.isOfBatch { state.many.add(span) } else { state.few.add(span) }
    }
  }

  /// How many there have been, and how many are here.
  var counts: (added: UInt64, kept: Int) {
    state.withLock { ($0.added, $0.few.spans.count + $0.many.spans.count) }
  }

  /// Those of one trace, or all, the newest first.
  func spans(of trace: TraceID? = nil) -> [Span] {
    state.withLock { state in (state.few.spans + state.many.spans).filter { trace == nil || $0.context.trace == trace }
    }
    .sorted { $0.ended > $1.ended }
  }
}

extension SpanLog: MetricSource {
  func write(to text: inout MetricText) {
    let counts = counts
    text.counter("holdfast_spans_total", "Spans that have ended.", counts.added)
    text.gauge("holdfast_spans", "Spans that are in memory, for whoever asks for traces.", counts.kept)
  }
}

extension Span {
  /// Whether it is one of very many of its kind.
  fileprivate var isOfBatch: Bool { kind == .consumer || name.description == Span.batch.description }

  static let batch: StaticString = "batch"
}
