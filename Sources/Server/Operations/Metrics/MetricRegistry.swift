internal import HoldfastRPC

/// Where all figures of a hub come together: whoever counts something enters itself here, and whoever wants to see the
/// figures gets them as text.
///
/// Nothing is counted here: figures lie with those who do what is counted, and are read when somebody asks.
package final class MetricRegistry: Sendable {
  private let sources = Lock<[any MetricSource]>([])

  package init() {}

  /// Enters a source, whose figures come after those that are there.
  func add(_ source: any MetricSource) { sources.withLock { $0.append(source) } }

  /// All figures of this moment, in Prometheus' text format, version 0.0.4.
  package func text() -> String {
    var text = MetricText()
    for source in sources.withLock({ $0 }) { source.write(to: &text) }
    return text.text
  }
}

/// One who counts something.
///
/// Names are Prometheus': `holdfast_`, what is counted, its unit, and `_total` where it only grows. Labels have values of
/// which there are a few: names of calls, statuses, states; never a text that a client can choose.
protocol MetricSource: Sendable {
  func write(to text: inout MetricText)
}
