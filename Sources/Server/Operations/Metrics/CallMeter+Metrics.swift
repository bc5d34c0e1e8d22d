internal import HoldfastRPC
internal import HoldfastWire

/// What clients do: connections, calls, bytes.
extension CallMeter: MetricSource {
  func write(to text: inout MetricText) {
    let figures = figures()
    text.counter("holdfast_connections_total", "Connections that clients have opened.", figures.connectionsBegun)
    text.gauge(
      "holdfast_connections", "Connections that are open.",
      Int(clamping: figures.connectionsBegun) - Int(clamping: figures.connectionsEnded))
    text.gauge(
      "holdfast_open_streams", "Calls without a reply.",
      Int(clamping: figures.callsBegun) - Int(clamping: figures.callsEnded))
    text.counter("holdfast_received_bytes_total", "Bytes of frames from clients.", figures.bytesReceived)
    text.counter("holdfast_sent_bytes_total", "Bytes of frames to clients.", figures.bytesSent)
    writeCalls(figures.calls, to: &text)
  }

  /// Calls that nobody has made yet are left out.
  private func writeCalls(_ calls: [CallFigures.Call], to text: inout MetricText) {
    text.metric("holdfast_requests_total", .counter, "Calls that have ended, by call and status.")
    for call in calls {
      for (status, count) in call.statuses.enumerated() where count > 0 {
        let status = Status(rawValue: UInt32(status)).description.replacing(" ", with: "_")
        text.sample([("call", call.label), ("status", status)], count)
      }
    }
    text.metric("holdfast_request_seconds", .histogram, "Time from a call's arrival to its reply.")
    let bounds = CallFigures.bounds.map { $0 / .seconds(1) }
    for call in calls where call.times.contains(where: { $0 > 0 }) {
      text.histogram([("call", call.label)], bounds, call.times, sum: call.time / .seconds(1))
    }
  }
}

extension CallFigures.Call {
  /// All calls that the hub does not have are one.
  fileprivate var label: String { name ?? "unknown" }
}
